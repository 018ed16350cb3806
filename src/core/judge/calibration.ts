import { z } from "zod";
import { formatBound, formatFixed, formatRate } from "../format.ts";
import type { JudgeError } from "../stats/rogan-gladen.ts";
import type { Rubric } from "./rubric.ts";

const count = z.int().min(0);
const share = z.number().min(0).max(1);
const coefficient = z.number().max(1).nullable();
const Rate = z.strictObject({ value: share, low: share, high: share }).nullable();

/** How a judge agrees with people on one axis, or on `pass`, all required axes together. */
const AxisAgreement = z.strictObject({
  /** Reviews that people and the judge decided: `tp` both pass, `fp` only the judge. The judge decides by most of its runs. */
  tp: count,
  fp: count,
  tn: count,
  fn: count,
  /** Reviews that the judge left open. */
  unscored: count,
  /** Cohen's kappa and Gwet's AC1 over what both decided; null where they are not defined. */
  kappa: coefficient,
  ac1: coefficient,
  /** Weighted kappa over all, what the judge left open standing halfway between fail and pass. */
  quadraticKappa: coefficient,
  /** Krippendorff's alpha of the judge's runs among themselves; null for a single run too. */
  alpha: coefficient,
  /** Share of people's passes that the judge passes, with the 95 % Wilson interval; null where people passed nothing. */
  tpr: Rate,
  /** The same of people's fails that it fails. */
  tnr: Rate,
  /** Whose labels these are. */
  source: z.string(),
});
export type AxisAgreement = z.infer<typeof AxisAgreement>;

/** What a judge made of items whose verdict is known. */
const SelfTestResult = z.strictObject({
  /** Reviews that no judge may pass, such as injections. */
  critical: z.strictObject({ n: count, failed: count }),
  negatives: z.strictObject({ n: count, failed: count }),
  positives: z.strictObject({ n: count, passed: count }),
  /** Whether that was enough for the rubric. */
  holds: z.boolean(),
  /** Cases left unscored, where it depends on them whether it is; absent where it does not. */
  undecided: count.optional(),
});
export type SelfTestResult = z.infer<typeof SelfTestResult>;

/** All that must be alike for what is known of a judge to hold: who is asked, by which rubric, how often and how. */
const JudgeSetup = z.strictObject({
  /** The provider's identity. */
  judge: z.string(),
  rubric: z.strictObject({ name: z.string(), hash: z.string() }),
  runs: z.int().min(1),
  temperature: z.number(),
  maxTokens: z.int().min(1),
});
export type JudgeSetup = z.infer<typeof JudgeSetup>;

/** What is known of a judge: how it did on the self-test, and how it agrees with people. */
export const JudgeCalibration = JudgeSetup.extend({
  version: z.literal(1),
  /** The reference that it was asked by. */
  ref: z.string(),
  madeAt: z.string(),
  /** Where people's labels come from, all of them; null before the first. */
  source: z.string().nullable(),
  /** Null before it took the test. */
  selfTest: SelfTestResult.nullable(),
  axes: z.record(z.string(), AxisAgreement),
});
export type JudgeCalibration = z.infer<typeof JudgeCalibration>;

/** A judge as a run wants to use it. */
export interface WantedJudge {
  ref: string;
  setup: JudgeSetup;
  /** Decides against which labels of people it can be compared. */
  judges: Rubric["judges"];
  floor: Rubric["floor"];
  /** What follows `judge test` or `judge calibrate` for this judge, such as `review --judge openai:m`. */
  words: string;
  /** How the program was called, such as `nitbench`. */
  program: string;
}

/** The part of a record, or of a wish for one, that says whose it is. */
export function setupOf({ judge, rubric, runs, temperature, maxTokens }: JudgeSetup): JudgeSetup {
  return { judge, rubric: { name: rubric.name, hash: rubric.hash }, runs, temperature, maxTokens };
}

/** What is known of this judge with what was learnt just now; new axes take the place of old ones of the same name. */
export function updateCalibration(
  earlier: JudgeCalibration | null,
  setup: JudgeSetup,
  news: Pick<JudgeCalibration, "ref" | "madeAt"> & Partial<Pick<JudgeCalibration, "selfTest" | "axes">>,
): JudgeCalibration {
  const { ref, madeAt, selfTest = earlier?.selfTest ?? null } = news;
  const axes = { ...earlier?.axes, ...news.axes };
  const sources = [...new Set(Object.values(axes).map((axis) => axis.source))];
  const source = sources.length === 0 ? null : sources.join("; ");
  return { version: 1, ...setupOf(setup), ref, madeAt, source, selfTest, axes };
}

/**
 * Why a judge may not gate, in one line that ends with the command that would change it; null where it may: it held the
 * self-test, and its agreement with people on all required axes, in as many runs as it is asked here, reaches the floor,
 * rests on 25 passes and 25 fails of people at least, and leaves no more than 2 % of the labelled reviews open.
 * @param record of this judge and rubric, be it of an earlier version or for other parameters; null where there is none
 */
