import { formatRate } from "../../core/format.ts";
import type { Metric, ReviewerReport, Slice } from "../../core/report.ts";
import { showInterval } from "./numbers.ts";
import { plural } from "./text.ts";

/** One slice with its recall, which has a value. */
export interface WeakSlice {
  slice: Slice;
  recall: Metric;
}

/** Where a reviewer finds clearly less than elsewhere, and one sentence that says so or that there is no such place. */
export interface Weakness {
  slices: WeakSlice[];
  sentence: string;
}

const mostListed = 8;
/** A slice below this many bugs is listed only where even its interval lies below the whole. */
const leastUnits = 5;
/** Rates that differ by less are the same to a reader. */
const nearlySame = 0.05;

/**
 * The slices in which recall is clearly lower than over all cases, lowest first, at most eight: the upper end of the
 * slice's 95 % interval lies below the overall value, or its value below the lower end of the overall interval with at
 * least five bugs. Null where no bug was scored.
 */
export function findWeakness(reviewer: ReviewerReport): Weakness | null {
  const overall = reviewer.metrics["detection.recall"];
  if (overall === undefined || overall.value === null) return null;
  const scored = reviewer.slices.flatMap((slice): WeakSlice[] => {
    const recall = slice.metrics["detection.recall"];
    return recall === undefined || recall.value === null ? [] : [{ slice, recall }];
  });
  const weak = scored
    .filter(({ recall }) => isClearlyLower(recall, overall))
    .sort((a, b) => valueOf(a) - valueOf(b) || b.recall.n - a.recall.n);
  const slices = weak.slice(0, mostListed);
  return { slices, sentence: sentenceOf(overall, overall.value, scored, weak.length) };
}

const valueOf = ({ recall }: WeakSlice) => recall.value ?? 0;

function isClearlyLower(recall: Metric, overall: Metric): boolean {
  if (recall.value === null || overall.value === null) return false;
  if (recall.high !== null && recall.high < overall.value) return true;
  return recall.n >= leastUnits && overall.low !== null && recall.value < overall.low;
}

function sentenceOf(overall: Metric, value: number, scored: readonly WeakSlice[], weak: number): string {
  const whole = `${formatRate(value)}${overall.low === null ? "" : ` (${showInterval(overall)})`}`;
  if (scored.length === 0) return `Recall is ${whole}; the cases have no slices.`;
  const many = plural(scored.length, "slice");
  if (weak > 0) {
    const listed = weak > mostListed ? `; the ${mostListed} lowest are listed` : "";
    return `Recall is ${whole} over all cases, and lower in ${weak} of ${many}${listed}.`;
  }
  const values = scored.map(valueOf);
  const [lowest, highest] = [Math.min(...values), Math.max(...values)].map(formatRate);
  if (values.every((one) => Math.abs(one - value) <= nearlySame))
    return lowest === highest
      ? `Recall is ${lowest} in every one of ${many}.`
      : `Recall is much the same everywhere: ${lowest} to ${highest} in ${many}.`;
  return `Recall is ${whole}, and none of ${many} is clearly below that.`;
}
