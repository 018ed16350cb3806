import { expect, test } from "vitest";
import type { Reference } from "../../src/core/case.ts";
import { indexNorms } from "../../src/core/judge/norm.ts";
import type { Question } from "../../src/core/judge/prompt.ts";
import { lexicalMatcher } from "../../src/core/match/lexical.ts";
import type { Generation } from "../../src/core/generation.ts";
import type { ParsedPart } from "../../src/core/scorer.ts";
import { Suite } from "../../src/core/suite.ts";
import { createScorers } from "../../src/scorers/index.ts";
import { caseOf } from "../fixtures/cases.ts";

const safety = { template: "", findSecrets: async () => [] };
const tools = { matcher: lexicalMatcher, ratings: [], judge: null, safety };

async function overlapOf(reviewer: string, references: Reference[], message: string) {
  const [scorer] = await createScorers({ scorers: { overlap: {} } }, tools);
  const generation = { reviewer, effective: {} } as Generation;
  const parts = [{ generation, outcome: "completed", isContractValid: true } as ParsedPart];
  const input = { source: caseOf({ references }), repeat: 0, review: { findings: [{ message }] }, parts };
  return (await scorer?.score(input))?.scores["overlap.f1"];
}

test("a suite has the scorers that it asks for, and no other", async () => {
  const names = async (scorers: Parameters<typeof createScorers>[0]["scorers"]) =>
    (await createScorers({ scorers }, tools)).map(({ name }) => name);
  expect(await names({})).toEqual([]);
  expect(await names({ ratings: {}, form: {}, overlap: {} })).toEqual(["overlap", "form", "ratings"]);
});

test("a recorded reviewer is not compared with the references that it wrote itself", async () => {
  const own = { text: "close the file", author: "ann" };
  const other = { text: "wholly different words", author: "ben" };
  expect(await overlapOf("recorded:ann", [own], "close the file")).toBeUndefined();
  expect(await overlapOf("recorded:ann", [own, other], "close the file")).toEqual({ numerator: 0, denominator: 1 });
});

test("everybody else is compared with all references, also with those without an author", async () => {
  const all = { numerator: 1, denominator: 1 };
  expect(await overlapOf("recorded:ben", [{ text: "close it", author: "ann" }], "close it")).toEqual(all);
  expect(await overlapOf("replay:ann", [{ text: "close it", author: "ann" }], "close it")).toEqual(all);
  expect(await overlapOf("recorded:undefined", [{ text: "close it" }], "close it")).toEqual(all);
});

test("a judge does not hold a recorded reviewer's review against the references that it wrote itself", async () => {
  const asked: string[][] = [];
  const engine = {
    kind: "lexical" as const,
    judge: (question: Question) => {
      asked.push(question.judges === "review" ? [...question.references] : []);
      return { axes: { theme: "pass" as const }, pass: true, evidence: "", reasoning: "" };
    },
  };
  const judge = {
    judges: [{ ref: "lexical", engine, runs: 1 }],
    axes: [{ name: "theme", definition: "d", needs: "reference" as const, scale: "verdict" as const, required: true }],
    silence: "fail" as const,
    norms: indexNorms([], 1, (text) => text),
  };
  const [scorer] = await createScorers(
    Suite.parse({ version: 1, name: "s", dataset: { path: "d" }, scorers: { judge: {} } }),
    { ...tools, judge },
  );
  const own = { text: "close the file", author: "ann" };
  const other = { text: "another concern", author: "ben" };
  const scoreOf = (reviewer: string, references: Reference[]) => {
    const generation = { reviewer, effective: {} } as Generation;
    const parts = [{ generation, outcome: "completed", isContractValid: true, isCapped: false } as ParsedPart];
    return scorer?.score({
      source: caseOf({ references }),
      repeat: 0,
      review: { findings: [{ message: "m" }] },
      parts,
    });
  };
  expect(await scoreOf("recorded:ann", [own])).toEqual({ scores: {} });
  await scoreOf("recorded:ann", [own, other]);
  await scoreOf("recorded:ben", [own]);
  expect(asked).toEqual([["another concern"], ["close the file"]]);
});
