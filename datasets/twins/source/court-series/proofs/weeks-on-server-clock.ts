import assert from "node:assert/strict";
import { weekly } from "./src/bookings/series.ts";

const club = { timeZone: "Europe/Copenhagen", closedDays: new Set(["2026-10-28"]), opensAtMinutes: 420, closesAtMinutes: 1320 };
const slot = {
  courtId: "c1",
  startsAt: new Date("2026-10-14T18:00:00+02:00"),
  endsAt: new Date("2026-10-14T19:30:00+02:00"),
};

const { slots, skipped } = weekly(club, slot, 4);

assert.deepEqual(skipped, ["2026-10-28"]);
assert.deepEqual(
  slots.map(({ startsAt }) => startsAt.toISOString()),
  ["2026-10-14T16:00:00.000Z", "2026-10-21T16:00:00.000Z", "2026-11-04T17:00:00.000Z"],
);
