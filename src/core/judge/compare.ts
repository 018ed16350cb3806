import {
  cohenKappa,
  confusionOf,
  crossTable,
  gwetAc1,
  judgeRates,
  krippendorffAlpha,
  type Rate,
} from "../stats/agreement.ts";
import { consensusPass, medianPass, type Passes } from "./aggregate.ts";
import { type AxisAgreement, fewestLabels } from "./calibration.ts";
import type { JudgedRun } from "./judge.ts";
import type { Axis } from "./rubric.ts";

/** A review with what people say of its axes (true is pass) and what the judge said in each of its runs. */
export interface ComparedReview {
  people: Readonly<Record<string, boolean>>;
  judged: readonly JudgedRun[];
}

/** One review on one axis. */
interface Pair {
  person: boolean;
  judge: boolean | null;
  runs: Passes;
}

/**
 * How a judge agrees with people, axis by axis as most of its runs have it, and on `pass`, all required axes together,
 * where people labelled each of them. Axes that nobody labelled are absent.
 * @param source whose labels these are
 */
export function compareWithPeople(
  reviews: readonly ComparedReview[],
  axes: readonly Pick<Axis, "name" | "required">[],
  source: string,
): Record<string, AxisAgreement> {
  const required = axes.filter((axis) => axis.required).map(({ name }) => name);
  const byAxis = [
    ...axes.map(({ name }) => [name, reviews.flatMap((review) => pairOnAxis(review, name))] as const),
    ["pass", reviews.flatMap((review) => pairOnAll(review, required))] as const,
  ];
  return Object.fromEntries(
    byAxis.filter(([, pairs]) => pairs.length > 0).map(([name, pairs]) => [name, agreementOn(pairs, source)]),
  );
}

/** What of these agreements rests on few labels, one line each. */
export function warnOfFewLabels(axes: Readonly<Record<string, AxisAgreement>>): string[] {
  return Object.entries(axes).flatMap(([name, { tp, fp, tn, fn }]) => {
    const [passes, fails] = [tp + fn, tn + fp];
    if (passes >= fewestLabels && fails >= fewestLabels) return [];
    return [`${name} rests on ${passes} passes and ${fails} fails of people (label ${fewestLabels} of each at least)`];
  });
}

function pairOnAxis({ people, judged }: ComparedReview, axis: string): Pair[] {
  const person = people[axis];
  if (person === undefined) return [];
  const runs = judged.map((run) => passOf(run.axes[axis]));
  return [{ person, judge: medianPass(runs), runs }];
}

function pairOnAll({ people, judged }: ComparedReview, required: readonly string[]): Pair[] {
  const labels = required.map((axis) => people[axis]).filter((label) => label !== undefined);
  if (labels.length < required.length) return [];
  return [
    { person: labels.every(Boolean), judge: consensusPass(judged, required), runs: judged.map((run) => run.pass) },
  ];
}

function passOf(verdict: JudgedRun["axes"][string] | undefined): boolean | null {
  return verdict === "pass" ? true : verdict === "fail" ? false : null;
}

function agreementOn(pairs: readonly Pair[], source: string): AxisAgreement {
  const counts = confusionOf(pairs.map(({ person, judge }) => [person, judge]));
  const decided = pairs.flatMap(({ person, judge }) => (judge === null ? [] : [[person, judge] as const]));
  const table = crossTable(decided, [false, true]);
  const all = crossTable<boolean | null>(
    pairs.map(({ person, judge }) => [person, judge]),
    [false, null, true],
  );
  const { tpr, tnr } = judgeRates(counts);
  return {
    ...counts,
    kappa: cohenKappa(table),
    quadraticKappa: cohenKappa(all, "quadratic"),
    ac1: gwetAc1(table),
    alpha: krippendorffAlpha(pairs.map(({ runs }) => runs)),
    tpr: boundsOf(tpr),
    tnr: boundsOf(tnr),
    source,
  };
}

function boundsOf(rate: Rate | null): AxisAgreement["tpr"] {
  return rate === null ? null : { value: rate.value, low: rate.low, high: rate.high };
}
