import assert from "node:assert/strict";
import { test } from "node:test";
import { KilnCalendar } from "../src/kiln-calendar.ts";
import type { Firing, FiringStore } from "../src/kiln-calendar.ts";

const kilns = [
  { name: "bisque", maxPeak: 1100, coolingHours: 10 },
  { name: "glaze", maxPeak: 1300, coolingHours: 14 },
];

function memoryStore(): FiringStore & { firings: Firing[] } {
  const firings: Firing[] = [];
  const indexOf = (id: string) => {
    const index = firings.findIndex((firing) => firing.id === id);
    assert.notEqual(index, -1, `the store has no firing ${id}`);
    return index;
  };
  return {
    firings,
    ofKiln: async (kiln) => firings.filter((firing) => firing.kiln === kiln),
    find: async (id) => firings.find((firing) => firing.id === id),
    add: async (firing) => {
      firings.push(firing);
    },
    replace: async (firing) => {
      firings[indexOf(firing.id)] = firing;
    },
    remove: async (id) => {
      firings.splice(indexOf(id), 1);
    },
  };
}

function calendarAt(now: string) {
  const store = memoryStore();
  return { store, calendar: new KilnCalendar(kilns, store, () => new Date(now)) };
}

function bisque(startsAt: string, potter = "orla"): Omit<Firing, "id"> {
  return { kiln: "bisque", potter, startsAt: new Date(startsAt), hours: 8, peak: 1000 };
}

test("books a firing under an id of its own", async () => {
  const { calendar } = calendarAt("2026-03-01T12:00:00Z");

  const first = await calendar.book(bisque("2026-03-02T08:00:00Z"));
  const second = await calendar.book(bisque("2026-03-04T08:00:00Z", "teun"));

  assert.equal(first.potter, "orla");
  assert.notEqual(first.id, second.id);
});

test("refuses a firing that is too hot for the kiln", async () => {
  const { calendar } = calendarAt("2026-03-01T12:00:00Z");

  await assert.rejects(calendar.book({ ...bisque("2026-03-02T08:00:00Z"), peak: 1220 }), { code: "too-hot" });
});

test("lets a kiln cool down before the next firing", async () => {
  const { calendar, store } = calendarAt("2026-03-01T12:00:00Z");
  await calendar.book(bisque("2026-03-02T08:00:00Z"));

  await assert.rejects(calendar.book(bisque("2026-03-03T01:59:00Z", "teun")), { code: "overlap" });
  await calendar.book(bisque("2026-03-03T02:00:00Z", "teun"));

  assert.deepEqual(
    store.firings.map(({ potter }) => potter),
    ["orla", "teun"],
  );
});

test("moves a firing and keeps its id", async () => {
  const { calendar, store } = calendarAt("2026-03-01T12:00:00Z");
  const firing = await calendar.book(bisque("2026-03-02T08:00:00Z"));

  await calendar.move(firing.id, new Date("2026-03-02T11:00:00Z"));

  assert.deepEqual(store.firings, [{ ...firing, startsAt: new Date("2026-03-02T11:00:00Z") }]);
});

test("changes nothing when a firing cannot be moved", async () => {
  const { calendar, store } = calendarAt("2026-03-01T12:00:00Z");
  const firing = await calendar.book(bisque("2026-03-02T08:00:00Z"));
  await calendar.book(bisque("2026-03-04T08:00:00Z", "teun"));
  const before = structuredClone(store.firings);

  await assert.rejects(calendar.move(firing.id, new Date("2026-03-04T10:00:00Z")), { code: "overlap" });

  assert.deepEqual(store.firings, before);
});

test("cancels a firing until it starts", async () => {
  const { calendar, store } = calendarAt("2026-03-02T08:00:00Z");
  const started = await calendar.book(bisque("2026-03-02T08:00:00Z"));
  const later = await calendar.book(bisque("2026-03-04T08:00:00Z"));

  await calendar.cancel(later.id);

  await assert.rejects(calendar.cancel(started.id), { code: "started" });
  assert.deepEqual(store.firings, [started]);
});
