import assert from "node:assert/strict";
import { test } from "node:test";
import { KilnCalendar } from "../src/kiln-calendar.ts";
import type { Firing, FiringStore } from "../src/kiln-calendar.ts";

const kilns = [
  { name: "bisque", maxPeak: 1100, coolingHours: 10 },
  { name: "glaze", maxPeak: 1300, coolingHours: 14 },
];

function memoryStore(): FiringStore {
  const firings: Firing[] = [];
  return {
    ofKiln: async (kiln) => firings.filter((firing) => firing.kiln === kiln),
    find: async (id) => firings.find((firing) => firing.id === id),
    add: async (firing) => {
      firings.push(firing);
    },
    replace: async () => assert.fail("no test replaces a firing"),
    remove: async () => assert.fail("no test removes a firing"),
  };
}

function bisque(startsAt: string, potter = "orla"): Omit<Firing, "id"> {
  return { kiln: "bisque", potter, startsAt: new Date(startsAt), hours: 8, peak: 1000 };
}

test("books a firing under an id of its own", async () => {
  const calendar = new KilnCalendar(kilns, memoryStore());

  const first = await calendar.book(bisque("2026-03-02T08:00:00Z"));
  const second = await calendar.book(bisque("2026-03-04T08:00:00Z", "teun"));

  assert.equal(first.potter, "orla");
  assert.notEqual(first.id, second.id);
});

test("refuses a firing that is too hot for the kiln", async () => {
  const calendar = new KilnCalendar(kilns, memoryStore());

  await assert.rejects(calendar.book({ ...bisque("2026-03-02T08:00:00Z"), peak: 1220 }), { code: "too-hot" });
});
