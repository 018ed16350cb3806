import { type Candidate, chooseBest, compareWithBest, compareWithOne } from "./choose-checkpoint.ts";
import { plural } from "./format.ts";
import { showConfidence, usualAlpha } from "./gate.ts";
import type { MetricName } from "./metric.ts";
import type { GateResult, ReviewerReport, Verdict } from "./report.ts";
import type { Beside, Sweep, SweepCases, SweepPoint } from "./sweep.ts";

/** A checkpoint with what it scored where the choice is made. */
export interface SweptCheckpoint extends Candidate, Omit<SweepPoint, "reviewer" | "beside"> {}

/** What a sweep is described from. */
export interface SweepInput extends Pick<Sweep, "ref" | "metric" | "leftOut" | "losses" | "evalLosses"> {
  /** Ascending by step. */
  checkpoints: readonly SweptCheckpoint[];
  /** The base where the choice is made. */
  base: Candidate | null;
  choice: SweepCases;
  /** Other cases for the gates, with what the chosen one and the base scored there; null where there are none. */
  apart: { cases: SweepCases; chosen: Candidate | null; base: Candidate | null } | null;
  seed: number;
}

/** A sweep before anything is decided. */
export type ChosenSweep = Omit<Sweep, "decision" | "sentence">;

/**
 * Error of the one-sided bounds that decide the chosen one's gates. Where other cases than the gated ones chose it, it is
 * that of any reviewer. Chosen and gated on the same cases, .05 is divided by the checkpoints, which is the first step of
 * Holm's procedure: however it was chosen, one that does not reach the gates passes them in at most 5 % of runs.
 */
export function gateAlpha(checkpoints: number, isApart: boolean): number {
  return isApart ? usualAlpha : usualAlpha / Math.max(1, checkpoints);
}

/** Chooses the best checkpoint and says from which others it cannot be told. */
export function describeChoice(input: SweepInput): ChosenSweep {
  const { ref, metric, checkpoints, base, choice, apart, seed, losses, evalLosses, leftOut } = input;
  const best = chooseBest(checkpoints, metric);
  const others = checkpoints.filter(({ id }) => id !== best?.id);
  // The same cases show whether it is better than its base: one more that it was looked out beside.
  const withBase = apart === null && base !== null ? [...others, base] : others;
  const beside = best === null ? new Map<string, Beside>() : compareWithBest(best, withBase, metric, seed);
  const gated = apart === null ? best : apart.chosen;
  return {
    ref,
    metric,
    choice,
    gated: apart?.cases ?? choice,
    alpha: gateAlpha(checkpoints.length, apart !== null),
    points: checkpoints.map(({ id, step, epoch, loss, evalLoss, isTrainersBest }) => ({
      reviewer: id,
      step,
      epoch,
      loss,
      evalLoss,
      isTrainersBest,
      beside: beside.get(id) ?? null,
    })),
    base:
      base === null
        ? null
        : {
            reviewer: base.id,
            gated: apart === null ? base.id : (apart.base?.id ?? null),
            beside: apart === null ? (beside.get(base.id) ?? null) : besideApart(apart, metric, seed),
          },
    chosen: best === null || gated === null ? null : { reviewer: gated.id, point: best.id, step: best.step },
    alike: best === null ? null : alikeOf(best, others, beside),
    losses,
    evalLosses,
    leftOut,
  };
}

function besideApart({ chosen, base }: NonNullable<SweepInput["apart"]>, metric: MetricName, seed: number) {
  return chosen === null || base === null ? null : compareWithOne(chosen, base, metric, seed);
}

function alikeOf(
  best: SweptCheckpoint,
  others: readonly SweptCheckpoint[],
  beside: ReadonlyMap<string, Beside>,
): Sweep["alike"] {
  const alike = others.filter(({ id }) => beside.get(id)?.isToldApart !== true);
  if (alike.length === 0) return null;
  const steps = [best, ...alike].map(({ step }) => step).toSorted((a, b) => a - b);
  const counts = alike.map(({ id }) => beside.get(id)?.comparison.cases ?? 0);
  return { steps, cases: Math.min(...counts) };
}

