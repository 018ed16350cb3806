import type { Case } from "../core/case.ts";
import { consensusPass, flipRate, medianPass, panelOf } from "../core/judge/aggregate.ts";
import {
  type AskJudge,
  judgedBySilence,
  judgeQuestion,
  type JudgedRun,
  type ReadyRubric,
} from "../core/judge/judge.ts";
import { judgePairs } from "../core/judge/judge-pairs.ts";
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
  /** What becomes of an empty review. */
  silence: ReadyRubric["rubric"]["silence"];
  norms: NormIndex;
}

/**
 * Lets a judge say whether a review raises what a person raised, can be acted on and sounds like the team. Only cases with
 * a reference are judged. What becomes of an empty review the rubric says, without a question; what the judge left open is
 * unscored, with its reason.
 * Several judges are asked the same beside each other: each says of a review what most of its runs say of it as a whole,
 * and the review passes where most judges pass it. So nothing passes that no judge's run passed. The rate of consensus takes
 * what each says axis by axis instead, as that of a single judge does.
 */
export function createJudgeScorer({ judges, axes, silence, norms }: JudgeTools): Scorer {
  return {
    name: "judge",
    async score({ source, review }) {
      const question = questionAbout(source, reviewWithPlaces(review), norms);
      if (question === null) return { scores: {} };
      const said = await Promise.all(judges.map((judge) => judgeRuns({ ...judge, axes, silence }, question)));
      const [only = []] = said;
      return judges.length === 1 ? toldByOne(only, axes) : toldByPanel(judges, said, axes);
    },
  };
}

/** A judge with what its rubric says of reviews or pairs. */
type RuledJudge = Pick<AskedJudge, "engine" | "runs"> & Pick<JudgeTools, "axes" | "silence">;

/** What a judge says of one question in each of its runs. About an empty review or finding nobody is asked. */
export async function judgeRuns({ engine, axes, silence, runs }: RuledJudge, question: Question): Promise<JudgedRun[]> {
  if (isSilent(question)) return repeat(judgedBySilence({ axes, silence }), runs);
  if (engine.kind === "lexical") return repeat(engine.judge(question), runs);
  return judgeQuestion(engine.ready, question, runs, engine.ask, engine.newNonce);
}

/**
 * The same of several questions. Pairs of a rubric that asks about all of a change at once must be of one change, and are
 * asked about together.
 */
export async function judgeTogether(judge: RuledJudge, questions: readonly Question[]): Promise<JudgedRun[][]> {
  const { engine, axes, silence, runs } = judge;
  const pairs = questions.filter((question) => question.judges === "pair");
  if (engine.kind === "lexical" || engine.ready.rubric.pairsPerCall === "one" || pairs.length < questions.length)
    return Promise.all(questions.map((question) => judgeRuns(judge, question)));
  const worded = pairs.filter((pair) => !isSilent(pair));
  const said = await judgePairs(engine.ready, pairs[0]?.diff ?? "", worded, runs, engine.ask, engine.newNonce);
  const judged = new Map(worded.map((pair, index) => [pair, said[index]]));
  return pairs.map((pair) => judged.get(pair) ?? repeat(judgedBySilence({ axes, silence }), runs));
}

function isSilent(question: Question): boolean {
  return (question.judges === "review" ? question.review : question.finding).trim() === "";
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
  const members = said.map((runs, index) => ({
    judge: judges[index]?.ref ?? "",
    pass: medianPass(runs.map((run) => run.pass)),
    consensus: consensusPass(runs, requiredOf(axes)),
  }));
  const pass = medianPass(members.map((member) => member.consensus));
  const { disagreement } = panelOf(members.map((member) => [member.pass]));
  const isOpen = members.some((member) => member.pass === null || member.consensus === null);
  const flips = said.map((runs) => flipRate([runs.map((run) => run.pass)])).filter((rate) => rate !== null);
  const judged = said.flatMap((runs, index) => runs.map((run) => ({ ...run, judge: judges[index]?.ref ?? "" })));
  const why = isOpen ? whyOpen(judged) : "the judges that decided are at a tie";
  const meanFlips = flips.length === 0 ? null : flips.reduce((sum, rate) => sum + rate, 0) / flips.length;
  return {
    judged,
    panel: members,
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
