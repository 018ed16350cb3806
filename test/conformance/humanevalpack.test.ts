import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { anchorsOf, Case } from "../../src/core/case.ts";
import { parseDiff } from "../../src/core/diff.ts";
import type { Report } from "../../src/core/report.ts";
import { importSource } from "../../src/load/sources/humanevalpack.ts";
import { type Finished, workspaces } from "../fixtures/command.ts";
import { dataFolder } from "./data.ts";

const folder = dataFolder("humanevalpack");
const why = folder === null ? " (skipped: no copy of the data, set NITBENCH_DATA)" : "";
const tasks = 164;
const codes = ["go", "java", "js", "python"];

/** How often a person planted each kind of bug; the four languages are translations of one another. */
const kinds = {
  "value-misuse": 44,
  "missing-logic": 33,
  "excess-logic": 31,
  "operator-misuse": 25,
  "variable-misuse": 23,
  "function-misuse": 8,
};

function importAll(): Case[] {
  const { cases } = importSource(
    {
      paths: codes.map((code) => `humanevalpack.${code}.jsonl`),
      read: (path) => readFileSync(join(folder ?? "", path), "utf8"),
      place: (path, line) => `${path}:${line}`,
    },
    { judge: undefined },
  );
  return cases.map((one) => Case.parse(one));
}

function countBy<T>(values: readonly T[], keyOf: (value: T) => string): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(values, keyOf)].map(([key, members]) => [key, members.length]));
}

describe.skipIf(folder === null)(`HumanEvalPack's tasks${why}`, () => {
  let cases: Case[] = [];
  beforeAll(() => {
    cases = importAll();
  });
  const withBug = () => cases.filter(({ bugs = [] }) => bugs.length > 0);

  test("give a bug twin and a clean twin in each of four languages, none left out", () => {
    const both = { python: 2 * tasks, javascript: 2 * tasks, java: 2 * tasks, go: 2 * tasks };
    expect(countBy(cases, ({ language }) => language)).toEqual(both);
    expect(withBug()).toHaveLength(4 * tasks);
    expect(cases.filter(({ twin }) => twin !== undefined)).toHaveLength(4 * tasks);
    expect(new Set(cases.map(({ id }) => id)).size).toBe(8 * tasks);
    expect(Object.values(countBy(cases, ({ cluster = "" }) => cluster))).toEqual(Array(tasks).fill(8));
  });

  test("hold the same kinds of bug in every language", () => {
    const byLanguage = Map.groupBy(withBug(), ({ language }) => language);
    for (const members of byLanguage.values())
      expect(countBy(members, ({ bugs }) => bugs?.[0]?.category ?? "")).toEqual(kinds);
  });

  test("have 69 bugs in more than one block, and 44 of which no line is new", () => {
    const places = withBug().map(({ bugs: [bug] = [] }) => (bug === undefined ? [] : anchorsOf(bug)));
    expect(places.filter(({ length }) => length > 1)).toHaveLength(69);
    expect(places.filter((anchors) => anchors.every(({ side }) => side === "old"))).toHaveLength(44);
  });

  test("become diffs from one version of a file to the other, and back in the twin", () => {
    const byId = new Map(cases.map((one) => [one.id, one]));
    for (const mended of cases.filter(({ twin }) => twin !== undefined)) {
      const planted = byId.get(mended.twin?.of ?? "");
      expect(misplacedLines(planted?.diff, mended.files, planted?.files)).toEqual([]);
      expect(misplacedLines(mended.diff, planted?.files, mended.files)).toEqual([]);
    }
  });
});

type Files = Case["files"];

/** The lines of a diff that do not stand where it says, in the one version or in the other; all of it if it is empty. */
function misplacedLines(diff = "", before: Files = {}, after: Files = {}): unknown[] {
  const files = parseDiff(diff);
  if (files.length === 0) return ["no diff"];
  return files.flatMap(({ path, hunks }) => {
    const [oldLines, newLines] = [before, after].map((version) => version[path]?.split("\n") ?? []);
    const isAt = (lines: string[] | undefined, number: number | null, text: string) =>
      number === null || lines?.[number - 1] === text;
    return hunks
      .flatMap((hunk) => hunk.lines)
      .filter(({ text, oldLine, newLine }) => !isAt(oldLines, oldLine, text) || !isAt(newLines, newLine, text));
  });
}

describe.skipIf(folder === null).each([
  ["python", []],
  ["all four languages", ["--set", "dataset.where=bugs < 2"]],
])(`The suite humanevalpack on %s${why}`, (name, where) => {
  const makeWorkspace = workspaces();
  const [bugs, hunks] = name === "python" ? [tasks, 2 * tasks] : [4 * tasks, 1326];
  let report: Report;
  let finished: Finished;

  beforeAll(async () => {
    const workspace = makeWorkspace();
    const set = ["--set", `dataset.dir=${folder}`, ...where];
    finished = await workspace.run(["humanevalpack", "--quiet", "--out", "runs", ...set]);
    ({ report } = workspace.readRun());
  }, 60_000);

  test("ends well and without a word", () => {
    expect([finished.code, finished.stderr]).toEqual([0, ""]);
  });

  const count = (id: string, metric: string) => {
    const { numerator, denominator } =
      report.reviewers.find((one) => one.id === id)?.metrics[`detection.${metric}`] ?? {};
    return [numerator, denominator];
  };

  // It says each bug's description at its place, and nothing on a clean twin.
  test("has the oracle find every bug, nothing else, and tell all from their twins", () => {
    for (const metric of ["recall", "recall_at_0", "precision", "twin_discrimination"])
      expect(count("ceiling:oracle", metric)).toEqual([bugs, bugs]);
    expect(count("ceiling:oracle", "false_alarm_rate")).toEqual([0, bugs]);
  });

  test("has silence find nothing and alarm nobody", () => {
    for (const metric of ["recall", "recall_location", "false_alarm_rate", "twin_discrimination"])
      expect(count("floor:silent", metric)).toEqual([0, bugs]);
    expect(count("floor:silent", "precision")).toEqual([undefined, undefined]);
  });

  // One finding a hunk, over all its changed lines: at every bug, and at every place where one was put right.
  test("has the shotgun stand at every bug, alarm on every clean twin and tell none apart", () => {
    expect(count("floor:shotgun", "recall_location")).toEqual([bugs, bugs]);
    expect(count("floor:shotgun", "false_alarm_rate")).toEqual([bugs, bugs]);
    expect(count("floor:shotgun", "precision")[1]).toBe(hunks);
    expect(count("floor:shotgun", "twin_discrimination")).toEqual([0, bugs]);
  });
});
