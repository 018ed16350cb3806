import { expect, test } from "vitest";
import { inTurns, takeTurns } from "../../src/run/turns.ts";
import { gather } from "../fixtures/asking.ts";

/** A clock on which every look at it takes so long. */
function slowClock(stepMs: number): () => number {
  let nowMs = 0;
  return () => (nowMs += stepMs);
}

test("work of less than 20 ms is not interrupted", () => {
  const turn = takeTurns(slowClock(1));
  expect(Array.from({ length: 19 }, turn)).toEqual(Array.from({ length: 19 }, () => null));
  expect(turn()).toBeInstanceOf(Promise);
});

test("after a turn, in which others are heard, another 20 ms may be worked", async () => {
  const turn = takeTurns(slowClock(10));
  let isHeard = false;
  setImmediate(() => (isHeard = true));
  expect(turn()).toBeNull();
  await turn();
  expect(isHeard).toBe(true);
  expect(turn()).toBeNull();
});

test("items come as they are, with turns between them", async () => {
  let turns = 0;
  const count = () => {
    turns += 1;
    if (turns < 1000) setImmediate(count);
  };
  setImmediate(count);
  const items = Array.from({ length: 1000 }, (_, index) => index);
  expect(await gather(inTurns(items, slowClock(5)))).toEqual(items);
  expect(turns).toBeGreaterThan(100);
});
