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
import { reviewText } from "../core/review.ts";
import type { Score } from "../core/score.ts";
import type { Scorer, ScorerOutput } from "../core/scorer.ts";

/** How a judge is asked: by a model behind `ask`, or by words alone. */
export type JudgeEngine =
  | { kind: "model"; ready: ReadyRubric; ask: AskJudge; newNonce: () => string }
  | { kind: "lexical"; judge: (question: ReviewQuestion) => JudgedRun };

type ReviewQuestion = Extract<Question, { judges: "review" }>;

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
      const references = source.references.map(({ text }) => text).filter((text) => text.trim() !== "");
      if (references.length === 0) return { scores: {} };
      const text = reviewText(review);
      if (text.trim() === "") return told(repeat(failedBySilence({ axes }), runs), axes);
      const question = questionOf(source, references, text, norms);
      if (engine.kind === "lexical") return told(repeat(engine.judge(question), runs), axes);
      return told(await judgeQuestion(engine.ready, question, runs, engine.ask, engine.newNonce), axes);
    },
  };
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

function questionOf(source: Case, references: readonly string[], review: string, norms: NormIndex): ReviewQuestion {
  const norm = chooseNorm(norms, source).reviews ?? [];
  return { judges: "review", diff: source.diff, references, norm, review };
}

function repeat(run: JudgedRun, runs: number): JudgedRun[] {
  return Array.from({ length: runs }, () => run);
}
