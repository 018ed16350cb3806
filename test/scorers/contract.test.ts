import { expect, test } from "vitest";
import type { Generation } from "../../src/core/generation.ts";
import { Case } from "../../src/core/case.ts";
import type { ParsedPart } from "../../src/core/scorer.ts";
import { createContractScorer } from "../../src/scorers/contract.ts";

const source = Case.parse({ id: "a", diff: "x", language: "python" });
const part = (isContractValid: boolean | null): ParsedPart => ({
  generation: {} as Generation,
  outcome: isContractValid === null ? "transport-error" : "completed",
  isContractValid,
  isCapped: false,
});
const score = (validity: readonly (boolean | null)[]) =>
  createContractScorer().score({ source, repeat: 0, review: { findings: [] }, parts: validity.map(part) });

test("each part that keeps the contract counts, and each that was answered is counted", async () => {
  expect((await score([true, false, true])).scores).toEqual({
    "contract.valid_rate": { numerator: 2, denominator: 3 },
  });
});

test("a part lost to a transport error is left out", async () => {
  expect((await score([false, null])).scores).toEqual({ "contract.valid_rate": { numerator: 0, denominator: 1 } });
});

test("a case with no part answered has no score, and the reason says why", async () => {
  expect((await score([null])).scores).toEqual({
    "contract.valid_rate": { value: null, reason: "no part of the case was answered" },
  });
});
