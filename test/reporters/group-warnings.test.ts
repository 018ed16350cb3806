import { expect, test } from "vitest";
import { groupWarnings } from "../../src/reporters/group-warnings.ts";

test("warnings that say the same of several reviewers become one line, the highest count first", () => {
  expect(
    groupWarnings([
      "recorded:augment: 1 of 50 reviews are unscored",
      "recorded:copilot: 8 of 50 reviews are unscored",
      "recorded:qodo: 3 of 50 reviews are unscored",
    ]),
  ).toEqual(["recorded:copilot 8, recorded:qodo 3, recorded:augment 1 of 50 reviews are unscored"]);
});

test("a group stands where its first warning stood, and what says something else stays as it is", () => {
  expect(
    groupWarnings([
      "a: 1 of 5 generations came from the cache",
      "a: 1 of 5 reviews are unscored (connection refused)",
      "the suite is odd",
      "b: 2 of 5 generations came from the cache",
      "b: 1 of 5 reviews are unscored (timeout)",
      "c: 2 of 6 generations came from the cache",
    ]),
  ).toEqual([
    "b 2, a 1 of 5 generations came from the cache",
    "a: 1 of 5 reviews are unscored (connection refused)",
    "the suite is odd",
    "b: 1 of 5 reviews are unscored (timeout)",
    "c: 2 of 6 generations came from the cache",
  ]);
});

test("reviewers of equal count keep their order", () => {
  expect(groupWarnings(["b: 1 of 5 x", "a: 1 of 5 x"])).toEqual(["b 1, a 1 of 5 x"]);
});
