import { describe, expect, test } from "vitest";
import { openStoredRun } from "../../src/load/stored-run.ts";
import { makeRun } from "../fixtures/run-data.ts";
import { writeBelow } from "../fixtures/small-dataset.ts";
import { temporaryFolders } from "../fixtures/temporary.ts";

const makeFolder = temporaryFolders();

/** A run's folder, its files changed as a test wants them. */
async function storeRun(change: { report?: (text: string) => string; lines?: (text: string) => string | null } = {}) {
  const run = makeRun({ measured: 1, company: false });
  const folder = makeFolder();
  let lines = "";
  for await (const line of run.lines()) lines += `${JSON.stringify(line)}\n`;
  const written = change.lines === undefined ? lines : change.lines(lines);
  writeBelow(folder, "report.json", (change.report ?? String)(JSON.stringify(run.report)));
  if (written !== null) writeBelow(folder, "cases.jsonl", written);
  return { folder, run };
}

const replaceFirst = (key: string, value: string) => (text: string) =>
  text.replace(new RegExp(`"${key}":[^,}]+`), `"${key}":${value}`);

const signs = {
  findings: 4,
  unlisted: 0,
  style: 0,
  invented: 0,
  placed: 0,
  wordsPerFinding: null,
  referenceWords: null,
  language: null,
  expectedLanguage: null,
  isJudgedByWords: false,
};

function secondInPlaceOfFirst(text: string): string {
  const [, ...others] = text.split("\n");
  return [others[0], ...others].join("\n");
}

describe("a stored run", () => {
  test("is opened by its folder or its report, with the rows of each reviewer", async () => {
    const { folder, run } = await storeRun();
    for (const word of [folder, `${folder}/report.json`]) {
      const stored = openStoredRun(word);
      expect(stored.report).toEqual(run.report);
      const [reviewer] = run.report.reviewers;
      expect(stored.readRows().get(reviewer?.id ?? "")).toHaveLength(reviewer?.cases ?? -1);
    }
  });

  test.each([
    ["cut short", (text: string) => text.slice(0, -40), "cut short or no JSON"],
    ["of another version", replaceFirst("version", "2"), "it is of version 2, and this program reads version 1"],
    ["no report at all", () => "[]", "it has no version"],
    ["with NaN in it", replaceFirst("durationMs", "NaN"), "cut short or no JSON"],
    ["with a number beyond all bounds", replaceFirst("durationMs", "1e999"), "run.durationMs"],
    ["with a word for a number", replaceFirst("durationMs", '"long"'), "run.durationMs"],
    ["with null for a number", replaceFirst("durationMs", "null"), "run.durationMs"],
    ["with a value of a metric beyond all bounds", replaceFirst("value", "1e999"), "value: expected"],
    [
      "with a value of a metric that is called NaN",
      replaceFirst("value", '"NaN"'),
      'value: expected a number, got "NaN"',
    ],
    ["with null for the count of a metric", replaceFirst("n", "null"), ".n: expected a number, got null"],
  ])("is refused in one line where its report is %s", async (_, report, message) => {
    const { folder } = await storeRun({ report });
    const open = () => openStoredRun(folder);
    expect(open).toThrow(message);
    expect(open).toThrow(/^[^\n]*$/);
  });

  test("that is not there, or not finished, says so", async () => {
    const folder = makeFolder();
    expect(() => openStoredRun(`${folder}/none`)).toThrow("no such folder, file or run in reports/runs");
    expect(() => openStoredRun(folder)).toThrow("the folder holds no report.json");
    writeBelow(folder, "journal.jsonl", "{}\n");
    expect(() => openStoredRun(folder)).toThrow("it is not finished");
  });

  test.each([
    ["are missing", () => null, "missing, and without it"],
    ["are cut short within a line", (text: string) => text.slice(0, -20), "not JSON"],
    ["are cut short between lines", (text: string) => text.slice(0, text.lastIndexOf('{"v":1')), "the report counts"],
    [
      "are those of another run",
      (text: string) => text.replaceAll(/"reviewer":"[^"]+"/g, '"reviewer":"x"'),
      "not in the report",
    ],
    ["are of another shape", (text: string) => text.replace('"repeat":0', '"repeat":"0"'), "repeat"],
    ["hold one twice in the place of another", secondInPlaceOfFirst, "a second review of case"],
    [
      "count more than there is to count",
      (text: string) => text.replace(/("detection\.recall":\{"numerator":)[\d.]+/, "$19"),
      "detection.recall: expected a numerator of at most",
    ],
    ["count less than nothing", (text: string) => text.replace(/"numerator":\d+/, '"numerator":-1'), "scores"],
    [
      "count more invented places than places",
      (text: string) =>
        text.replace('"text":', `"signs":${JSON.stringify({ ...signs, invented: 3, placed: 2 })},"text":`),
      "signs: expected",
    ],
  ])("is refused when its cases %s", async (_, lines, message) => {
    const { folder } = await storeRun({ lines });
    expect(() => openStoredRun(folder).readRows()).toThrow(message);
  });
});
