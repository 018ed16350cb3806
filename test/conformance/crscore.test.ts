import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Report } from "../../src/core/report.ts";
import { cohenKappa, crossTable } from "../../src/core/stats/agreement.ts";
import type { ImportedSource } from "../../src/load/sources/importer.ts";
import { importSource, readSheet } from "../../src/load/sources/crscore.ts";
import { type Finished, workspaces } from "../fixtures/command.ts";
import { dataFolder } from "./data.ts";

const folder = dataFolder("crscore");
const why = folder === null ? " (skipped: no copy of the data, set NITBENCH_DATA)" : "";
const readFile = (path: string) => readFileSync(join(folder ?? "", path), "utf8");

/** Mean relevance as people rated it. Those of gpt3.5, human and knn are published; the others follow the same way. */
const relevance = {
  "gpt3.5": ".476",
  llama3: ".405",
  deepseekcoder: ".380",
  magicoder: ".335",
  human: ".282",
  codereviewer: ".231",
  stable_code: ".172",
  codellama_13b: ".156",
  lstm: ".052",
  knn: ".016",
};
const names = Object.keys(relevance);

function digits(rate: number | null | undefined): string {
  return rate == null ? "none" : rate.toFixed(3).replace(/^0/, "");
}

describe.skipIf(folder === null)(`CRScore's human study${why}`, () => {
  let source: ImportedSource;
  beforeAll(() => {
    const sheets = ["java", "js", "py"].flatMap((code) =>
      ["atharva", "marcus"].map((rater) => `${code}_${rater}_review_qual_final.csv`),
    );
    source = importSource(
      { paths: sheets, read: readFile, place: (path, line) => `${path}:${line}` },
      { judge: undefined },
    );
  });

  test("has 291 diffs of three languages, each with a person's review", () => {
    const byLanguage = Map.groupBy(source.cases, ({ language }) => language);
    expect(Object.fromEntries([...byLanguage].map(([language, cases]) => [language, cases.length]))).toEqual({
      java: 98,
      javascript: 95,
      python: 98,
    });
    expect(source.cases.filter(({ references = [] }) => references.length === 1)).toHaveLength(291);
  });

  test("has ten reviews of every diff and 2,909 ratings on all three axes: one review was not rated", () => {
    expect([...source.reviewers.keys()]).toEqual(names.toSorted());
    for (const { recordings } of source.reviewers.values()) expect(recordings).toHaveLength(291);
    const ratings = [...source.reviewers.values()].flatMap((one) => one.ratings ?? []);
    expect(ratings).toHaveLength(2909);
    for (const axis of ["relevance", "conciseness", "comprehensiveness"] as const)
      expect(ratings.filter((rating) => rating[axis] === undefined)).toEqual([]);
    expect(source.reviewers.get("human")?.ratings).toHaveLength(290);
  });

  test("has two people agree on relevance at a quadratic kappa of .714, a plain one of .478", () => {
    const [first, second] = ["Atharva", "Marcus"].map((rater) => {
      const path = `phase2_agreement_annot_${rater}.csv`;
      const reviews = readSheet(readFile(path), () => path).flatMap(({ index, reviews: ofDiff }) =>
        ofDiff.map(({ reviewer, relevance: given }) => [`${index} ${reviewer}`, given] as const),
      );
      return new Map(reviews);
    });
    const pairs = [...(first ?? [])].flatMap(([key, given]) => {
      const other = second?.get(key);
      return given === undefined || other === undefined ? [] : [[given, other] as const];
    });
    expect(pairs).toHaveLength(80);
    const table = crossTable(pairs, [1, 2, 3, 4, 5]);
    expect(digits(cohenKappa(table, "quadratic"))).toBe(".714");
    expect(digits(cohenKappa(table))).toBe(".478");
  });
});

describe.skipIf(folder === null)(`The suite crscore${why}`, () => {
  const makeWorkspace = workspaces();
  let report: Report;
  let finished: Finished;

  beforeAll(async () => {
    const workspace = makeWorkspace();
    const set = ["--set", `dataset.dir=${folder}`, "--set", "company=[floor:silent]"];
    finished = await workspace.run(["crscore", "--quiet", "--out", "runs", ...set]);
    ({ report } = workspace.readRun());
  }, 60_000);

  test("ends well and without a word", () => {
    expect([finished.code, finished.stderr]).toEqual([0, ""]);
  });

  const metric = (id: string, name: string) => report.reviewers.find((one) => one.id === id)?.metrics[name];

  test("has the published relevance of every reviewer", () => {
    const measured = names.map((name) => [name, digits(metric(`recorded:${name}`, "ratings.relevance")?.value)]);
    expect(Object.fromEntries(measured)).toEqual(relevance);
  });

  test("has an interval around each, and leaves out the one review that nobody rated", () => {
    for (const name of names) {
      const { value, low, high, n, unscored } = metric(`recorded:${name}`, "ratings.relevance") ?? {};
      expect([n, unscored]).toEqual(name === "human" ? [290, 1] : [291, 0]);
      expect(low).toBeLessThan(value ?? 0);
      expect(high).toBeGreaterThan(value ?? 1);
    }
  });

  test("compares all but the person with the person's words", () => {
    expect(metric("recorded:human", "overlap.f1")).toMatchObject({ value: null, n: 0 });
    for (const name of names.filter((one) => one !== "human"))
      expect(metric(`recorded:${name}`, "overlap.f1")).toMatchObject({ n: 291 });
  });

  // Every diff has a reference, and silence shares no word with it.
  test("gives silence no overlap on any of 291 diffs, and no rating at all", () => {
    expect(metric("floor:silent", "overlap.f1")).toMatchObject({ value: 0, numerator: 0, denominator: 291 });
    expect(metric("floor:silent", "form.words_per_review")).toMatchObject({ value: 0, denominator: 291 });
    expect(metric("floor:silent", "ratings.relevance")).toMatchObject({ value: null, unscored: 291 });
  });
});
