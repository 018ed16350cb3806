import type { MetricComparison } from "../core/comparison.ts";
import type { RunComparison, SliceComparison } from "../core/compare-runs.ts";
import { formatSigned, formatValue, neutralise, noValue, plural, shortRef } from "../core/format.ts";
import { metricDefinitions } from "../core/metric.ts";
import { plainTable } from "./plain-table.ts";
import type { TerminalStyle } from "./terminal-text.ts";

/** Below this p a difference is marked; that of a slice is adjusted for their number first. */
const noteworthy = 0.05;
const mostCases = 10;
/** Variants of a metric that the JSON document has and a terminal leaves out. */
const variants = /\.(recall_at_\d+|precision_macro.*|f_beta)$/;

/** A comparison as a terminal shows it: what differs, by how much and how sure that is, then the cases that turned. */
export function renderComparison(comparison: RunComparison, style: TerminalStyle): string {
  const { first, second, obstacles, metrics, slices, flips } = comparison;
  const name = ({ run, reviewer }: RunComparison["first"]) => neutralise(`${shortRef(reviewer)} (${run})`);
  const told = metrics.filter(({ difference, metric }) => difference !== null && !variants.test(metric));
  const leftOut = Math.max(0, ...told.map((one) => one.leftOut));
  const marked = slices.filter(({ adjustedP }) => adjustedP !== null && adjustedP < noteworthy);
  return [
    `${style.paint("bold", "nitbench compare")} · ${name(second)} against ${name(first)}`,
    "",
    ...obstacles.map(
      ({ concerns, reason }) =>
        `${style.paint("yellow", "not compared")}: ${neutralise(`${concerns === "all" ? "case by case" : `${concerns}.*`}: ${reason}`)}`,
    ),
    ...(told.length === 0 ? ["nothing that both have can be compared"] : [metricTable(told, style)]),
    ...(leftOut === 0
      ? []
      : [style.paint("dim", ` ${plural(leftOut, "case")} that only one of the two has, or has no score of, left out`)]),
    ...(slices.length === 0
      ? []
      : ["", sliceSentence(slices, marked), ...(marked.length === 0 ? [] : [sliceTable(marked, style)])]),
    ...(flips === null ? [] : ["", ...flipLines(flips)]),
    "",
  ].join("\n");
}

function metricTable(metrics: readonly MetricComparison[], style: TerminalStyle): string {
  const titles = ["metric", "first", "second", "difference", "95 %", "p", "could see", "cases"];
  const table = plainTable(titles.map((title) => style.paint("dim", title)));
  for (const one of metrics)
    table.push([one.metric, ...cellsOf(one, one.p, style), detectable(one), String(one.cases)]);
  return table.toString();
}

function sliceTable(slices: readonly SliceComparison[], style: TerminalStyle): string {
  const table = plainTable(
    ["slice", "metric", "first", "second", "difference", "95 %", "p (Holm)"].map((title) => style.paint("dim", title)),
  );
  for (const one of slices)
    table.push([neutralise(`${one.field} ${one.value}`), one.metric, ...cellsOf(one, one.adjustedP, style)]);
  return table.toString();
}

function cellsOf(one: MetricComparison, p: number | null, style: TerminalStyle): string[] {
  const { unit } = metricDefinitions[one.metric];
  const interval =
    one.low === null || one.high === null
      ? noValue
      : `[${formatSigned(one.low, unit)} ${formatSigned(one.high, unit)}]`;
  return [
    formatValue(one.first, unit),
    formatValue(one.second, unit),
    paintDifference(one, p, style),
    interval,
    p === null ? noValue : p < 0.001 ? "<.001" : p.toFixed(3).replace(/^0/, ""),
  ];
}

/** Green where the second is better beyond noise, red where it is worse, plain where nobody can tell. */
function paintDifference({ metric, difference }: MetricComparison, p: number | null, style: TerminalStyle): string {
  const { unit, better } = metricDefinitions[metric];
  if (difference === null) return noValue;
  const text = formatSigned(difference, unit);
  if (p === null || p >= noteworthy || better === null) return text;
  return style.paint(difference > 0 === (better === "higher") ? "green" : "red", text);
}

function detectable({ detectable: effect, metric }: MetricComparison): string {
  return effect === null ? noValue : formatValue(effect, metricDefinitions[metric].unit);
}

function sliceSentence(slices: readonly SliceComparison[], marked: readonly SliceComparison[]): string {
  const compared = plural(slices.length, "slice");
  if (marked.length === 0) return `${compared} compared, none differs beyond noise (p adjusted by Holm)`;
  return `${compared} compared, ${marked.length} ${marked.length === 1 ? "differs" : "differ"} beyond noise (p adjusted by Holm)`;
}

function flipLines({ fixed, broken, bothRight, bothWrong, untold }: NonNullable<RunComparison["flips"]>): string[] {
  const counts = `${plural(bothRight, "case")} right with both, ${bothWrong} wrong with both${untold === 0 ? "" : `, ${untold} open`}`;
  return [counts, `fixed   ${listCases(fixed)}`, `broken  ${listCases(broken)}`];
}

function listCases(ids: readonly string[]): string {
  if (ids.length === 0) return "none";
  const more = ids.length > mostCases ? ` and ${ids.length - mostCases} more (--json lists them)` : "";
  return `${ids.length}: ${neutralise(ids.slice(0, mostCases).join(", "))}${more}`;
}
