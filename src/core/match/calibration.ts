import { z } from "zod";
import { wilson } from "../stats/proportion.ts";

/** One labelled pair: a finding and a bug of the same lines, and whether the finding describes the bug. */
export const LabelledPair = z.strictObject({
  id: z.string().min(1),
  split: z.enum(["choose", "measure"]),
  language: z.string().min(1),
  finding: z.strictObject({ message: z.string().min(1), category: z.string().optional() }),
  bug: z.strictObject({ category: z.string().min(1), description: z.string().min(1) }),
  same: z.boolean(),
  why: z.string().min(1),
});
export type LabelledPair = z.infer<typeof LabelledPair>;

const rate = z.number().min(0).max(1).nullable();
const interval = z.strictObject({ low: z.number(), high: z.number() }).nullable();
const count = z.int().min(0);

/**
 * How often the lexical matcher agrees with the labels. `measured` counts the pairs that had no part in choosing the
 * threshold: `tpr` of those labelled same, `tnr` of those labelled different. Intervals are Wilson, 95 %. A rate is
 * null where it has no pairs.
 */
export const MatcherCalibration = z.strictObject({
  matcher: z.literal("lexical"),
  version: z.int().min(1),
  threshold: z.number().min(0).max(1),
  pairsHash: z.string().min(1),
  measured: z.strictObject({
    n: count,
    accuracy: rate,
    tpr: rate,
    tnr: rate,
    tp: count,
    fp: count,
    tn: count,
    fn: count,
  }),
  intervals: z.strictObject({ accuracy: interval, tpr: interval, tnr: interval }),
});
export type MatcherCalibration = z.infer<typeof MatcherCalibration>;

/** Similarity of a finding to a bug, in [0, 1]. */
export type PairSimilarity = (finding: LabelledPair["finding"], bug: LabelledPair["bug"]) => number;

/** Which matcher is calibrated, and the hash of the file that held the pairs. */
export interface CalibrationSubject {
  version: number;
  pairsHash: string;
}

/** Measures a similarity at a threshold on the pairs of the `measure` split; those of `choose` are left out. */
export function calibrate(
  pairs: readonly LabelledPair[],
  similarity: PairSimilarity,
  threshold: number,
  subject: CalibrationSubject,
): MatcherCalibration {
  const { tp, fp, tn, fn } = confusion(pairs, "measure", similarity, threshold);
  const n = tp + fp + tn + fn;
  return {
    matcher: "lexical",
    version: subject.version,
    threshold,
    pairsHash: subject.pairsHash,
    measured: { n, accuracy: share(tp + tn, n), tpr: share(tp, tp + fn), tnr: share(tn, tn + fp), tp, fp, tn, fn },
    intervals: { accuracy: wilson(tp + tn, n), tpr: wilson(tp, tp + fn), tnr: wilson(tn, tn + fp) },
  };
}

/**
 * The threshold, rounded down to two decimals, with the best balanced accuracy (mean of TPR and TNR) on the `choose`
 * split; of equally good ones the highest. Errors when the split lacks either label.
 */
export function chooseThreshold(pairs: readonly LabelledPair[], similarity: PairSimilarity): number {
  const chosen = pairs.filter((pair) => pair.split === "choose");
  if (!chosen.some((pair) => pair.same) || !chosen.some((pair) => !pair.same)) {
    throw new RangeError("labelled pairs: split choose: expected pairs of both labels, got one label or none");
  }
  const candidates = new Set(chosen.map((pair) => Math.floor(similarity(pair.finding, pair.bug) * 100) / 100));
  let best = { threshold: 0, balancedAccuracy: -1 };
  for (const threshold of [...candidates].toSorted((left, right) => left - right)) {
    const { tp, fp, tn, fn } = confusion(chosen, "choose", similarity, threshold);
    const balancedAccuracy = (tp / (tp + fn) + tn / (tn + fp)) / 2;
    if (balancedAccuracy >= best.balancedAccuracy) best = { threshold, balancedAccuracy };
  }
  return best.threshold;
}

interface Confusion {
  tp: number;
  fp: number;
  tn: number;
  fn: number;
}

function confusion(
  pairs: readonly LabelledPair[],
  split: LabelledPair["split"],
  similarity: PairSimilarity,
  threshold: number,
): Confusion {
  const counts = { tp: 0, fp: 0, tn: 0, fn: 0 };
  for (const pair of pairs) {
    if (pair.split !== split) continue;
    const saysSame = similarity(pair.finding, pair.bug) >= threshold;
    if (pair.same) counts[saysSame ? "tp" : "fn"] += 1;
    else counts[saysSame ? "fp" : "tn"] += 1;
  }
  return counts;
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
