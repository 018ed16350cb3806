import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { CaseLine, Report } from "../../src/core/report.ts";
import { packageRoot } from "../../src/load/files.ts";
import { workspaces } from "../fixtures/command.ts";
import { dataFolder } from "./data.ts";

const folder = dataFolder("martian");
const why = folder === null ? " (skipped: no copy of the data, set NITBENCH_DATA)" : "";
const makeWorkspace = workspaces();
const opus = "anthropic_claude-opus-4-5-20251101";
const sonnet = "anthropic_claude-sonnet-4-5-20250929";

/** What the benchmark itself prints, with the Opus judge: TP, FP, FN, precision, recall, F1. */
const publishedTable = {
  augment: [86, 97, 51, ".470", ".628", ".538"],
  bugbot: [60, 70, 77, ".462", ".438", ".449"],
  propel: [52, 61, 85, ".460", ".380", ".416"],
  greptile: [53, 85, 84, ".384", ".387", ".385"],
  qodo: [60, 136, 77, ".306", ".438", ".360"],
  copilot: [73, 201, 64, ".266", ".533", ".355"],
  baz: [40, 51, 97, ".440", ".292", ".351"],
  claude: [49, 99, 88, ".331", ".358", ".344"],
  gemini: [51, 120, 86, ".298", ".372", ".331"],
  coderabbit: [54, 172, 83, ".239", ".394", ".298"],
  kg: [23, 26, 114, ".469", ".168", ".247"],
  graphite: [12, 4, 125, ".750", ".088", ".157"],
} as const;
const tools = Object.keys(publishedTable);

interface Cell {
  true_positives: { golden_comment: string; matched_candidate: string }[];
  false_positives: { candidate: string }[];
  false_negatives: unknown[];
  total_candidates: number;
  precision: number;
}

/** One judge's verdict on each review: what the benchmark sums up, read without the importer. */
function readCells(judge: string): { url: string; tool: string; cell: Cell; candidates: string[] }[] {
  const read = (file: string): unknown =>
    JSON.parse(readFileSync(join(folder ?? "", "offline", "results", judge, file), "utf8"));
  const evaluations = read("evaluations.json") as Record<string, Record<string, Cell>>;
  const candidates = read("candidates.json") as Record<string, Record<string, { text: string }[]>>;
  return Object.entries(evaluations).flatMap(([url, byTool]) =>
    Object.entries(byTool).map(([tool, cell]) => {
      return { url, tool, cell, candidates: (candidates[url]?.[tool] ?? []).map(({ text }) => text) };
    }),
  );
}

/** TP, FP and FN of each tool, as its lists add up, and how many bugs were credited to a finding that had one already. */
function sumCells(judge: string) {
  return Object.fromEntries(
    tools.map((tool) => {
      const cells = readCells(judge).filter((one) => one.tool === tool);
      const sum = (count: (cell: Cell) => number) => cells.reduce((total, { cell }) => total + count(cell), 0);
      return [
        tool,
        {
          found: sum((cell) => cell.true_positives.length),
          wrong: sum((cell) => cell.false_positives.length),
          missed: sum((cell) => cell.false_negatives.length),
          credits: sum(extraCredits),
        },
      ];
    }),
  );
}

/** The row of the published table that the sums make. */
function rowOf({ found, wrong, missed }: ReturnType<typeof sumCells>[string]): (number | string)[] {
  const [precision, recall] = [found / (found + wrong), found / (found + missed)];
  return [found, wrong, missed, ...[precision, recall, (2 * precision * recall) / (precision + recall)].map(digits)];
}

function extraCredits({ true_positives }: Cell): number {
  return true_positives.length - new Set(true_positives.map((one) => one.matched_candidate)).size;
}

/** A rate in three digits, as the tables print it. A half goes up, also where it is no binary fraction: .5375 is .538. */
function digits(rate: number | null | undefined): string {
  return rate == null ? "none" : (Math.round(rate * 1000 + 1e-6) / 1000).toFixed(3).replace(/^0/, "");
}

