import type { Axis, Rubric } from "./rubric.ts";
import { axesByCall, askableAxes } from "./rubric.ts";
import { type Question, renderQuestion } from "./prompt.ts";
import type { JudgeTemplate } from "./template.ts";
import {
  type AxisVerdict,
  axisVerdicts,
  type ParsedVerdict,
  parseVerdict,
  passes,
  type Verdict,
  verdictJsonSchema,
} from "./verdict.ts";

/** One call to a judge: what it is shown, and the shape that its answer must have. */
export interface JudgeCall {
  prompt: string;
  schema: Record<string, unknown>;
  nonce: string;
  /** 0-based: the run is part of the seed and of every key, or repeats would be copies. */
  run: number;
  /** How many pairs it asks about, where these may be several. */
  pairs?: number;
  /** Whether an answer, given to a question with this nonce, is one: what is none is asked again by the next try. */
  isVerdict?: (text: string, nonce: string) => boolean;
}

/** What came of a call: a text, or why there is none (an outage, a refusal, a cut answer). */
export type JudgeAnswer =
  /** `nonce` is that of the call which this answer was first given to, where it was kept from an earlier one. */
  { text: string; nonce?: string } | { text: null; reason: string };

/** Asks a judge once. Never rejects for what the judge or the way to it did wrong, only when the run is given up. */
export type AskJudge = (call: JudgeCall) => Promise<JudgeAnswer>;

/** What one run said of one review. `pass` is null, unscored, for what `reason` says. */
export interface JudgedRun {
  axes: Record<string, AxisVerdict>;
  pass: boolean | null;
  evidence: string;
  reasoning: string;
  reason?: string | undefined;
}

/** A rubric that is ready to be asked. */
export interface ReadyRubric {
  rubric: Rubric;
  template: JudgeTemplate;
}

/**
 * Puts one question to a judge in every run. Axes that the question lacks the material for (no reference, no norm) are not
 * asked and are `unknown`. A run of which one call gives no valid answer is unscored as a whole; nothing is filled in.
 * @param newNonce gives 8 to 64 letters and digits that no reviewer can know, new ones for each call
 * @throws RangeError for a pair by itself where the rubric asks about all of a case at once (`judgePairs`)
 */
export async function judgeQuestion(
  { rubric, template }: ReadyRubric,
  question: Question,
  runs: number,
  ask: AskJudge,
  newNonce: () => string,
): Promise<JudgedRun[]> {
  if (question.judges === "pair" && rubric.pairsPerCall === "case")
    throw new RangeError(`rubric ${rubric.name}: expected all pairs of a case at once, got one by itself`);
  const asked = question.judges === "pair" ? rubric.axes : askableAxes(rubric, shownBy(question));
  const lacking = rubric.axes.filter((axis) => axis.required && !asked.includes(axis));
  if (lacking.length > 0 && asked.length === 0)
    return Array.from({ length: runs }, () => unscored(whyLacking(lacking)));
  return Promise.all(Array.from({ length: runs }, (_, run) => judgeRun(run)));

  async function judgeRun(run: number): Promise<JudgedRun> {
    const calls = axesByCall(rubric, asked).map((axes) => askOnce(axes, run));
    return readRun(rubric, await Promise.all(calls), lacking);
  }

  async function askOnce(axes: readonly Axis[], run: number): Promise<ParsedVerdict> {
    const nonce = newNonce();
    const prompt = renderQuestion(template, { judges: rubric.judges, axes: [...axes] }, question, nonce);
    const read = (text: string, of: string) => parseVerdict(text, { axes: [...axes] }, of);
    const schema = verdictJsonSchema({ axes: [...axes] });
    const answer = await ask({ prompt, schema, nonce, run, isVerdict: (text, of) => read(text, of).ok });
    if (answer.text === null) return { ok: false, reason: answer.reason };
    return read(answer.text, answer.nonce ?? nonce);
  }
}

/**
 * What a run says by the answers of all its calls, each for axes of its own; one that is no verdict leaves it unscored.
 * @param lacking required axes that could not be asked
 */
export function readRun(rubric: Rubric, parsed: readonly ParsedVerdict[], lacking: readonly Axis[] = []): JudgedRun {
  const verdicts: Verdict[] = [];
  for (const answer of parsed) {
    if (!answer.ok) return unscored(answer.reason);
    verdicts.push(answer.verdict);
  }
  const answers = Object.assign({}, ...verdicts.map((verdict) => verdict.answers)) as Verdict["answers"];
  const pass = passes(rubric, { answers });
  return {
    axes: axisVerdicts(rubric, { answers }),
    pass,
    evidence: verdicts.map((verdict) => verdict.evidence).join("\n"),
    reasoning: verdicts.map((verdict) => verdict.reasoning).join("\n"),
    ...(pass === null ? { reason: whyUnknown(rubric, answers, lacking) } : {}),
  };
}

function shownBy(question: Extract<Question, { judges: "review" }>) {
  return { hasReference: question.references.length > 0, hasNorm: question.norm.length > 0 };
}

/** A run without a verdict: neither a pass nor a fail. */
export function unscored(reason: string): JudgedRun {
  return { axes: {}, pass: null, evidence: "", reasoning: "", reason };
}

/** The verdict on an empty review, which nobody has to be asked about: on every axis what the rubric says of silence. */
export function judgedBySilence({ axes, silence }: Pick<Rubric, "axes" | "silence">): JudgedRun {
  return {
    axes: Object.fromEntries(axes.map((axis) => [axis.name, silence])),
    pass: silence === "pass",
    evidence: "",
    reasoning: "The review is empty.",
  };
}

function whyLacking(lacking: readonly Axis[]): string {
  return lacking.map(({ name, needs }) => `${name} needs a ${needs}, and the case has none`).join("; ");
}

function whyUnknown({ axes }: Rubric, answers: Verdict["answers"], lacking: readonly Axis[]): string {
  const unknown = axes.filter((axis) => axis.required && answers[axis.name] === "unknown").map(({ name }) => name);
  const said = unknown.length === 0 ? [] : [`the judge cannot tell: ${unknown.join(", ")}`];
  return [...said, ...(lacking.length === 0 ? [] : [whyLacking(lacking)])].join("; ");
}
