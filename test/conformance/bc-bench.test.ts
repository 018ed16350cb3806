import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { Case, type LineRange } from "../../src/core/case.ts";
import { parseDiff } from "../../src/core/diff.ts";
import { lexicalSimilarity, lexicalThreshold } from "../../src/core/match/lexical.ts";
import type { CaseLine, Report } from "../../src/core/report.ts";
import { SourceManifest } from "../../src/core/source.ts";
import { packageRoot } from "../../src/load/files.ts";
import { importSource } from "../../src/load/sources/bc-bench.ts";
import { type Finished, workspaces } from "../fixtures/command.ts";
import { dataFolder } from "./data.ts";

const folder = dataFolder("bc-bench");
const why = folder === null ? " (skipped: no copy of the data, set NITBENCH_DATA)" : "";
const read = () => readFileSync(join(folder ?? "", "codereview.jsonl"), "utf8");

function importAll(): Case[] {
  const place = (path: string, line?: number) => `${path}:${line}`;
  const { cases } = importSource({ paths: ["codereview.jsonl"], read, place }, { judge: undefined });
  return cases.map((one) => Case.parse(one));
}

interface Upstream {
  instance_id: string;
  patch: string;
  expect_findings: boolean;
  description: string;
  expected_comments: { file: string; line_start: number; line_end: number; severity: string; body: string }[];
}

const upstream = () =>
  read()
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Upstream);

function countBy<T>(values: readonly T[], keyOf: (value: T) => string): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(values, keyOf)].map(([key, members]) => [key, members.length]));
}

describe.skipIf(folder === null)(`BC-Bench's instances${why}`, () => {
  let cases: Case[] = [];
  beforeAll(() => {
    cases = importAll();
  });
  const bugs = () => cases.flatMap((one) => one.bugs ?? []);

  test("are 144 cases with 235 bugs, 37 of them clean by their own flag", () => {
    expect(cases).toHaveLength(144);
    expect(bugs()).toHaveLength(235);
    expect(cases.filter((one) => one.bugs?.length === 0)).toHaveLength(37);
    expect(countBy(bugs(), ({ severity }) => severity)).toEqual({ critical: 11, high: 74, medium: 127, low: 23 });
    expect(new Set(bugs().map(({ category }) => category)).size).toBe(11);
    const areas = countBy(cases, ({ meta }) => String(meta?.["area"]));
    expect(areas).toMatchObject({ performance: 33, style: 28, upgrade: 18, security: 20, privacy: 20 });
    expect(Object.keys(areas)).toHaveLength(11);
  });

  test("keep every remark: none is inverted, none lies outside its diff", () => {
    const remarks = upstream().flatMap((one) => one.expected_comments);
    expect(remarks.filter(({ line_start, line_end }) => line_start > line_end)).toEqual([]);
    expect(bugs().map(({ anchor, description }) => [anchor?.file, ...(anchor?.lines ?? []), description])).toEqual(
      remarks.map(({ file, line_start, line_end, body }) => [file, line_start, line_end, body]),
    );
  });

  test("are called clean in their descriptions where they are not, which is not believed", () => {
    const named = upstream().filter(({ description }) => /^clean/i.test(description));
    expect(named.map((one) => one.expect_findings)).toEqual(Array(8).fill(true));
    const clean = cases.filter((one) => one.bugs?.length === 0).map(({ meta }) => meta?.["instance"]);
    expect(clean).toEqual(upstream().flatMap((one) => (one.expect_findings ? [] : one.instance_id)));
  });

  test("are taken as they are, but for three hunk headers that are counted anew", () => {
    const mended = cases.filter(({ meta }) => meta?.["miscounted"] !== undefined);
    expect(mended.map(({ meta }) => [meta?.["instance"], meta?.["miscounted"]])).toEqual([
      ["synthetic__testing-tolerance-clean-01", ["@@ -0,0 +1,42 @@"]],
      ["synthetic__error-handling-drilldown-position-01", ["@@ -0,0 +1,16 @@"]],
      ["synthetic__perf-progress-dialog-deleteall-01", ['@@ -249,10 +249,11 @@ table 8061 "Billing Line"']],
    ]);
    const patchOf = new Map(upstream().map(({ instance_id, patch }) => [instance_id, patch]));
    for (const { diff, meta } of cases) {
      const patch = patchOf.get(String(meta?.["instance"])) ?? "";
      const changed = diff.split("\n").filter((line, index) => line !== patch.split("\n")[index]);
      expect(changed).toHaveLength(mended.some((one) => one.diff === diff) ? 1 : 0);
    }
  });

  test("are 102 clusters: versions of one file, and fixtures made from one pull request", () => {
    expect(new Set(cases.map(({ cluster }) => cluster)).size).toBe(102);
    const clusterOf = new Map(cases.map(({ cluster, meta }) => [meta?.["instance"], cluster]));
    const derived = upstream().flatMap(({ instance_id, description }) => {
      const [, origin] = /derived from ([a-z]+-\d+)/.exec(description) ?? [];
      return origin === undefined ? [] : [[instance_id, `synthetic__${origin}`] as const];
    });
    expect(derived).toHaveLength(20);
    for (const [one, origin] of derived) expect(clusterOf.get(one)).toBe(clusterOf.get(origin));
  });

  test("do not tell by their ids which are clean", () => {
    expect(new Set(cases.map(({ id }) => id)).size).toBe(144);
    for (const { id, meta } of cases) expect(id).toMatch(new RegExp(`^${String(meta?.["area"])}-[0-9a-f]{6}$`));
  });

  test("name the source and licence of the manifest", () => {
    const path = join(packageRoot, "datasets/bc-bench/source.json");
    const manifest = SourceManifest.parse(JSON.parse(readFileSync(path, "utf8")));
    expect(new Set(cases.map(({ license }) => license))).toEqual(new Set([manifest.licence]));
    expect(new Set(cases.map(({ meta }) => meta?.["source"]))).toEqual(new Set([manifest.repository]));
  });
});

