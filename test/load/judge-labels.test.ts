import { describe, expect, it } from "vitest";
import { loadBcBenchPairs, loadLabels } from "../../src/load/judge-labels.ts";
import { writeBelow } from "../fixtures/small-dataset.ts";
import { temporaryFolders } from "../fixtures/temporary.ts";

const makeFolder = temporaryFolders();
const rubric = {
  name: "review",
  axes: ["theme", "voice"].map((name) => ({
    name,
    definition: "…",
    needs: "nothing" as const,
    scale: "verdict" as const,
    required: true,
  })),
};
const label = { caseId: "a", review: "The index fails.", axes: { theme: "pass" }, by: "ines" };
const jsonl = (...lines: unknown[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join("\n");
const load = (text: string) => loadLabels(writeBelow(makeFolder(), "labels.jsonl", text), rubric, new Set(["a", "b"]));

describe("loadLabels", () => {
  it("reads a label a line, blank lines aside, and tells files apart by their hash", () => {
    const other = { ...label, by: "jo" };
    const { items, hash } = load(jsonl(label, other));
    expect(items).toEqual([label, other]);
    expect(load(jsonl(label)).hash).not.toBe(hash);
  });

  it.each([
    [
      "an axis that the rubric lacks",
      { ...label, axes: { themes: "pass" } },
      'labels.jsonl:1: axes: the rubric review has no axis "themes" (did you mean "theme"? known: theme, voice)',
    ],
    [
      "a case that the dataset lacks",
      { ...label, caseId: "z" },
      'labels.jsonl:1: caseId: the dataset has no case "z" (name its own with --dataset)',
    ],
    ["a verdict that is none", { ...label, axes: { theme: true } }, "labels.jsonl:1: axes.theme: "],
    ["nobody", { ...label, by: undefined }, "labels.jsonl:1: by: missing"],
  ])("refuses %s", (_, line, message) => {
    expect(() => load(jsonl(line))).toThrow(message);
  });

  it("refuses a review that one person labelled twice", () => {
    expect(() => load(jsonl(label, { ...label, axes: { voice: "pass" } }))).toThrow(
      "labels.jsonl:3: ines labelled this review in line 1 already (remove one)",
    );
  });

  it("refuses a file that is not there or empty", () => {
    expect(() => load("\n")).toThrow(/: no line in it$/);
    expect(() => loadLabels("nowhere.jsonl", rubric, new Set())).toThrow('labels "nowhere.jsonl": no such file');
  });
});

describe("loadBcBenchPairs", () => {
  const pair = {
    expected: { file: "a.al", body: "A bug." },
    candidate: { body: "A finding." },
    should_match: false,
    note: "x",
  };

  it("reads the texts of a bug and a finding and whether they are the same", () => {
    const folder = makeFolder();
    writeBelow(folder, "judge_calibration.jsonl", jsonl(pair));
    expect(loadBcBenchPairs(folder).items).toEqual([{ bug: "A bug.", finding: "A finding.", isSame: false }]);
  });

  it("says where it looked", () => {
    expect(() => loadBcBenchPairs("nowhere")).toThrow(/pairs "nowhere.judge_calibration\.jsonl": no such file/);
  });
});
