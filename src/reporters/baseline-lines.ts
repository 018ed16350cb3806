import type { BaselineComparison } from "../core/comparison.ts";
import { formatRateBound, formatSigned, formatValue, neutralise, plural, shortRef } from "../core/format.ts";
import { metricDefinitions } from "../core/metric.ts";
import type { Report } from "../core/report.ts";
import { broadest } from "./broadest.ts";
import { spentWords } from "./spent-words.ts";
import { fold, type TerminalStyle } from "./terminal-text.ts";

/** Whom measured reviewers are compared with, what could not be compared, and how many cases turned; none without a baseline. */
export function renderBaseline({ comparisons }: Report, style: TerminalStyle): string[] {
  return comparisons.flatMap((comparison) => [
    "",
    fold(describe(comparison, style), style.columns),
    ...comparison.obstacles.map(({ concerns, reason }) =>
      fold(
        `  ${style.paint("yellow", "not compared")}: ${neutralise(`${concerns === "all" ? "case by case" : `${concerns}.*`}: ${reason}`)}`,
        style.columns,
      ),
    ),
    ...(comparison.spent ?? []).map((one) =>
      fold(`    ${neutralise(spentWords(one, "the baseline's"))}`, style.columns),
    ),
  ]);
}

function describe(comparison: BaselineComparison, style: TerminalStyle): string {
  const { reviewer, baseline, flips } = comparison;
  const run = baseline.run === undefined ? "" : ` (run ${baseline.run})`;
  const head = `${style.paint("bold", neutralise(shortRef(reviewer)))} against the baseline ${neutralise(`${shortRef(baseline.reviewer)}${run}`)}`;
  const turned = flips === null ? [] : [`${plural(flips.fixed.length, "case")} fixed, ${flips.broken.length} broken`];
  return `  ${[`${head}: ${summary(comparison)}`, ...turned, ...leftOut(comparison)].join("; ")}`;
}

const told: readonly string[] = ["detection.recall", "detection.precision", "judge.pass_rate", "overlap.f1"];

/** The first headline figures with the least difference that their cases would show. */
function summary({ metrics }: BaselineComparison): string {
  const shown = metrics.filter(({ metric, difference }) => told.includes(metric) && difference !== null).slice(0, 2);
  const texts = shown.map(({ metric, difference, detectable }) => {
    const { unit } = metricDefinitions[metric];
    const least =
      detectable === null
        ? ""
        : ` (differences from ${unit === "rate" ? formatRateBound(detectable) : formatValue(detectable, unit)} up would show)`;
    return `${metric} ${formatSigned(difference ?? 0, unit)}${least}`;
  });
  return texts.length === 0 ? "nothing that both have can be compared" : texts.join(", ");
}

/** Of how many cases one side alone has any score; nothing where there are none. */
function leftOut({ metrics }: BaselineComparison): string[] {
  const one = broadest(metrics);
  if (one === null || one.leftOut === 0) return [];
  return [`on ${plural(one.cases, "case")} that both have, ${one.leftOut} left out`];
}