/** Where the shotgun flags a hunk: from its first to its last added line. */
function flagged(source: Case): { file: string; lines: LineRange }[] {
  return parseDiff(source.diff).flatMap(({ path, hunks }) =>
    hunks.flatMap((hunk) => {
      const added = hunk.lines.flatMap(({ kind, newLine }) => (kind === "added" && newLine !== null ? [newLine] : []));
      const [first, last] = [added[0], added.at(-1)];
      return first === undefined || last === undefined ? [] : [{ file: path, lines: [first, last] as LineRange }];
    }),
  );
}

/** The most bugs that can be given a finding of their own, where `fits` says which finding may be at which bug. */
function mostPairs(findings: number, bugs: number, fits: (finding: number, bug: number) => boolean): number {
  const holder = new Map<number, number>();
  const give = (finding: number, tried: Set<number>): boolean => {
    for (let bug = 0; bug < bugs; bug += 1) {
      if (tried.has(bug) || !fits(finding, bug)) continue;
      tried.add(bug);
      const other = holder.get(bug);
      if (other !== undefined && !give(other, tried)) continue;
      holder.set(bug, finding);
      return true;
    }
    return false;
  };
  for (let finding = 0; finding < findings; finding += 1) give(finding, new Set());
  return holder.size;
}

describe.skipIf(folder === null)(`the suite bc-bench${why}`, () => {
  const makeWorkspace = workspaces();
  let cases: Case[] = [];
  let finished: Finished;
  let report: Report;
  let lines: CaseLine[];

  beforeAll(async () => {
    cases = importAll();
    const workspace = makeWorkspace();
    finished = await workspace.run(["bc-bench", "--quiet", "--out", "runs", "--set", `dataset.dir=${folder}`]);
    if (finished.code !== 0) throw new Error(`exit ${finished.code}: ${finished.stderr}`);
    ({ report, lines } = workspace.readRun());
  });
  const count = (id: string, name: string) => {
    const metric = report.reviewers.find((reviewer) => reviewer.id === id)?.metrics[`detection.${name}`];
    return [metric?.numerator, metric?.denominator];
  };

  test("runs without a word", () => {
    expect(finished.stderr).toBe("");
    expect(report.dataset).toMatchObject({ cases: 144, clusters: 102, bugs: 235, clean: 37 });
  });

  test("has the oracle find all 235 bugs, say nothing else and alarm none of the 37 clean cases", () => {
    for (const name of ["recall", "recall_at_0", "precision"])
      expect(count("ceiling:oracle", name)).toEqual([235, 235]);
    expect(count("ceiling:oracle", "false_alarm_rate")).toEqual([0, 37]);
  });

  test("has silence find nothing and alarm nobody", () => {
    expect(count("floor:silent", "recall")).toEqual([0, 235]);
    expect(count("floor:silent", "false_alarm_rate")).toEqual([0, 37]);
    expect(report.reviewers.find(({ id }) => id === "floor:silent")?.metrics["detection.precision"]?.value).toBeNull();
  });

  test("has the shotgun flag all 312 hunks: every clean case is alarmed", () => {
    const hunks = (some: readonly Case[]) =>
      some.reduce((sum, { diff }) => sum + (diff.match(/^@@ /gm)?.length ?? 0), 0);
    const clean = cases.filter(({ bugs }) => bugs?.length === 0);
    expect([hunks(cases), hunks(clean)]).toEqual([312, 89]);
    expect(count("floor:shotgun", "precision")).toEqual([0, 312]);
    expect(count("floor:shotgun", "findings_per_clean_case")).toEqual([89, 37]);
    expect(count("floor:shotgun", "false_alarm_rate")).toEqual([37, 37]);
  });

  // One finding a hunk, and a finding holds one bug: 223 findings cannot be at 235 bugs. One that names 30 lines more
  // than the bug is at no place, and most of these hunks are whole files.
  test("has the shotgun stand at no more bugs than its hunks can hold", () => {
    const sum = (fits: (finding: ReturnType<typeof flagged>[number], file: string, lines: LineRange) => boolean) =>
      cases.reduce((total, source) => {
        const [findings, bugs] = [flagged(source), source.bugs ?? []];
        const fit = (finding: number, bug: number) => {
          const { file = "", lines: range = [0, 0] as LineRange } = bugs[bug]?.anchor ?? {};
          return findings[finding] !== undefined && fits(findings[finding], file, range);
        };
        return total + mostPairs(findings.length, bugs.length, fit);
      }, 0);
    expect(sum((finding, file) => finding.file === file)).toBe(153);
    expect(count("floor:shotgun", "recall_file")).toEqual([153, 235]);
    const located = sum(({ file, lines: [from, to] }, other, [first, last]) => {
      return file === other && from - 3 <= last && first <= to + 3 && to - from <= last - first + 30;
    });
    expect(located).toBe(91);
    expect(count("floor:shotgun", "recall_location")).toEqual([91, 235]);
  });

  test("has the shotgun describe no bug, by the words of its one remark", () => {
    const shotgun = lines.find(({ reviewer }) => reviewer === "floor:shotgun")?.review?.findings[0];
    const described = cases
      .flatMap(({ bugs = [] }) => bugs)
      .filter((bug) => shotgun !== undefined && lexicalSimilarity(shotgun, bug) >= lexicalThreshold);
    expect(described).toEqual([]);
    expect(count("floor:shotgun", "recall_theme")).toEqual([0, 235]);
    expect(count("floor:shotgun", "recall")).toEqual([0, 235]);
  });
});
