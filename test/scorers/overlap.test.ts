import { expect, test } from "vitest";
import type { Reference } from "../../src/core/case.ts";
import type { Generation } from "../../src/core/generation.ts";
import type { ParsedPart } from "../../src/core/scorer.ts";
import { createOverlapScorer } from "../../src/scorers/overlap.ts";
import { caseOf } from "../fixtures/cases.ts";

async function scoresOf(references: Reference[], messages: string[], effective: Record<string, unknown> = {}) {
  const generation = { effective } as Generation;
  const parts = [{ generation, outcome: "completed", isContractValid: true } as ParsedPart];
  const review = { findings: messages.map((message) => ({ message })) };
  return (await createOverlapScorer().score({ source: caseOf({ references }), repeat: 0, review, parts })).scores;
}

test("a case without a reference, or with an empty one, is left out", async () => {
  expect(await scoresOf([], ["some words"])).toEqual({});
  expect(await scoresOf([{ text: "  \n" }], ["some words"])).toEqual({});
});

test("silence about a case with a reference is 0 by every measure", async () => {
  const scores = await scoresOf([{ text: "close the file" }], []);
  const names = ["overlap.f1", "overlap.f1_code", "overlap.exact_match", "overlap.rouge_l", "overlap.bleu"];
  expect(scores).toEqual(Object.fromEntries(names.map((name) => [name, { numerator: 0, denominator: 1 }])));
});

test("the reference that shares most counts", async () => {
  const scores = await scoresOf([{ text: "wholly different words" }, { text: "close the file" }], ["close the file"]);
  expect(scores["overlap.f1"]).toEqual({ numerator: 1, denominator: 1 });
  expect(scores["overlap.exact_match"]).toEqual({ numerator: 1, denominator: 1 });
});

test("the references of one author are one review: what it says of each bug is to be said", async () => {
  const references = [
    { text: "close the file", author: "ann" },
    { text: "check null", author: "ann" },
    { text: "wholly different words", author: "bob" },
  ];
  const f1Of = async (messages: string[]) => (await scoresOf(references, messages))["overlap.f1"];
  expect(await f1Of(["close the file", "check null"])).toEqual({ numerator: 1, denominator: 1 });
  expect(await f1Of(["close the file"])).toEqual({ numerator: expect.closeTo(2 / 3, 10), denominator: 1 });
});

test("references without an author each stand alone", async () => {
  const scores = await scoresOf([{ text: "close the file" }, { text: "check null" }], ["check null"]);
  expect(scores["overlap.f1"]).toEqual({ numerator: 1, denominator: 1 });
});

test("all findings are compared as one text", async () => {
  const scores = await scoresOf([{ text: "close files, check null" }], ["close files", "check null"]);
  expect(scores["overlap.f1"]).toEqual({ numerator: 1, denominator: 1 });
});

test("operators tell code apart where plain words do not", async () => {
  const scores = await scoresOf([{ text: "if (a == b)" }], ["if (a != b)"]);
  expect(scores["overlap.f1"]).toEqual({ numerator: 1, denominator: 1 });
  expect(scores["overlap.f1_code"]).toMatchObject({ numerator: expect.closeTo(0.857, 3) });
});

test("a repeated reference is compared with those of other authors", async () => {
  const references = [
    { text: "close the file", author: "ann" },
    { text: "check null", author: "bob" },
  ];
  const scores = await scoresOf(references, ["close the file"], { referenceAuthor: "ann" });
  expect(scores["overlap.f1"]).toEqual({ numerator: 0, denominator: 1 });
});

test("a reviewer without another author's reference to repeat says nothing about the case", async () => {
  expect(
    await scoresOf([{ text: "close the file", author: "ann" }], ["close the file"], { referenceAuthor: null }),
  ).toEqual({});
  expect(
    await scoresOf([{ text: "close the file", author: "ann" }], ["close the file"], { referenceAuthor: "ann" }),
  ).toEqual({});
});
