import { formatFixed, formatRate } from "./format.ts";
import { leastAdvantage } from "./relative-gate.ts";
import type { GateResult } from "./report.ts";

type Relative = Pick<GateResult["gate"], "vsBaseline">;
type Versus = NonNullable<GateResult["versus"]>;

/** What a gate against a baseline asks for, in words: `less than .05 worse than the baseline`. */
export function wantedOf({ vsBaseline = {} }: Relative): string {
  const least = leastAdvantage(vsBaseline);
  if (least < 0) return `less than ${formatLimit(-least)} worse than the baseline`;
  return least === 0 ? "better than the baseline" : `more than ${formatLimit(least)} better than the baseline`;
}

/** The same as tables show it: `> baseline - .05`. */
export function ruleOf({ vsBaseline = {} }: Relative): string {
  const least = leastAdvantage(vsBaseline);
  return least === 0 ? "> baseline" : `> baseline ${least < 0 ? "-" : "+"} ${formatLimit(Math.abs(least))}`;
}

/** Where a reviewer stands: `.43, .12 worse than the baseline's .55`. */
export function standingOf({ baseline, difference }: Versus, value: number | null): string {
  const own = value === null ? "unknown" : formatRate(value);
  if (difference === null || baseline === null) return own;
  const by = formatRate(Math.abs(difference));
  if (difference === 0) return `${own}, equal to the baseline's`;
  return `${own}, ${by} ${difference < 0 ? "worse" : "better"} than the baseline's ${formatRate(baseline)}`;
}

/** A signed difference beside the threshold of its gate: a third digit where two would make them look equal. */
export function formatDifference(difference: number, { vsBaseline = {} }: Relative): string {
  const least = leastAdvantage(vsBaseline);
  const looksEqual = difference !== least && formatRate(difference) === formatRate(least);
  const size = Math.abs(difference);
  const shown = looksEqual ? formatFixed(size, 3).replace(/^0\./, ".") : formatRate(size);
  return `${difference < 0 && Number(shown) !== 0 ? "-" : "+"}${shown}`;
}

/** A threshold with every digit that the suite wrote. */
function formatLimit(limit: number): string {
  const written = String(limit).replace(/^0\./, ".");
  return written.length > formatRate(limit).length && !written.includes("e") ? written : formatRate(limit);
}