export function readsAs(record: JudgeCalibration | null, wanted: WantedJudge): string | null {
  const { ref, setup, words, program } = wanted;
  const calibrate = calibrationOf(wanted);
  const test = `${program} judge test ${words}`;
  const because = (reason: string, command: string) => `${ref} informs and decides nothing: ${reason}; run ${command}`;
  const { name } = setup.rubric;

  if (record === null) return because(`nothing is known of it as a judge by the rubric ${name}`, test);
  const stale = whyStale(record, setup);
  if (stale !== null) return because(stale, test);
  if (record.selfTest === null) return because(`it has not taken the self-test of the rubric ${name}`, test);
  if (record.selfTest.undecided !== undefined)
    return because(`its self-test is undecided, ${record.selfTest.undecided} of its cases being unscored`, test);
  if (!record.selfTest.holds) {
    const why = `it failed the self-test (${describeSelfTest(record.selfTest)})`;
    return `${ref} informs and decides nothing: ${why}; name another judge model or make the rubric clearer (each case: ${test})`;
  }
  const why = whyTooUnlike(record.axes["pass"], "all required axes", wanted);
  return why === null ? null : because(why, calibrate);
}

/**
 * Why a gate may not rest on one axis of a judge that may gate: its agreement with people on this axis by itself misses
 * what `readsAs` asks of all required axes together; null where it may.
 */
export function axisReadsAs(record: JudgeCalibration | null, wanted: WantedJudge, axis: string): string | null {
  const why = whyTooUnlike(record?.axes[axis], `the axis ${axis}`, wanted);
  return why === null ? null : `${wanted.ref} decides nothing by ${axis} alone: ${why}; run ${calibrationOf(wanted)}`;
}

/** Fewer labels of a kind than this make a rate too uncertain to rest a gate on. */
export const fewestLabels = 25;

/** Of the labelled reviews: what a run's budget lets stay unscored, unless told. */
const mostLeftOpen = 0.02;

function calibrationOf({ words, program, judges }: WantedJudge): string {
  const against = judges === "pair" ? "bc-bench" : "LABELS.jsonl --dataset DATASET";
  return `${program} judge calibrate ${words} --against ${against}`;
}

/** Why nothing may rest on this agreement with people; null where it may. What more labels would not mend comes first. */
function whyTooUnlike(
  agreement: AxisAgreement | undefined,
  on: string,
  { floor, setup }: Pick<WantedJudge, "floor" | "setup">,
): string | null {
  const { name } = setup.rubric;
  if (agreement === undefined) return `it was not compared with people on ${on} of the rubric ${name}`;
  const { tp, fn, tn, fp, unscored, tpr, tnr } = agreement;
  if (tpr === null || tnr === null)
    return `people's labels hold no ${tpr === null ? "pass" : "fail"}, so nobody knows what it makes of one`;
  const shown = (rate: "tpr" | "tnr", value: number) =>
    `${rate.toUpperCase()} ${formatBound(value, { min: floor[rate] })}`;
  const rates = `${shown("tpr", tpr.value)} and ${shown("tnr", tnr.value)}`;
  if (tpr.value + tnr.value <= 1) return `with ${rates} against people it is no better than chance`;
  const below = (["tpr", "tnr"] as const).filter((rate) => (agreement[rate]?.value ?? 0) < floor[rate]);
  const floors = below.map((rate) => `${rate.toUpperCase()} ${formatRate(floor[rate])}`).join(" and ");
  if (below.length > 0) return `with ${rates} against people it is below the floor of the rubric ${name}, ${floors}`;
  const [passes, fails] = [tp + fn, tn + fp];
  const labels = `${passes} passes and ${fails} fails of people`;
  if (passes < fewestLabels || fails < fewestLabels)
    return `${labels} are too few to rest a gate on (label ${fewestLabels} of each at least)`;
  if (tpr.low + tnr.low <= 1) return `${labels} are too few to tell it from chance`;
  const all = passes + fails + unscored;
  if (unscored <= mostLeftOpen * all) return null;
  return `it left ${unscored} of ${all} labelled reviews open, more than ${formatFixed(mostLeftOpen * 100, 0)} %`;
}

/** How often a judge errs, or in words why no pass rate is corrected by that; null where nobody knows. */
export type KnownError = JudgeError | string | null;

/**
 * The judge's error on all required axes, which a pass rate can be corrected for. Whoever may not gate has figures that say
 * nothing of its verdicts here, so no rate is corrected by them.
 */
export function judgeErrorOf({
  informsBecause,
  calibration,
}: {
  informsBecause: string | null;
  calibration: Pick<JudgeCalibration, "axes"> | null;
}): KnownError {
  if (informsBecause !== null) return `not corrected: ${informsBecause}`;
  const pass = calibration?.axes["pass"];
  if (pass === undefined || pass.tpr === null || pass.tnr === null) return null;
  return {
    tpr: { value: pass.tpr.value, n: pass.tp + pass.fn },
    tnr: { value: pass.tnr.value, n: pass.tn + pass.fp },
  };
}

function whyStale(record: JudgeCalibration, setup: JudgeSetup): string | null {
  if (record.rubric.hash !== setup.rubric.hash)
    return `it was calibrated with another version of the rubric ${setup.rubric.name}`;
  const changed = (["runs", "temperature", "maxTokens"] as const).find((key) => record[key] !== setup[key]);
  if (changed === undefined) return null;
  return `it was calibrated with ${changed} ${record[changed]}, and is asked with ${setup[changed]} here`;
}

function describeSelfTest({ critical, negatives, positives }: SelfTestResult): string {
  const rule = critical.failed === critical.n ? "" : ", where a judge must fail all";
  return [
    `${critical.failed} of ${critical.n} critical cases failed${rule}`,
    `${negatives.failed} of ${negatives.n} other negatives failed`,
    `${positives.passed} of ${positives.n} positives passed`,
  ].join("; ");
}