async function measure(judge: string): Promise<{ report: Report; lines: CaseLine[] }> {
  const workspace = makeWorkspace();
  const set = ["--set", `dataset.dir=${folder}`, "--set", `dataset.judge=${judge}`];
  const { code, stderr } = await workspace.run(["martian", "--quiet", "--out", "runs", ...set]);
  if (code !== 0) throw new Error(`exit ${code}: ${stderr}`);
  return workspace.readRun();
}

describe.skipIf(folder === null).each([opus, sonnet])(`Martian's benchmark, judged by %s${why}`, (judge) => {
  let report: Report;
  let lines: CaseLine[];
  let sums: ReturnType<typeof sumCells>;
  beforeAll(async () => {
    ({ report, lines } = await measure(judge));
    sums = sumCells(judge);
  });

  const metricsOf = (id: string) => report.reviewers.find((reviewer) => reviewer.id === id)!.metrics;
  const ledgersOf = (id: string) => lines.filter(({ reviewer }) => reviewer === id).map(({ ledger }) => ledger!);
  const countStates = (of: "findings" | "bugs", id: string) => {
    const counts: Record<string, number> = {};
    for (const ledger of ledgersOf(id)) for (const { state } of ledger[of]) counts[state] = (counts[state] ?? 0) + 1;
    return counts;
  };

  test("has 50 cases with 137 bugs, and 12 tools that reviewed them all", () => {
    expect(report.dataset.cases).toBe(50);
    for (const tool of tools) {
      const ledgers = ledgersOf(`recorded:${tool}`);
      expect([tool, ledgers.length, ledgers.flatMap(({ bugs }) => bugs).length]).toEqual([tool, 50, 137]);
    }
  });

  test("counts as published to the digit", () => {
    const ours = tools.map((tool) => {
      const metrics = metricsOf(`recorded:${tool}`);
      const [recall, precision, f1] = ["recall", "precision", "f1"].map(
        (name) => metrics[`detection.${name}_published`],
      );
      const found = recall?.numerator ?? Number.NaN;
      return [
        tool,
        found,
        (precision?.denominator ?? Number.NaN) - found,
        (recall?.denominator ?? Number.NaN) - found,
        ...[precision, recall, f1].map((metric) => digits(metric?.value)),
      ];
    });
    const expected = tools.map((tool) => [tool, ...rowOf(sums[tool]!)]);
    expect(ours).toEqual(expected);
    if (judge === opus) expect(ours).toEqual(Object.entries(publishedTable).map(([tool, row]) => [tool, ...row]));
  });

  test("differs one to one by the credited goldens alone: false positives are the unlisted findings", () => {
    for (const tool of tools) {
      const { found, wrong, missed, credits } = sums[tool]!;
      const [findings, bugs] = [countStates("findings", `recorded:${tool}`), countStates("bugs", `recorded:${tool}`)];
      expect([tool, findings["unlisted"], findings["duplicate"]]).toEqual([tool, wrong, undefined]);
      // A bug that lost its finding is missed, or open where a finding without verdicts may mean it.
      expect([tool, bugs["found"]]).toEqual([tool, found - credits]);
      expect([tool, (bugs["missed"] ?? 0) + (bugs["unjudged"] ?? 0)]).toEqual([tool, missed + credits]);
    }
  });

  test("lets the oracle say all 137 bugs, and silence none, without a precision", () => {
    const [oracle, silent] = [metricsOf("ceiling:oracle"), metricsOf("floor:silent")];
    expect(oracle["detection.recall"]).toMatchObject({ value: 1, numerator: 137, denominator: 137 });
    expect(oracle["detection.precision"]).toMatchObject({ value: 1, numerator: 137, denominator: 137 });
    expect(silent["detection.recall"]).toMatchObject({ value: 0, numerator: 0, denominator: 137 });
    expect(silent["detection.precision"]).toMatchObject({ value: null, n: 0 });
  });
});

