import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { anchorsOf, Case } from "../../src/core/case.ts";
import { changedLines, type FileDiff, parseDiff, serializeDiff } from "../../src/core/diff.ts";
import { reverseDiff } from "../../src/core/diff-reverse.ts";
import { lexicalSimilarity, lexicalThreshold } from "../../src/core/match/lexical.ts";
import type { CaseLine, Report } from "../../src/core/report.ts";
import { SourceManifest } from "../../src/core/source.ts";
import { packageRoot } from "../../src/load/files.ts";
import { importSource } from "../../src/load/sources/defects4j.ts";
import { type Finished, workspaces } from "../fixtures/command.ts";
import { dataFolder } from "./data.ts";

const folder = dataFolder("defects4j");
const why = folder === null ? " (skipped: no copy of the data, set NITBENCH_DATA)" : "";
const manifestPath = join(packageRoot, "datasets/defects4j/source.json");
const manifest = SourceManifest.parse(JSON.parse(readFileSync(manifestPath, "utf8")));
const paths = manifest.files.map(({ path }) => path);
const patchPaths = paths.filter((path) => path.endsWith(".src.patch"));
const read = (path: string) => readFileSync(join(folder ?? "", path), "utf8");

function importAll(): Case[] {
  const place = (path: string) => path;
  return importSource({ paths, read, place }, { judge: undefined }).cases.map((one) => Case.parse(one));
}

function countBy<T>(values: readonly T[], keyOf: (value: T) => string): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(values, keyOf)].map(([key, members]) => [key, members.length]));
}

/** The lines of one side of a diff with their numbers, by file. */
function sideOf(files: readonly FileDiff[], side: "oldLine" | "newLine"): string[] {
  return files.flatMap(({ path, hunks }) =>
    hunks.flatMap(({ lines }) =>
      lines.flatMap((line) => (line[side] === null ? [] : [`${path}:${line[side]}:${line.text}`])),
    ),
  );
}

describe.skipIf(folder === null)(`Defects4J's patches${why}`, () => {
  test("are themselves again when they are reversed twice, and swap their sides when they are reversed once", () => {
    for (const path of patchPaths) {
      const text = readFileSync(join(folder ?? "", path), "latin1");
      const files = parseDiff(text);
      const reversed = parseDiff(serializeDiff(reverseDiff(files)), path);
      expect(serializeDiff(reverseDiff(reversed)) === text).toBe(true);
      expect(sideOf(reversed, "oldLine").join("\n") === sideOf(files, "newLine").join("\n")).toBe(true);
      expect(sideOf(reversed, "newLine").join("\n") === sideOf(files, "oldLine").join("\n")).toBe(true);
    }
    expect(patchPaths).toHaveLength(838);
  });
});

describe.skipIf(folder === null)(`Defects4J's bugs${why}`, () => {
  let cases: Case[] = [];
  beforeAll(() => {
    cases = importAll();
  });
  const buggy = () => cases.filter(({ bugs = [] }) => bugs.length > 0);
  const clean = () => cases.filter(({ twin }) => twin !== undefined);
  const nameOf = ({ meta }: Case) => `${String(meta?.["project"])}-${String(meta?.["bug"])}`;

  test("are 837 pairs of 16 projects, each bug with its twin", () => {
    expect([cases, buggy(), clean()].map((some) => some.length)).toEqual([2 * 837, 837, 837]);
    expect(new Set(clean().map(({ twin }) => twin?.of))).toEqual(new Set(buggy().map(({ id }) => id)));
    expect(countBy(buggy(), ({ meta }) => String(meta?.["project"]))).toEqual({
      Cli: 40,
      Closure: 176,
      Codec: 18,
      Collections: 28,
      Compress: 47,
      Csv: 16,
      Gson: 18,
      JacksonCore: 26,
      JacksonDatabind: 112,
      JacksonXml: 6,
      Jsoup: 93,
      JxPath: 22,
      Lang: 64,
      Math: 106,
      Mockito: 38,
      Time: 27,
    });
  });

  test("lack one patch of the 838, which puts back the very line that it takes away", () => {
    const kept = new Set(buggy().map(nameOf));
    const missing = patchPaths.filter((path) => !kept.has(path.replace(/\/patches\/(\d+)\.src\.patch$/, "-$1")));
    expect(missing).toEqual(["Lang/patches/48.src.patch"]);
    const changed = parseDiff(read("Lang/patches/48.src.patch")).flatMap(({ hunks }) =>
      hunks.flatMap(({ lines }) => lines.filter(({ kind }) => kind !== "context")),
    );
    expect(changed.map(({ kind, text }) => [kind, text.trim()])).toEqual([
      ["deleted", changed[0]?.text.trim()],
      ["added", changed[0]?.text.trim()],
    ]);
  });

  test("are nine bugs that upstream has withdrawn, and 828 of which it names the report", () => {
    const withdrawn = buggy().filter(({ meta }) => meta?.["withdrawn"] === true);
    expect(withdrawn.map(nameOf).toSorted()).toEqual(
      [
        "Cli-6",
        "Closure-63",
        "Closure-93",
        "JacksonDatabind-65",
        "JacksonDatabind-89",
        "Lang-18",
        "Lang-2",
        "Lang-25",
      ].concat("Time-21"),
    );
    const reports = buggy().flatMap(({ meta }) => (meta?.["report"] === undefined ? [] : [meta["report"]]));
    expect(reports).toHaveLength(828);
    expect(new Set(reports).size).toBe(792);
  });

  test("are 798 clusters: the 792 reports, and six withdrawn bugs that repeat no other", () => {
    expect(new Set(buggy().map(({ cluster }) => cluster)).size).toBe(798);
    const clusterOf = new Map(buggy().map((one) => [nameOf(one), one.cluster]));
    for (const [one, other] of [
      ["Closure-62", "Closure-63"],
      ["Closure-92", "Closure-93"],
      ["JacksonDatabind-84", "JacksonDatabind-86"],
      ["JacksonDatabind-89", "JacksonDatabind-92"],
    ] as const)
      expect(clusterOf.get(one)).toBe(clusterOf.get(other));
  });

  test("have 2,916 places, each with a line that changes, on either side of the pair", () => {
    const places = buggy().flatMap(({ bugs = [] }) => bugs.flatMap(anchorsOf));
    expect(countBy(places, ({ side }) => side)).toEqual({ new: 1427, old: 1489 });
    const twinPlaces = clean().flatMap((one) =>
      (one.twin?.places ?? []).map((place) => ({ ...place, files: parseDiff(one.diff) })),
    );
    expect(twinPlaces).toHaveLength(2916);
    // A place that is not a changed line is a pair of lines around what was taken away.
    const around = twinPlaces.filter(({ files, file, lines: [from, to] }) => {
      const changed = changedLines(files.find(({ path }) => path === file) as FileDiff);
      return !(changed.has(from) && changed.has(to));
    });
    expect(around.every(({ lines: [from, to] }) => to - from <= 1)).toBe(true);
    expect(countBy(buggy(), ({ bugs }) => (bugs?.[0]?.elsewhere === undefined ? "one" : "several"))).toEqual({
      one: 307,
      several: 530,
    });
  });

  test("name the source and licence of the manifest", () => {
    expect(new Set(cases.map(({ license }) => license))).toEqual(new Set([manifest.licence]));
    expect(new Set(cases.map(({ meta }) => meta?.["source"]))).toEqual(new Set([manifest.repository]));
  });

  test("do not tell by id or order which of the pair has the bug", () => {
    expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
    for (const one of cases) expect(one.id).toMatch(new RegExp(`^${nameOf(one).toLowerCase()}-[0-9a-f]{6}$`));
    expect(cases.filter(({ twin }, index) => index % 2 === 0 && twin === undefined)).toHaveLength(411);
  });

  test("are not UTF-8 in one patch, whose comments hold letters that cannot be read", () => {
    expect(
      buggy()
        .filter(({ diff }) => diff.includes("\uFFFD"))
        .map(nameOf),
    ).toEqual(["Lang-25"]);
  });
});

