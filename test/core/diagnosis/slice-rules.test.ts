import { describe, expect, test } from "vitest";
import type { Reviewed } from "../../../src/core/diagnosis/candidate.ts";
import { diagnose } from "../../../src/core/diagnosis/diagnose.ts";
import { pick, type Random, seeded } from "../../fixtures/run-synthetic.ts";
import { recallRows } from "../../fixtures/sweep-rows.ts";

const languages = ["python", "typescript", "go", "java"];
const categories = ["race", "off-by-one", "null-handling"];
const tags = ["correctness", "data", "security"];

const signs = {
  outcome: "completed",
  findings: 1,
  unlisted: 0,
  style: 0,
  invented: 0,
  placed: 0,
  wordsPerFinding: null,
  referenceWords: null,
  language: null,
  expectedLanguage: null,
  isJudgedByWords: false,
} as const;

/** A reviewer of 60 cases with one to three bugs, which it finds by chance, bugs of a case partly together. */
function simulate(random: Random, chanceOf: (language: string) => number): Reviewed[] {
  return Array.from({ length: 60 }, (_, index): Reviewed => {
    const language = pick(random, languages);
    const mood = random();
    const found = Array.from({ length: 1 + Math.floor(random() * 3) }, () => {
      return (random() < 0.4 ? mood : random()) < chanceOf(language);
    });
    const bugs = recallRows(found).flatMap((row) => row.bugs);
    const [row] = recallRows([true], `s${index}-`);
    if (row === undefined) throw new Error("one row for one case");
    const fields = {
      ...row.fields,
      bugs: bugs.length,
      language,
      tag: [pick(random, tags)],
      files: random() < 0.3 ? 2 : 1,
      lines: Math.floor(20 + random() * 100),
    };
    return {
      row: {
        ...row,
        fields,
        bugs: bugs.map((bug, at) => ({ ...bug, bugId: `b${at}`, category: pick(random, categories) })),
      },
      signs,
    };
  });
}

const weakRolesOf = (reviews: readonly Reviewed[]) =>
  diagnose(reviews)
    .causes.map(({ name }) => name)
    .filter((name) => name.startsWith("weak:"));

describe("a role that is weak", () => {
  test("is named by chance of at most 5 % of reviewers to which none applies", () => {
    const named = Array.from({ length: 200 }, (_, seed) => weakRolesOf(simulate(seeded(seed + 1), () => 0.45)));
    expect(named.filter((names) => names.length > 0).length).toBeLessThanOrEqual(10);
  });

  test("is named of most reviewers that are much worse in it, and no other one beside it", () => {
    const chanceOf = (language: string) => (language === "python" ? 0.1 : 0.75);
    const named = Array.from({ length: 40 }, (_, seed) => weakRolesOf(simulate(seeded(seed + 1), chanceOf)));
    expect(named.filter((names) => names.includes("weak:language:python")).length).toBeGreaterThan(36);
    expect(named.filter((names) => names.some((name) => name !== "weak:language:python")).length).toBeLessThanOrEqual(
      2,
    );
  });
});
