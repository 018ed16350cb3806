import type { MetricComparison } from "../core/comparison.ts";
import type { RunComparison, SliceComparison } from "../core/compare-runs.ts";
import { formatSigned, formatValue, neutralise, noValue, plural, shortRef } from "../core/format.ts";
import { metricDefinitions } from "../core/metric.ts";
import { fitTable, type TableColumn } from "./fit-table.ts";
import { broadest } from "./broadest.ts";
import { spentWords } from "./spent-words.ts";
import { alignRight, fold, type TerminalStyle } from "./terminal-text.ts";

/** Below this p a difference is marked; that of a slice is adjusted for their number first. */
const noteworthy = 0.05;
const mostCases = 10;
/** Variants of a metric that the JSON document has and a terminal leaves out. */
const variants = /\.(recall_at_\d+|precision_macro.*|f_beta)$/;

/** What the words of the tables mean. */
const legend =
  " change: second minus first, and its 95 % interval. p: how often cases would differ so much, or more, by chance alone; " +
  "(Holm): raised, since many slices are looked at. could see: the least change that these cases would show 8 times in 10. " +
  "fixed: wrong with the first and right with the second; broken: the other way round.";

/** A comparison as a terminal shows it: what differs, by how much and how sure that is, then the cases that turned. */
export function renderComparison(comparison: RunComparison, style: TerminalStyle): string {
  const toWidth = (text: string) => fold(text, style.columns);
  const { first, second, obstacles, metrics, slices, spent, flips } = comparison;
  const name = ({ run, reviewer }: RunComparison["first"]) => neutralise(`${shortRef(reviewer)} (${run})`);
  const told = metrics.filter(({ difference, metric }) => difference !== null && !variants.test(metric));
  const leftOut = broadest(told)?.leftOut ?? 0;
  const marked = slices.filter(({ adjustedP }) => adjustedP !== null && adjustedP < noteworthy);
  return [
    toWidth(`${style.paint("bold", "nitbench compare")} · ${name(second)} against ${name(first)}`),
    "",
    ...obstacles.map(({ concerns, reason }) =>
      toWidth(
        `${style.paint("yellow", "not compared")}: ${neutralise(`${concerns === "all" ? "case by case" : `${concerns}.*`}: ${reason}`)}`,
      ),
    ),
    ...(told.length === 0 ? ["nothing that both have can be compared"] : [metricTable(told, style)]),
    ...(leftOut === 0
      ? []
      : [
          toWidth(
            style.paint(
              "dim",
              ` ${plural(leftOut, "case")} that only one of the two has, or has no score of, left out`,
            ),
          ),
        ]),
    ...(spent.length === 0 ? [] : ["", ...spent.map((one) => fold(neutralise(spentWords(one)), style.columns))]),
    ...(slices.length === 0
      ? []
      : ["", sliceSentence(slices, marked), ...(marked.length === 0 ? [] : [sliceTable(marked, style)])]),
    ...(flips === null ? [] : ["", ...flipLines(flips).map(toWidth)]),
    "",
    ...(told.length === 0 ? [] : [toWidth(style.paint("dim", legend)), ""]),
  ].join("\n");
}

function metricTable(metrics: readonly MetricComparison[], style: TerminalStyle): string {
  const columns: TableColumn[] = [
    { title: "metric", cells: metrics.map(({ metric }) => metric) },
    ...figures(metrics, style),
    { title: "p", cells: metrics.map(({ p }) => showP(p)), rank: 3 },
    { title: "could see", cells: metrics.map(detectable), rank: 1 },
    { title: "cases", cells: metrics.map(({ cases }) => String(cases)), rank: 2 },
  ];
  return fitTable(columns, "with --json", style);
}

function sliceTable(slices: readonly SliceComparison[], style: TerminalStyle): string {
  const columns: TableColumn[] = [
    { title: "slice", cells: slices.map(({ field, value }) => neutralise(`${field} ${value}`)) },
    { title: "metric", cells: slices.map(({ metric }) => metric) },
    ...figures(
      slices.map((one) => ({ ...one, p: one.adjustedP })),
      style,
    ),
    { title: "p (Holm)", cells: slices.map(({ adjustedP }) => showP(adjustedP)), rank: 3 },
  ];
  return fitTable(columns, "with --json", style);
}

/** Both values, their difference and its interval. */
function figures(all: readonly MetricComparison[], style: TerminalStyle): TableColumn[] {
  return [
    {
      title: "first",
      cells: alignRight(all.map(({ first, metric }) => formatValue(first, metricDefinitions[metric].unit))),
      rank: 4,
    },
    {
      title: "second",
      cells: alignRight(all.map(({ second, metric }) => formatValue(second, metricDefinitions[metric].unit))),
      rank: 5,
    },
    { title: "change", cells: alignRight(all.map((one) => paintDifference(one, one.p, style))) },
    { title: "95 %", cells: all.map(interval) },
  ];
}

function interval({ low, high, metric }: MetricComparison): string {
  const { unit } = metricDefinitions[metric];
  return low === null || high === null ? noValue : `[${formatSigned(low, unit)} ${formatSigned(high, unit)}]`;
}

function showP(p: number | null): string {
  return p === null ? noValue : p < 0.001 ? "<.001" : p.toFixed(3).replace(/^0/, "");
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
