import { formatRate, noValue, plural } from "../core/format.ts";
import type { AxisAgreement } from "../core/judge/calibration.ts";
import type { SelfTestOutcome, SelfTestShare } from "../core/judge/self-test.ts";

/** One case of a self-test that the judge got wrong or left open. */
export interface WrongCase {
  id: string;
  kind: "negative" | "positive";
  isCritical: boolean;
  /** In how many of its runs the judge passed it, and in how many it failed it. */
  passes: number;
  fails: number;
  runs: number;
  /** Why it is unscored; null where it is not. */
  unscored: string | null;
  why: string;
}

/** So many wrong cases are told one by one; the critical ones first. */
const mostTold = 8;

/** How a judge did on its self-test, as a terminal shows it. */
export function renderSelfTest(outcome: SelfTestOutcome, wrong: readonly WrongCase[]): string {
  const row = (what: string, { n, right, unscored, low, high }: SelfTestShare) => [
    what,
    String(n),
    String(right),
    String(unscored.length),
    bounds(low, high),
  ];
  const table = renderRows([
    ["what", "n", "right", "unscored", "exact bounds, 95 % each"],
    row("critical, failed in every run", outcome.critical),
    row("other negatives, failed", outcome.negatives),
    row("positives, passed", outcome.positives),
    row("the last two together", outcome.others),
  ]);
  const told = wrong
    .toSorted((a, b) => Number(b.isCritical) - Number(a.isCritical))
    .slice(0, mostTold)
    .map((one) => `  ${one.id} (${one.isCritical ? "critical" : one.kind}): ${saidOf(one)}. ${one.why}`);
  const left = wrong.length - told.length;
  const more = left === 0 ? [] : [`  and ${left} more (--json has all of them)`];
  return [table, ...(told.length === 0 ? [] : ["", "not right:", ...told, ...more])].join("\n");
}

function saidOf({ kind, passes, fails, runs, unscored }: WrongCase): string {
  if (unscored !== null) return `unscored, ${unscored}`;
  const [word, times] = kind === "negative" ? ["passed", passes] : ["failed", fails];
  return runs === 1 ? word : `${word} in ${times} of ${runs} runs`;
}

/** How a judge agrees with people, as a terminal shows it. @param people how people agree among themselves, by axis */
export function renderAgreement(
  axes: Readonly<Record<string, AxisAgreement>>,
  people: Readonly<Record<string, number | null>>,
): string {
  const rows = Object.entries(axes).map(([name, axis]) => [
    name,
    String(axis.tp + axis.fp + axis.tn + axis.fn),
    String(axis.unscored),
    rateCell(axis.tpr, axis.tp + axis.fn),
    rateCell(axis.tnr, axis.tn + axis.fp),
    coefficient(axis.kappa),
    coefficient(axis.quadraticKappa),
    coefficient(axis.ac1),
    coefficient(axis.alpha),
    coefficient(people[name] ?? null),
  ]);
  const head = ["axis", "n", "unscored", "TPR", "TNR", "kappa", "quadratic", "AC1", "alpha of runs", "alpha of people"];
  return renderRows([head, ...rows]);
}

/** `24 questions asked` with what that took; what the log had already is in none of it. */
export function renderSpent({
  calls,
  tokensIn,
  tokensOut,
}: {
  calls: number;
  tokensIn: number | null;
  tokensOut: number | null;
}): string {
  if (calls === 0) return "no question asked";
  const tokens =
    tokensIn === null && tokensOut === null
      ? "tokens not told"
      : `${tokensIn ?? "?"} tokens in, ${tokensOut ?? "?"} out`;
  return `${plural(calls, "question")} asked, ${tokens}`;
}

function rateCell(rate: AxisAgreement["tpr"], n: number): string {
  return rate === null ? noValue : `${formatRate(rate.value)} ${bounds(rate.low, rate.high)} of ${n}`;
}

function bounds(low: number | null, high: number | null): string {
  return low === null || high === null ? noValue : `[${formatRate(low)} ${formatRate(high)}]`;
}

function coefficient(value: number | null): string {
  return value === null ? noValue : formatRate(value);
}

/** Columns as wide as their widest cell, all but the first aligned to the right. */
function renderRows(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
