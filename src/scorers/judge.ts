import type { Case } from "../core/case.ts";
import { consensusPass, flipRate } from "../core/judge/aggregate.ts";
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

/** What the judge scorer is given from outside. */
export interface JudgeTools {
  engine: JudgeEngine;
  axes: ReadyRubric["rubric"]["axes"];
  runs: number;
  norms: NormIndex;
}

/**
 * Lets a judge say whether a review raises what a person raised, can be acted on and sounds like the team. Only cases with
 * a reference are judged. An empty review fails without a question; what the judge left open is unscored, with its reason.
 */
export function createJudgeScorer({ engine, axes, runs, norms }: JudgeTools): Scorer {
  return {
    name: "judge",
    async score({ source, review }) {
      const question = questionAbout(source, reviewWithPlaces(review), norms);
      return question === null ? { scores: {} } : told(await judgeRuns({ engine, axes, runs }, question), axes);
    },
  };
}

/** What a judge says of one question in each of its runs. An empty review fails without a question to anybody. */
export async function judgeRuns(
  { engine, axes, runs }: Omit<JudgeTools, "norms">,
  question: Question,
): Promise<JudgedRun[]> {
  if (question.judges === "review" && question.review.trim() === "") return repeat(failedBySilence({ axes }), runs);
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

function told(judged: JudgedRun[], axes: JudgeTools["axes"]): ScorerOutput {
  const required = axes.filter((axis) => axis.required).map(({ name }) => name);
  const pass = consensusPass(judged, required);
  const flips = flipRate([judged.map((run) => run.pass)]);
  const open: Score = {
    value: null,
    reason: judged.find(({ reason }) => reason !== undefined)?.reason ?? "no verdict",
  };
  return {
    judged,
    scores: {
      "judge.pass_rate_consensus": pass === null ? open : { numerator: Number(pass), denominator: 1 },
      ...(judged.length < 2 ? {} : { "judge.flip_rate": flips === null ? open : { numerator: flips, denominator: 1 } }),
    },
  };
}

function repeat(run: JudgedRun, runs: number): JudgedRun[] {
  return Array.from({ length: runs }, () => run);
}
