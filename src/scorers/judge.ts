import type { Case } from "../core/case.ts";
import { consensusPass, flipRate, panelOf } from "../core/judge/aggregate.ts";
import {
  type AskJudge,
  failedBySilence,
  judgeQuestion,
  type JudgedRun,
  type ReadyRubric,
} from "../core/judge/judge.ts";
import { chooseNorm, type NormIndex } from "../core/judge/norm.ts";
import type { Question } from "../core/judge/prompt.ts";
import { reviewWithPlaces } from "../core/review.ts";
import type { Score } from "../core/score.ts";
import type { Scorer, ScorerOutput } from "../core/scorer.ts";

/** How a judge is asked: by a model behind `ask`, or by words alone. */
export type JudgeEngine =
  | { kind: "model"; ready: ReadyRubric; ask: AskJudge; newNonce: () => string }
  | { kind: "lexical"; judge: (question: Question) => JudgedRun };

/** A question about a review. */
export type ReviewQuestion = Extract<Question, { judges: "review" }>;

/** One judge, and how often it is asked. */
export interface AskedJudge {
  /** Its reference, which tells its runs from those of the others where several judge. */
  ref: string;
  engine: JudgeEngine;
  runs: number;
}

/** What the judge scorer is given from outside. */
export interface JudgeTools {
  /** One, or an odd number as a panel. */
  judges: readonly AskedJudge[];
  axes: ReadyRubric["rubric"]["axes"];
  norms: NormIndex;
}

/**
 * Lets a judge say whether a review raises what a person raised, can be acted on and sounds like the team. Only cases with
 * a reference are judged. An empty review fails without a question; what the judge left open is unscored, with its reason.
 * Several judges are asked the same beside each other: each says what it says by the medians of its runs, axis by axis,
 * and the review passes where most of them pass it. So nothing passes that no judge passed, and the rate over the cases is
 * one of majorities, to be compared with the consensus of a single judge rather than with the median of its runs.
 */
export function createJudgeScorer({ judges, axes, norms }: JudgeTools): Scorer {
  return {
    name: "judge",
    async score({ source, review }) {
      const question = questionAbout(source, reviewWithPlaces(review), norms);
      if (question === null) return { scores: {} };
      const said = await Promise.all(judges.map((judge) => judgeRuns({ ...judge, axes }, question)));
      const [only = []] = said;
      return judges.length === 1 ? toldByOne(only, axes) : toldByPanel(judges, said, axes);
    },
  };
}

/** What a judge says of one question in each of its runs. An empty review or finding fails without a question to anybody. */
export async function judgeRuns(
  { engine, axes, runs }: Pick<AskedJudge, "engine" | "runs"> & Pick<JudgeTools, "axes">,
  question: Question,
): Promise<JudgedRun[]> {
  const said = question.judges === "review" ? question.review : question.finding;
  if (said.trim() === "") return repeat(failedBySilence({ axes }), runs);
  if (engine.kind === "lexical") return repeat(engine.judge(question), runs);
  return judgeQuestion(engine.ready, question, runs, engine.ask, engine.newNonce);
}

/** What a judge is asked about a review of a case; null where no person wrote what it could be measured against. */
export function questionAbout(source: Case, review: string, norms: NormIndex): ReviewQuestion | null {
  const references = source.references.map(({ text }) => text).filter((text) => text.trim() !== "");
  if (references.length === 0) return null;
  const norm = chooseNorm(norms, source).reviews ?? [];
  return { judges: "review", diff: source.diff, references, norm, review };
}

function toldByOne(judged: JudgedRun[], axes: JudgeTools["axes"]): ScorerOutput {
  const pass = consensusPass(judged, requiredOf(axes));
  const flips = flipRate([judged.map((run) => run.pass)]);
  const why = whyOpen(judged);
  return {
    judged,
    scores: {
      "judge.pass_rate_consensus": scoreOf(pass === null ? null : Number(pass), why),
      ...(judged.length < 2 ? {} : { "judge.flip_rate": scoreOf(flips, why) }),
    },
  };
}

function toldByPanel(
  judges: JudgeTools["judges"],
  said: readonly JudgedRun[][],
  axes: JudgeTools["axes"],
): ScorerOutput {
  const passes = said.map((runs) => consensusPass(runs, requiredOf(axes)));
  const { passes: majority, disagreement } = panelOf(passes.map((pass) => [pass]));
  const [pass = null] = majority;
  const flips = said.map((runs) => flipRate([runs.map((run) => run.pass)])).filter((rate) => rate !== null);
  const judged = said.flatMap((runs, index) => runs.map((run) => ({ ...run, judge: judges[index]?.ref ?? "" })));
  const why = passes.includes(null) ? whyOpen(judged) : "the judges that decided are at a tie";
  const meanFlips = flips.length === 0 ? null : flips.reduce((sum, rate) => sum + rate, 0) / flips.length;
  return {
    judged,
    panel: passes.map((one, index) => ({ judge: judges[index]?.ref ?? "", pass: one })),
    scores: {
      "judge.pass_rate_consensus": scoreOf(pass === null ? null : Number(pass), why),
      ...(said.every((runs) => runs.length < 2) ? {} : { "judge.flip_rate": scoreOf(meanFlips, why) }),
      "judge.panel_disagreement": scoreOf(disagreement, why),
    },
  };
}

function requiredOf(axes: JudgeTools["axes"]): string[] {
  return axes.filter((axis) => axis.required).map(({ name }) => name);
}

function whyOpen(judged: readonly JudgedRun[]): string {
  return judged.find(({ reason }) => reason !== undefined)?.reason ?? "no verdict";
}

function scoreOf(value: number | null, reason: string): Score {
  return value === null ? { value: null, reason } : { numerator: value, denominator: 1 };
}

function repeat(run: JudgedRun, runs: number): JudgedRun[] {
  return Array.from({ length: runs }, () => run);
}