describe.skipIf(folder === null)(`the suite defects4j${why}`, () => {
  const makeWorkspace = workspaces();
  let cases: Case[] = [];
  let finished: Finished;
  let report: Report;
  let lines: CaseLine[];

  beforeAll(async () => {
    cases = importAll();
    const workspace = makeWorkspace();
    finished = await workspace.run(["defects4j", "--quiet", "--out", "runs", "--set", `dataset.dir=${folder}`]);
    if (finished.code !== 0) throw new Error(`exit ${finished.code}: ${finished.stderr}`);
    ({ report, lines } = workspace.readRun());
  });
  const count = (id: string, name: string) => {
    const metric = report.reviewers.find((reviewer) => reviewer.id === id)?.metrics[`detection.${name}`];
    return [metric?.numerator, metric?.denominator];
  };

  test("runs without a word", () => {
    expect(finished.stderr).toBe("");
    expect(report.dataset).toMatchObject({ cases: 1674, clusters: 798, bugs: 837, clean: 837 });
  });

  test("has the oracle tell all 837 bugs from their twins and say nothing else", () => {
    for (const name of ["recall", "recall_at_0", "precision", "twin_discrimination"])
      expect(count("ceiling:oracle", name)).toEqual([837, 837]);
    expect(count("ceiling:oracle", "false_alarm_rate")).toEqual([0, 837]);
  });

  test("has silence find nothing and alarm nobody", () => {
    expect(count("floor:silent", "recall")).toEqual([0, 837]);
    expect(count("floor:silent", "false_alarm_rate")).toEqual([0, 837]);
    expect(count("floor:silent", "twin_discrimination")).toEqual([0, 837]);
  });

  // The patches have 1,921 hunks, one of them in the patch that is left out; each of the others has a change on either
  // side of the pair, so the shotgun says 1,920 things twice.
  test("has the shotgun flag every hunk, stand at every bug and at every mended place", () => {
    const hunks = patchPaths.reduce((sum, path) => sum + (read(path).match(/^@@ /gm)?.length ?? 0), 0);
    expect(hunks).toBe(1921);
    expect(count("floor:shotgun", "precision")[1]).toBe(2 * (hunks - 1));
    expect(count("floor:shotgun", "findings_per_clean_case")).toEqual([hunks - 1, 837]);
    expect(count("floor:shotgun", "false_alarm_rate")).toEqual([837, 837]);
    expect(count("floor:shotgun", "recall_location")).toEqual([837, 837]);
    expect(count("floor:shotgun", "twin_discrimination")).toEqual([0, 837]);
  });

  // Being at every bug, it finds those that its one remark describes by its words, and all its other findings are wrong.
  test("has the shotgun find the bugs that its one remark happens to describe", () => {
    const shotgun = lines.find(({ reviewer }) => reviewer === "floor:shotgun")?.review?.findings[0];
    const bugs = cases.flatMap((one) => one.bugs ?? []);
    const described = bugs.filter(
      (bug) => shotgun !== undefined && lexicalSimilarity(shotgun, bug) >= lexicalThreshold,
    );
    expect(described).toHaveLength(6);
    for (const name of ["recall", "recall_theme", "recall_at_0"])
      expect(count("floor:shotgun", name)).toEqual([6, 837]);
    expect(count("floor:shotgun", "precision")).toEqual([6, 3840]);
  });
});
