import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseReview } from "../../../src/core/parse/review.ts";

// Every `<name>.txt` is a generation, and `<name>.json` beside it what it must be read as.
const folder = new URL("../../fixtures/reviews/", import.meta.url);
const files = readdirSync(folder);
const named = (extension: string) =>
  files.filter((file) => file.endsWith(extension)).map((file) => file.slice(0, -extension.length));

test("every review fixture has its expectation, and every expectation its review", () => {
  expect(named(".json").toSorted()).toEqual(named(".txt").toSorted());
});

test.each(named(".txt"))("reads the review %s as its expectation says", (name) => {
  const parsed = parseReview(readFileSync(new URL(`${name}.txt`, folder), "utf8"));
  const expected: unknown = JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8"));
  expect(parsed.ok ? parsed : { ok: parsed.ok }).toEqual(expected);
});
