import Mustache, { type TemplateSpans } from "mustache";
import { suggestWord, UsageError } from "../errors.ts";
import type { Rubric } from "./rubric.ts";

/** A checked prompt template of a rubric. */
export interface JudgeTemplate {
  /** Where the template came from, for messages. */
  file: string;
  template: string;
}

/** Fields of every template: the change, and what the code writes. */
const commonFields = ["diff", "axes", "contract", "nonce"];

/** A template of pairs may serve both ways to ask for them: the fields of the other way are empty. */
const fieldsOf = {
  review: ["references", "norm", "review"],
  pair: ["bug", "finding", "bugs", "findings", "pairs"],
};

/** What a judge cannot do without, whatever it judges. */
const neededFields = {
  review: ["axes", "review", "contract"],
  pair: ["axes", "bug", "finding", "contract"],
  pairs: ["axes", "bugs", "findings", "pairs", "contract"],
};

/**
 * Checks the Mustache template of a rubric: every tag must name a field that such a question has, and what the rubric's
 * axes rest on must be shown.
 * @param file the template's path, which every message begins with
 * @throws UsageError with the line for an unknown field, a partial, an open section or tag; without one for what is missing
 */
export function parseJudgeTemplate(
  template: string,
  file: string,
  { judges, axes, pairsPerCall }: Pick<Rubric, "judges" | "axes" | "pairsPerCall">,
): JudgeTemplate {
  const known = [...commonFields, ...fieldsOf[judges]];
  const shown = new Set<string>();
  readTokens(parseTokens(template, file), { template, file, known, shown });
  const needs = new Set(axes.map((axis) => axis.needs));
  const needed = [...neededFields[judges === "pair" && pairsPerCall === "case" ? "pairs" : judges]];
  if (judges === "review" && needs.has("reference")) needed.push("references");
  if (needs.has("norm")) needed.push("norm");
  const missing = needed.filter((field) => !shown.has(field));
  if (missing.length > 0) {
    const tags = missing.map((field) => `{{${field}}}`).join(", ");
    throw new UsageError(`${file}: the judge is not shown what the rubric rests on (write ${tags})`);
  }
  return { file, template };
}

interface Context {
  template: string;
  file: string;
  known: readonly string[];
  /** The fields whose values the template shows. */
  shown: Set<string>;
}

function parseTokens(template: string, file: string): TemplateSpans {
  try {
    return Mustache.parse(template);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const [, what = message, position = "0"] = /^(.*) at (\d+)$/s.exec(message) ?? [];
    const words = `${what.charAt(0).toLowerCase()}${what.slice(1)}`;
    throw new UsageError(`${file}:${lineAt(template, Number(position))}: ${words} (close what is open)`);
  }
}

function readTokens(tokens: TemplateSpans, context: Context): void {
  for (const [kind, field, start, , inside] of tokens) {
    if (kind === "text" || kind === "!" || kind === "=") continue;
    const place = `${context.file}:${lineAt(context.template, start)}`;
    if (kind === ">") throw new UsageError(`${place}: got the partial "${field}" (write its text here instead)`);
    if (!context.known.includes(field))
      throw new UsageError(`${place}: unknown field "${field}" (${suggestWord(field, context.known)})`);
    if (kind === "name" || kind === "&") context.shown.add(field);
    if (Array.isArray(inside)) readTokens(inside, context);
  }
}

function lineAt(template: string, position: number): number {
  return template.slice(0, position).split("\n").length;
}
