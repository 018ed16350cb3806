import type { Mistake } from "../check-suite.ts";
import { suggestWord, UsageError } from "../errors.ts";
import { parseModelRef } from "../model.ts";
import type { Rubric } from "./rubric.ts";

/** The axes that the built-in lexical judge can answer. */
const lexicalAxes: readonly string[] = ["theme", "actionable", "voice"];

/** Finds what a schema cannot see: names used twice, totals that nobody can reach, what an engine cannot do. */
export function checkRubric(rubric: Rubric): Mistake[] {
  return [
    ...checkAxes(rubric),
    ...checkAggregate(rubric),
    ...checkKind(rubric),
    ...checkEngine(rubric),
    ...checkModel(rubric),
  ];
}

function checkAxes({ axes, judges }: Rubric): Mistake[] {
  const names = axes.map((axis) => axis.name);
  const mistakes: Mistake[] = [];
  for (const [index, { name, needs }] of axes.entries()) {
    if (names.indexOf(name) < index)
      mistakes.push({ path: ["axes", index, "name"], message: `expected every name once, got "${name}" again` });
    if (judges === "pair" && needs === "norm")
      mistakes.push({
        path: ["axes", index, "needs"],
        message: "expected nothing or reference, got norm (a pair is a finding and a bug, which have no norm)",
      });
  }
  if (!axes.some((axis) => axis.required))
    mistakes.push({
      path: ["axes"],
      message: "expected a required axis, got none (without one every review would pass)",
    });
  return mistakes;
}

function checkAggregate({ axes, aggregate }: Rubric): Mistake[] {
  if (aggregate === "all") return [];
  const most = axes.reduce((sum, { required, scale }) => sum + (required && scale !== "verdict" ? scale.points : 0), 0);
  if (aggregate.points <= most) return [];
  const mend = most === 0 ? "write all, or give an axis a scale of points" : `write ${most} or less`;
  return [
    {
      path: ["aggregate", "points"],
      message: `expected at most the ${most} points of the required axes, got ${aggregate.points} (${mend})`,
    },
  ];
}

/** What only one kind of rubric can say. */
function checkKind({ judges, pairsPerCall, silence }: Rubric): Mistake[] {
  const mistakes: Mistake[] = [];
  if (judges === "review" && pairsPerCall === "case")
    mistakes.push({
      path: ["pairsPerCall"],
      message: "expected one for a rubric of reviews, got case (remove it, or write judges: pair)",
    });
  if (judges === "pair" && silence === "pass")
    mistakes.push({
      path: ["silence"],
      message: "expected fail for a rubric of pairs, got pass (a finding without a word describes no bug: remove it)",
    });
  return mistakes;
}

function checkEngine({ engine, judges, axes, prompt, model }: Rubric): Mistake[] {
  if (engine === "model") {
    const message = "missing (write the path of a Mustache template, relative to this file)";
    return prompt === undefined ? [{ path: ["prompt"], message }] : [];
  }
  const mistakes: Mistake[] = [];
  if (judges === "pair")
    mistakes.push({
      path: ["judges"],
      message: "expected review for the engine lexical, got pair (write engine: model)",
    });
  for (const [key, value] of Object.entries({ prompt, model })) {
    if (value !== undefined)
      mistakes.push({ path: [key], message: "the engine lexical asks no model (remove it, or write engine: model)" });
  }
  for (const [index, { name, scale }] of axes.entries()) {
    if (!lexicalAxes.includes(name))
      mistakes.push({
        path: ["axes", index, "name"],
        message: `the engine lexical has no axis "${name}" (${suggestWord(name, lexicalAxes)})`,
      });
    if (scale !== "verdict")
      mistakes.push({ path: ["axes", index, "scale"], message: "expected verdict for the engine lexical, got points" });
  }
  return mistakes;
}

function checkModel({ model }: Rubric): Mistake[] {
  if (model === undefined) return [];
  try {
    parseModelRef(model);
    return [];
  } catch (error) {
    if (error instanceof UsageError) return [{ path: ["model"], message: error.message }];
    throw error;
  }
}
