import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Rubric } from "../../src/core/judge/rubric.ts";
import { loadRubric } from "../../src/load/rubric.ts";
import { loadSelfTest } from "../../src/load/self-test.ts";
import { writeBelow } from "../fixtures/small-dataset.ts";
import { temporaryFolders } from "../fixtures/temporary.ts";

const makeFolder = temporaryFolders();
const rubricOf = (name: string, ...axes: string[]) =>
  Rubric.parse({ version: 1, name, judges: "review", axes: axes.map((axis) => ({ name: axis, definition: "…" })) });
const common = { isCritical: false, why: "w", diff: "d", reference: "r", norm: ["n"], candidate: "c" };
const positive = { ...common, id: "good", kind: "positive" };
const pairCommon = { isCritical: false, why: "w", diff: "d", bug: "b", finding: "f" };
const pair = { ...pairCommon, id: "same", kind: "positive" };
const otherPair = { ...pairCommon, id: "other", kind: "negative", fails: ["same"] };
const negative = (id: string, ...fails: string[]) => ({ ...common, id, kind: "negative", fails });
const jsonl = (...lines: unknown[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join("");

function folderWith(files: Record<string, string>): string {
  const folder = makeFolder();
  for (const [name, text] of Object.entries(files)) writeBelow(folder, join("self-test", name), text);
  return folder;
}

describe("loadSelfTest", () => {
  const review = jsonl(positive, negative("off-theme", "theme"), negative("off-voice", "voice"));

  it("is that of the rubric's name, in the first folder that has it", () => {
    const folders = [
      folderWith({ "mine.jsonl": jsonl(positive, negative("own", "theme")) }),
      folderWith({ "review.jsonl": review }),
    ];
    expect(loadSelfTest(rubricOf("mine", "theme"), folders).cases.map(({ id }) => id)).toEqual(["good", "own"]);
  });

  it("is that of review for other names, without the negatives that fail no required axis", () => {
    const folders = [folderWith({ "review.jsonl": review })];
    const idsOf = (...axes: string[]) => loadSelfTest(rubricOf("mine", ...axes), folders).cases.map(({ id }) => id);
    expect(idsOf("theme", "voice")).toEqual(["good", "off-theme", "off-voice"]);
    expect(idsOf("theme")).toEqual(["good", "off-theme"]);
  });

  it("of a rubric of pairs holds pairs: its own, or those of same-bug for other names", () => {
    const folders = [folderWith({ "same-bug.jsonl": jsonl(pair, otherPair) })];
    const pairs = { ...rubricOf("mine", "same"), judges: "pair" as const };
    expect(loadSelfTest(pairs, folders).cases.map(({ id }) => id)).toEqual(["same", "other"]);
    const reviews = [folderWith({ "mine.jsonl": jsonl(positive) }), ...folders];
    expect(() => loadSelfTest(pairs, reviews)).toThrow(/mine\.jsonl:1: .*(bug|candidate)/);
  });

  it("names what a case lacks that an axis needs", () => {
    const { norm: _, ...noNorm } = negative("off", "voice");
    const folders = [folderWith({ "mine.jsonl": jsonl(positive, noNorm) })];
    const rubric = rubricOf("mine", "voice");
    expect(() => loadSelfTest(rubric, folders)).not.toThrow();
    const needing = { ...rubric, axes: rubric.axes.map((axis) => ({ ...axis, needs: "norm" as const })) };
    expect(() => loadSelfTest(needing, folders)).toThrow(
      /mine\.jsonl:2: norm: missing, which the axis voice of the rubric mine needs \(add it\)$/,
    );
  });

  it("is none for axes that it says nothing of, or for pairs where there are only reviews", () => {
    const folders = [folderWith({ "review.jsonl": review })];
    expect(() => loadSelfTest(rubricOf("kind", "no_insult"), folders)).toThrow(
      "rubric kind: there is no self-test of its axes (write judges/self-test/kind.jsonl)",
    );
    expect(() => loadSelfTest({ ...rubricOf("same", "same"), judges: "pair" }, folders)).toThrow(
      "rubric same: there is no self-test of its axes (write judges/self-test/same.jsonl)",
    );
    expect(() => loadSelfTest(rubricOf("review", "theme"), [makeFolder()])).toThrow("there is no self-test");
  });

  it("names file and line of what is no case, or stands twice", () => {
    const load = (text: string) => () =>
      loadSelfTest(rubricOf("review", "theme"), [folderWith({ "review.jsonl": text })]);
    expect(load(jsonl(positive, { ...positive, kind: "neutral" }))).toThrow(/review\.jsonl:2: kind: /);
    expect(load(jsonl(positive, positive))).toThrow(
      'review.jsonl:2: id "good" stands already in line 1 (give each its own)',
    );
  });
});

it("the bundled rubrics have a self-test of 42 negatives and 20 positives at least", () => {
  for (const name of ["review", "lexical", "same-bug", "safety", "gold-promotion"]) {
    const { cases } = loadSelfTest(loadRubric(name).rubric);
    expect(cases.filter(({ kind }) => kind === "negative").length).toBeGreaterThanOrEqual(42);
    expect(cases.filter(({ kind }) => kind === "positive").length).toBeGreaterThanOrEqual(20);
  }
});
