import { lexicalSimilarity, lexicalThreshold, lexicalVersion } from "../match/lexical.ts";
import { type JudgedRun, unscored } from "./judge.ts";
import { judgeLexically, lexicalJudgeVersion } from "./lexical.ts";
import type { Question } from "./prompt.ts";
import type { Rubric } from "./rubric.ts";
import { type AxisVerdict, passes } from "./verdict.ts";

/** What stands for the reasons of a judge that has none. */
export const comparedByWords = "Compared by words.";

/** Says which words decide, as a provider's identity says who answers. */
export function identityByWords({ judges }: Pick<Rubric, "judges">): string {
  return judges === "pair" ? `lexical matcher ${lexicalVersion}` : `lexical judge ${lexicalJudgeVersion}`;
}

/**
 * Judges without a model: a review by the lexical judge, a finding and a bug by the lexical matcher, which answers every
 * axis alike. An axis that words say nothing of is unknown.
 */
export function judgeByWords({ axes }: Pick<Rubric, "axes">, question: Question): JudgedRun {
  const said = question.judges === "pair" ? null : reviewAxes(question);
  const pair = question.judges === "pair" ? sameDefect(question) : "unknown";
  const answers = Object.fromEntries(axes.map(({ name }) => [name, (said === null ? pair : said[name]) ?? "unknown"]));
  const open = axes.filter(({ name, required }) => required && answers[name] === "unknown").map(({ name }) => name);
  const pass = passes({ axes: [...axes], aggregate: "all" }, { answers });
  if (pass === null) return { ...unscored(`words cannot tell: ${open.join(", ")}`), axes: answers };
  return { axes: answers, pass, evidence: "", reasoning: comparedByWords };
}

function reviewAxes({
  review,
  references,
  norm,
}: Extract<Question, { judges: "review" }>): Record<string, AxisVerdict> {
  const { theme, actionable, voice } = judgeLexically({ candidate: review, references, norm });
  return { theme, actionable, voice };
}

function sameDefect({ finding, bug }: Extract<Question, { judges: "pair" }>): AxisVerdict {
  const similarity = lexicalSimilarity({ message: finding }, { description: bug, category: "" });
  return similarity >= lexicalThreshold ? "pass" : "fail";
}
