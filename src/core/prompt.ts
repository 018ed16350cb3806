import Mustache, { type TemplateSpans } from "mustache";
import type { BlindCase } from "./case.ts";
import { suggestWord, UsageError } from "./errors.ts";

/** A checked prompt template. */
export interface Prompt {
  /** Where the template came from, for messages. */
  file: string;
  template: string;
  /** The top-level fields that it shows or asks for, each once, in order. */
  fields: string[];
}

const textFields = ["diff", "language", "title", "repo", "changeAuthor", "task", "rules", "fence"];

/** Fields that are lists, with the fields of their items. */
const listFields: Record<string, readonly string[]> = {
  retrieved: ["path", "text"],
  checks: ["tool", "output"],
  files: ["path", "text"],
};

const topFields = [...textFields, ...Object.keys(listFields).flatMap((list) => [list, `${list}.length`])];

/**
 * Checks a Mustache template: every tag must name a field that a case can have.
 * @param file the template's path, which every message begins with
 * @throws UsageError with the line for an unknown field, a partial, an open section or tag
 */
export function parsePrompt(template: string, file: string): Prompt {
  const fields = new Set<string>();
  checkTokens(parseTokens(template, file), topFields, { template, file, fields });
  return { file, template, fields: [...fields] };
}

/** @throws UsageError for a template by which no reviewer would see what it is to review: one without `diff` */
export function checkShowsChange({ file, fields }: Prompt): void {
  if (fields.includes("diff")) return;
  throw new UsageError(`${file}: it does not show the change (write {{diff}} where the diff shall stand)`);
}

/**
 * The prompt for one case. Values are put in as they are: nothing is escaped, and braces inside them mean nothing. A
 * field that the case lacks is empty, so that a section over it is left out.
 */
export function renderPrompt(prompt: Prompt, source: BlindCase): string {
  return Mustache.render(prompt.template, viewOf(source), undefined, { escape: String });
}

interface Template {
  template: string;
  file: string;
  fields: Set<string>;
}

function parseTokens(template: string, file: string): TemplateSpans {
  try {
    return Mustache.parse(template);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const [, what = message, position = "0"] = /^(.*) at (\d+)$/s.exec(message) ?? [];
    const advice = "close what is open, or change the delimiters for literal braces: {{=<% %>=}}";
    throw new UsageError(`${file}:${lineAt(template, Number(position))}: ${lowerFirst(what)} (${advice})`);
  }
}

function checkTokens(tokens: TemplateSpans, known: readonly string[], context: Template): void {
  for (const [kind, value, start, , inside] of tokens) {
    const place = `${context.file}:${lineAt(context.template, start)}`;
    if (kind === "text" || kind === "!" || kind === "=") continue;
    if (kind === ">") throw new UsageError(`${place}: got the partial "${value}" (write its text here instead)`);
    if (!known.includes(value)) {
      throw new UsageError(`${place}: unknown field "${value}" (${suggestWord(value, known.filter(isShown))})`);
    }
    if (Object.hasOwn(listFields, value) && kind !== "#" && kind !== "^") {
      throw new UsageError(`${place}: "${value}" is a list (write {{#${value}}}…{{/${value}}})`);
    }
    if (topFields.includes(value)) context.fields.add(value.replace(/\.length$/, ""));
    checkTokens(Array.isArray(inside) ? inside : [], kind === "#" ? knownInside(value, known) : known, context);
  }
}

/** What a section adds: the fields of a list's items, or `.`, which is the text itself, in a section over a text. */
function knownInside(field: string, known: readonly string[]): readonly string[] {
  if (field.endsWith(".length")) return known.filter((name) => name !== ".");
  const items = listFields[field];
  return items === undefined ? [".", ...known] : [...items, ...known.filter((name) => name !== ".")];
}

const isShown = (field: string) => field !== "." && !field.endsWith(".length");

function lineAt(template: string, position: number): number {
  return template.slice(0, position).split("\n").length;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function viewOf(source: BlindCase): Record<string, unknown> {
  const { diff, language, title = "", repo = "", changeAuthor = "", context = {} } = source;
  const { task = "", rules = "", retrieved = [], checks = [] } = context;
  const files = Object.entries(source.files ?? {}).map(([path, text]) => ({ path, text }));
  const shown = [diff, title, task, rules, ...[...retrieved, ...files].map((item) => item.text)];
  const fence = fenceFor([...shown, ...checks.map((check) => check.output)]);
  return { diff, language, title, repo, changeAuthor, task, rules, retrieved, checks, files, fence };
}

/** A run of backticks, at least three, that is longer than any in the texts, so that none of them can end the block. */
function fenceFor(texts: readonly string[]): string {
  let longest = 2;
  for (const text of texts) {
    for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  }
  return "`".repeat(longest + 1);
}
