import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { judgeLexically, lexicalJudgeVersion } from "../../src/core/judge/lexical.ts";
import { lexicalSimilarity, lexicalThreshold, lexicalVersion } from "../../src/core/match/lexical.ts";
import { cohenKappa, confusionOf, crossTable, gwetAc1, judgeRates, spearman } from "../../src/core/stats/agreement.ts";
import { squadF1 } from "../../src/core/text/overlap.ts";
import { importSource } from "../../src/load/sources/crscore.ts";
import { dataFolder } from "./data.ts";

function digits(value: number | null | undefined): string {
  return value == null ? "none" : value.toFixed(3).replace(/^0/, "");
}

function skipReason(folder: string | null): string {
  return folder === null ? " (skipped: no copy of the data, set NITBENCH_DATA)" : "";
}

const crscore = dataFolder("crscore");

describe.skipIf(crscore === null)(`The lexical judge's theme beside CRScore's relevance${skipReason(crscore)}`, () => {
  interface Rated {
    reviewer: string;
    /** From 1 to 5, as a person gave it. */
    relevance: number;
    score: number;
    isPassed: boolean;
    /** Plain token overlap with the reference. */
    overlap: number;
  }
  let rated: Rated[];

  beforeAll(() => {
    const paths = ["java", "js", "py"].flatMap((code) =>
      ["atharva", "marcus"].map((rater) => `${code}_${rater}_review_qual_final.csv`),
    );
    const read = (path: string) => readFileSync(join(crscore ?? "", path), "utf8");
    const source = importSource({ paths, read, place: (path, line) => `${path}:${line}` }, { judge: undefined });
    const references = new Map(source.cases.map((one) => [one.id, (one.references ?? []).map(({ text }) => text)]));
    rated = [...source.reviewers].flatMap(([reviewer, { recordings, ratings = [] }]) => {
      const texts = new Map(recordings.map(({ caseId, text = "" }) => [caseId, text]));
      return ratings.map(({ caseId, relevance = 0 }) => {
        const candidate = texts.get(caseId) ?? "";
        const wanted = references.get(caseId) ?? [];
        const { theme, scores } = judgeLexically({ candidate, references: wanted, norm: [] });
        const overlap = Math.max(...wanted.map((text) => squadF1(candidate, text)));
        return { reviewer, relevance, score: scores.theme ?? -1, isPassed: theme === "pass", overlap };
      });
    });
  });

  const correlation = (of: readonly Rated[], by: "score" | "overlap") =>
    digits(spearman(of.map((one) => [one.relevance, one[by]])));
  const agreement = (of: readonly Rated[], least: number) => {
    const pairs = of.map(({ relevance, isPassed }) => [relevance >= least, isPassed] as const);
    const table = crossTable(pairs, [true, false]);
    const { tpr, tnr } = judgeRates(confusionOf(pairs));
    return [gwetAc1(table), cohenKappa(table), tpr?.value, tnr?.value].map(digits);
  };
  const models = () => rated.filter(({ reviewer }) => reviewer !== "human");

  test("scores all 2,909 rated reviews, 2,619 of them by models", () => {
    expect(rated.filter(({ score }) => score >= 0 && score <= 1)).toHaveLength(2909);
    expect(models()).toHaveLength(2619);
  });

  test("ranks reviews a little as people do, and more so than token overlap does", () => {
    expect(lexicalJudgeVersion).toBe(1);
    expect([correlation(rated, "score"), correlation(models(), "score")]).toEqual([".257", ".291"]);
    expect([correlation(rated, "overlap"), correlation(models(), "overlap")]).toEqual([".180", ".195"]);
  });

  test("agrees with relevance from 3 of 5 on: AC1, kappa, TPR, TNR", () => {
    expect(agreement(rated, 3)).toEqual([".359", ".101", ".314", ".781"]);
    expect(agreement(models(), 3)).toEqual([".441", ".102", ".230", ".860"]);
  });

  test("agrees with relevance from 4 of 5 on: AC1, kappa, TPR, TNR", () => {
    expect(agreement(rated, 4)).toEqual([".575", ".055", ".320", ".759"]);
    expect(agreement(models(), 4)).toEqual([".689", ".077", ".248", ".841"]);
  });

  // The others begin with a label such as "nit:", which is read as a severity, or have no word but stop words.
  test("gives a person's review, which is the reference itself, 1 in 275 of 290 cases, though people rated it .282", () => {
    const own = rated.filter(({ reviewer }) => reviewer === "human");
    expect(own).toHaveLength(290);
    expect(own.filter(({ score }) => score === 1)).toHaveLength(275);
    expect(own.filter(({ score }) => score === 0)).toHaveLength(5);
  });
});

const bcBench = dataFolder("bc-bench");

describe.skipIf(bcBench === null)(`The lexical matcher on BC-Bench's labelled pairs${skipReason(bcBench)}`, () => {
  interface Pair {
    expected: { body: string };
    candidate: { body: string };
    should_match: boolean;
  }
  let decided: (readonly [person: boolean, matcher: boolean])[];

  beforeAll(() => {
    const lines = readFileSync(join(bcBench ?? "", "judge_calibration.jsonl"), "utf8")
      .trim()
      .split("\n");
    decided = lines.map((line) => {
      const { expected, candidate, should_match: label } = JSON.parse(line) as Pair;
      const bug = { description: expected.body, category: "" };
      return [label, lexicalSimilarity({ message: candidate.body }, bug) >= lexicalThreshold];
    });
  });

  test("has 24 pairs, 13 of one defect and 11 of two", () => {
    expect(decided).toHaveLength(24);
    expect(decided.filter(([label]) => label)).toHaveLength(13);
  });

  test("agrees with people on 17 of 24: accuracy .708, TPR .538, TNR .909", () => {
    expect([lexicalVersion, lexicalThreshold]).toEqual([1, 0.45]);
    const confusion = confusionOf(decided);
    const { tpr, tnr } = judgeRates(confusion);
    const right = confusion.tp + confusion.tn;
    expect([right / decided.length, tpr?.value, tnr?.value].map(digits)).toEqual([".708", ".538", ".909"]);
    expect([tpr?.low, tpr?.high, tnr?.low, tnr?.high].map(digits)).toEqual([".291", ".768", ".623", ".984"]);
  });
});
