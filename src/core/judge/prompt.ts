import Mustache from "mustache";
import { renderBlock } from "./block.ts";
import type { Axis, Rubric } from "./rubric.ts";
import type { JudgeTemplate } from "./template.ts";
import { answersOf, listWords } from "./verdict.ts";

/** One question to a judge: a review of a change, or a finding and the bug that it may describe. */
export type Question =
  | {
      judges: "review";
      diff: string;
      /** Reviews that people wrote for the change; empty where there are none. */
      references: readonly string[];
      /** Other reviews of the same author or team; empty where there are none. */
      norm: readonly string[];
      review: string;
    }
  | { judges: "pair"; diff: string; bug: string; finding: string };

/**
 * The prompt for one question. All text from outside stands between delimiters with the nonce, which nothing inside can
 * close. References and norm are shown only where an asked axis needs them.
 * @param asked the axes of this call
 * @param nonce of this call alone: 8 to 64 letters and digits that no reviewer can know; the answer must repeat it
 * @throws RangeError for such a nonce or question that is none: a kind that the axes do not judge, an axis that lacks what it needs
 */
export function renderQuestion(
  { template }: JudgeTemplate,
  { judges, axes }: Pick<Rubric, "judges" | "axes">,
  question: Question,
  nonce: string,
): string {
  checkQuestion(judges, axes, question, nonce);
  const view = {
    ...viewOf(question, axes, nonce),
    ...commonView(question.diff, axes, nonce),
    contract: describeContract(axes, nonce),
  };
  return renderView(template, view);
}

/** Puts the fields into a template as they are. */
export function renderView(template: string, view: Record<string, string>): string {
  return Mustache.render(template, view, undefined, { escape: String });
}

/** The fields that every question has. */
export function commonView(diff: string, axes: readonly Axis[], nonce: string): Record<string, string> {
  return {
    diff: diff.trim() === "" ? "" : renderBlock("DIFF", diff, nonce),
    axes: axes.map(describeAxis).join("\n"),
    nonce,
  };
}

/** @throws RangeError for a nonce that is none, and where no axis is asked for */
export function checkCall(axes: readonly Axis[], nonce: string): void {
  if (!/^[a-zA-Z0-9]{8,64}$/.test(nonce))
    throw new RangeError(`nonce: expected 8 to 64 letters and digits, got ${JSON.stringify(nonce)}`);
  if (axes.length === 0) throw new RangeError("question: expected an axis to ask for, got none");
}

function checkQuestion(judges: Rubric["judges"], axes: readonly Axis[], question: Question, nonce: string): void {
  checkCall(axes, nonce);
  if (question.judges !== judges)
    throw new RangeError(`question: expected one about a ${judges}, got one about a ${question.judges}`);
  if (question.judges === "pair") return;
  for (const { name, needs } of axes) {
    const given = { nothing: null, reference: question.references, norm: question.norm }[needs];
    if (given?.length === 0) throw new RangeError(`question: the axis ${name} needs a ${needs}, got none`);
  }
}

function viewOf(question: Question, axes: readonly Axis[], nonce: string): Record<string, string> {
  if (question.judges === "pair") {
    return { bug: renderBlock("BUG", question.bug, nonce), finding: renderBlock("FINDING", question.finding, nonce) };
  }
  const { references, norm, review } = question;
  const isNeeded = (need: Axis["needs"]) => axes.some((axis) => axis.needs === need);
  const blocks = (name: "REFERENCE" | "NORM", texts: readonly string[]) =>
    texts.map((text) => renderBlock(name, text, nonce)).join("\n");
  return {
    references: isNeeded("reference") ? blocks("REFERENCE", references) : "",
    norm: isNeeded("norm") ? blocks("NORM", norm) : "",
    review: renderBlock("REVIEW", review, nonce),
  };
}

function describeAxis(axis: Axis): string {
  return `- ${axis.name}: ${axis.definition.trim().replaceAll(/\s*\n\s*/g, " ")}`;
}

/** How an axis is answered, as a line of the contract. */
export function describeAnswer(axis: Axis): string {
  return `- "${axis.name}": ${listWords(answersOf(axis).map((answer) => JSON.stringify(answer)))}`;
}

/**
 * What the answer must be. The pattern is no JSON, so that a judge which only repeats it has given no answer. Lengths are
 * in words, which models can keep to, and below the limits of `verdictSchema`.
 */
function describeContract(axes: readonly Axis[], nonce: string): string {
  const verdicts = axes.map(({ name }) => `"${name}": …, `).join("");
  return [
    "Answer with one JSON object and nothing else, with all of these keys in this order:",
    "",
    `{"evidence": "…", "reasoning": "…", ${verdicts}"nonce": "${nonce}"}`,
    "",
    `- "evidence": the words that decide, quoted; at most 50 words, no line breaks`,
    `- "reasoning": what follows from them${axes.length > 1 ? " for each axis" : ""}; at most 150 words, no line breaks`,
    ...axes.map(describeAnswer),
    `- "nonce": "${nonce}", as it is`,
  ].join("\n");
}