describe.skipIf(folder === null)(`what docs/conformance.md says of Martian's benchmark${why}`, () => {
  const document = readFileSync(join(packageRoot, "docs/conformance.md"), "utf8");
  const rows = document.split("\n").map((line) => line.split("|").map((cell) => cell.trim()));
  const rowsOf = (tool: string) => rows.filter((cells) => cells[1] === tool).map((cells) => cells.slice(2, -1));
  const cells = folder === null ? [] : readCells(opus);
  /** Positions of the findings that are neither true nor false positives. */
  const leftOver = ({ cell, candidates }: (typeof cells)[number]) => {
    const named = new Set([
      ...cell.true_positives.map((one) => one.matched_candidate),
      ...cell.false_positives.map((one) => one.candidate),
    ]);
    return [...candidates.keys()].filter((index) => !named.has(candidates[index] ?? ""));
  };
  /** The one finding that was judged, a false positive, is not among the findings, which are none. */
  const isJudgedUnsaid = ({ cell, candidates }: (typeof cells)[number]) =>
    candidates.length === 0 && cell.total_candidates === 1 && cell.false_positives.length === 1;
  const lastKept = ({ cell, candidates }: (typeof cells)[number]) =>
    Math.max(...cell.true_positives.map((one) => candidates.indexOf(one.matched_candidate)));

  test("is the published table, whose sums the files have", () => {
    for (const [tool, row] of Object.entries(publishedTable)) {
      expect(rowsOf(tool)[0]?.slice(0, 6)).toEqual(row.map(String));
    }
    expect(Object.entries(sumCells(opus)).map(([tool, sum]) => [tool, ...rowOf(sum)])).toEqual(
      Object.entries(publishedTable).map(([tool, row]) => [tool, ...row]),
    );
  });

  test("is our own table, as it is measured", async () => {
    const { report } = await measure("opus");
    for (const tool of tools) {
      const metrics = report.reviewers.find(({ id }) => id === `recorded:${tool}`)!.metrics;
      const [recall, precision, f1] = ["recall", "precision", "f1"].map((name) => metrics[`detection.${name}`]);
      expect([tool, ...(rowsOf(tool)[0]?.slice(6) ?? [])]).toEqual([
        tool,
        String(recall?.numerator),
        ...[precision, recall, f1].map((metric) => digits(metric?.value)),
      ]);
    }
    const spoken = report.reviewers.find(({ id }) => id === "recorded:graphite")!.metrics["detection.precision_macro"];
    expect([digits(spoken?.value), spoken?.n]).toEqual([".833", 10]);
  });

  test("is what the files hold", () => {
    const reviews = (holds: (one: (typeof cells)[number]) => boolean) => cells.filter(holds).length;
    const listed = ({ cell }: (typeof cells)[number]) => cell.true_positives.length + cell.false_positives.length;
    expect({
      reviews: cells.length,
      credits: cells.reduce((total, { cell }) => total + extraCredits(cell), 0),
      reviewsThatDoNotAddUp: reviews((one) => listed(one) !== one.cell.total_candidates),
      findings: cells.reduce((total, { cell }) => total + cell.total_candidates, 0),
      leftOver: cells.flatMap(leftOver).length,
      leftOverBeforeOneKept: cells.flatMap((one) => leftOver(one).filter((index) => index < lastKept(one))).length,
      reviewsWithLeftOver: reviews((one) => leftOver(one).length > 0),
      judgedButNotSaid: cells.filter(isJudgedUnsaid).length,
      judgedButNotSaidByTool: Object.fromEntries(
        tools.map((tool) => [tool, cells.filter((one) => one.tool === tool && isJudgedUnsaid(one)).length]),
      ),
      precisionsAboveOne: reviews(({ cell }) => cell.precision > 1),
      silent: reviews(({ cell }) => cell.total_candidates === 0),
      graphiteSilent: reviews(({ tool, cell }) => tool === "graphite" && cell.total_candidates === 0),
      silentWithPrecisionZero: reviews(({ cell }) => cell.total_candidates === 0 && cell.precision === 0),
    }).toEqual({
      reviews: 600,
      credits: 27,
      reviewsThatDoNotAddUp: 52,
      findings: 1735,
      leftOver: 27,
      leftOverBeforeOneKept: 27,
      reviewsWithLeftOver: 25,
      judgedButNotSaid: 21,
      judgedButNotSaidByTool: {
        ...Object.fromEntries(tools.map((tool) => [tool, 0])),
        baz: 13,
        propel: 6,
        bugbot: 1,
        greptile: 1,
      },
      precisionsAboveOne: 5,
      silent: 102,
      graphiteSilent: 40,
      silentWithPrecisionZero: 102,
    });
  });
});