/**
 * Whether the chosen checkpoint is to be promoted: by its own required gates, whatever others of the run do.
 * @param reviewers of the report
 * @param verdict of the run, which decides nothing where it is incomplete
 */
export function decideSweep(sweep: ChosenSweep, reviewers: readonly ReviewerReport[], verdict: Verdict): Sweep {
  const chosen = reviewers.find(({ id }) => id === sweep.chosen?.reviewer);
  const gates = chosen?.gates.filter(({ gate }) => gate.required) ?? [];
  const decision = verdict.status === "incomplete" ? "undecided" : decisionOf(gates);
  return { ...sweep, decision, sentence: sentenceOf(sweep, gates, decision, verdict) };
}

/** The verdict with the answer of a sweep before it; without a choice the run is incomplete. */
export function answerSweep(verdict: Verdict, sweep: Sweep): Verdict {
  if (verdict.status === "incomplete") return verdict;
  if (sweep.chosen === null) return { status: "incomplete", exitCode: 3, sentence: sweep.sentence };
  return { ...verdict, sentence: `${sweep.sentence} ${verdict.sentence}`.trim() };
}

function decisionOf(gates: readonly GateResult[]): Sweep["decision"] {
  if (gates.length === 0) return "undecided";
  if (gates.some(({ status }) => status === "fail")) return "reject";
  return gates.every(({ status }) => status === "pass") ? "promote" : "undecided";
}

function sentenceOf(
  sweep: ChosenSweep,
  gates: readonly GateResult[],
  decision: Sweep["decision"],
  verdict: Verdict,
): string {
  const { chosen, points, metric, alpha, choice, gated } = sweep;
  if (verdict.status === "incomplete") return "Nothing is promoted or rejected, because the run is incomplete.";
  if (chosen === null) return `No checkpoint has a value of ${metric}, so none could be chosen.`;
  const name = `checkpoint ${chosen.step}`;
  const isChoice = points.length > 1;
  const best = isChoice
    ? `the best of ${points.length} by ${nameMetric(metric)}${whereChosen(choice)}`
    : "the only one";
  const alike = alikeWords(sweep);
  const level =
    alpha === usualAlpha || gates.length === 0
      ? ""
      : ` It was chosen and gated on the same ${plural(gated.cases, "case")}, so its gates are decided at ${showConfidence(alpha)} instead of 95 % (Holm over ${points.length} checkpoints).`;
  const point = alpha !== usualAlpha && gates.some(({ gate }) => gate.decide === "point") ? pointWarning : "";
  if (gates.length === 0)
    return `${capital(name)} is ${best}${alike}. No gate is required, so nothing is promoted or rejected.`;
  const lead = {
    promote: `Promote ${name}`,
    reject: `Reject: ${name} is`,
    undecided: `Neither promote nor reject yet: ${name} is`,
  }[decision];
  return `${lead}${decision === "promote" ? "," : ""} ${best}${alike}.${level}${point}`;
}

const pointWarning = " A gate that decides by the point estimate is not adjusted for the choice.";

function whereChosen({ split }: SweepCases): string {
  return split === null ? "" : ` on the ${split} split`;
}

/** More steps than this are counted, not named. */
const mostNamed = 5;

/** `; 20 and 40 cannot be told apart at n = 36`. Of more only the best is compared with each. */
function alikeWords({ alike, chosen, points }: ChosenSweep): string {
  if (alike === null) return "";
  const others = alike.steps.filter((step) => step !== chosen?.step);
  const all = points.length - 1;
  const who =
    others.length === 1
      ? `${listed(alike.steps)} cannot be told apart`
      : others.length <= mostNamed
        ? `${listed(others)} cannot be told from it`
        : others.length === all
          ? `none of the other ${all} can be told from it`
          : `${others.length} of the other ${all} cannot be told from it`;
  return `; ${who} at n = ${alike.cases}`;
}

/** `10, 20 and 30`. */
function listed(steps: readonly number[]): string {
  return steps.length < 2 ? steps.join("") : `${steps.slice(0, -1).join(", ")} and ${steps.at(-1)}`;
}

function nameMetric(metric: MetricName): string {
  return metric
    .replace(/^(?!judge)\w+\./, "")
    .replace(".", " ")
    .replaceAll("_", " ")
    .replace(/\bf1\b/, "F1");
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
