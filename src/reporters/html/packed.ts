import type { Case } from "../../core/case.ts";
import type { LedgerFinding } from "../../core/ledger.ts";
import type { CaseLine } from "../../core/report.ts";
import { visibleJson, visibleText } from "./text.ts";

/** A case as the browser reads it, but for its lines. All is kept as JSON, because objects take many times the room. */
export interface PackedCase {
  id: string;
  twinOf: string | undefined;
  json: string;
  lines: PackedLine[];
}

/** One reviewer's work on one case and repeat; its raw generation is kept apart, because it may be cut harder later. */
export interface PackedLine {
  reviewer: number;
  repeat: number;
  json: string;
  text: string;
  isCut: boolean;
}

const contextLimit = 4000;

/** Packs a case; what is retrieved for it and what checks put out is cut. */
export function packCase(source: Case): PackedCase {
  const { id, diff, language, title, context, bugs, references, twin } = source;
  const short = context && {
    ...context,
    ...(context.retrieved && { retrieved: context.retrieved.map(({ path, text }) => ({ path, text: cut(text) })) }),
    ...(context.checks && { checks: context.checks.map(({ tool, output }) => ({ tool, output: cut(output) })) }),
  };
  const origin = [
    source.repo,
    source.pr === undefined ? undefined : `#${source.pr}`,
    source.changeAuthor && `by ${source.changeAuthor}`,
  ];
  const json = visibleJson({
    id,
    diff,
    language,
    title,
    context: short,
    bugs,
    references,
    twin,
    source: origin.filter((part) => part !== undefined).join(" "),
  });
  return { id, twinOf: twin?.of, json, lines: [] };
}

function cut(text: string): string {
  if (text.length <= contextLimit) return text;
  return `${text.slice(0, contextLimit)}\n… (${text.length - contextLimit} more characters)`;
}

/** Packs a line of the reviewer with this index; its keys are short because there are many. */
export function packLine(line: CaseLine, reviewer: number, textLimit: number): PackedLine {
  const { ledger, review } = line;
  const json = visibleJson({
    r: reviewer,
    n: line.repeat === 0 ? undefined : line.repeat,
    o: line.outcome,
    // Null where the case is unscored.
    f: review && review.findings.map((finding, index) => ({ ...finding, ...packState(ledger?.findings[index]) })),
    // Absent where there is no ledger.
    b: ledger?.bugs.map(({ bugId, state, finding, theme }) => ({ id: bugId, state, finding, theme: theme === true })),
    // The bugs whose place a clean twin's reviewer touched.
    touched: ledger?.places.filter((place) => place.touched).map((place) => place.bugId),
    s: packScores(line.scores),
    parts: line.parts.map((part) => [
      part.outcome,
      part.durationMs === null ? null : Math.round(part.durationMs),
      part.error ?? (part.isCapped === true ? "only the beginning was read" : ""),
      part.fromCache,
    ]),
  });
  const text = visibleText(line.text.slice(0, textLimit));
  const isCut = line.isTextCut || line.text.length > textLimit;
  return cutLine({ reviewer, repeat: line.repeat, json, text: ownCopy(text), isCut }, textLimit);
}

function packScores(scores: CaseLine["scores"]): Record<string, [number, number] | string> {
  const packed: Record<string, [number, number] | string> = {};
  for (const [name, score] of Object.entries(scores)) {
    packed[name] = "value" in score ? score.reason : [rounded(score.numerator), rounded(score.denominator)];
  }
  return packed;
}

const rounded = (value: number) => Math.round(value * 1000) / 1000;

function packState(state: LedgerFinding | undefined): Partial<LedgerFinding> {
  if (state === undefined) return {};
  return {
    state: state.state,
    ...(state.bugId === undefined ? {} : { bugId: state.bugId }),
    ...(state.offPlace ? { offPlace: true } : {}),
    ...(state.invented === true ? { invented: true } : {}),
  };
}

/** The line with at most so many characters of its generation. */
export function cutLine(line: PackedLine, textLimit: number): PackedLine {
  if (line.text.length <= textLimit) return line;
  return { ...line, text: ownCopy(line.text.slice(0, textLimit).toWellFormed()), isCut: true };
}

// V8 keeps the whole text alive as long as a slice of it.
function ownCopy(slice: string): string {
  return Buffer.from(slice).toString();
}

/** JSON of a case with its lines, their generations cut at `textLimit`. */
export function composeCase({ json, lines }: PackedCase, textLimit: number): string {
  return `${open(json)},"outcomeOf":[${lines.map((line) => composeLine(cutLine(line, textLimit))).join()}]}`;
}

function composeLine({ json, text, isCut }: PackedLine): string {
  return `${open(json)},"t":${JSON.stringify(text)}${isCut ? ',"isCut":true' : ""}}`;
}

/** The JSON of an object without its closing brace. */
function open(json: string): string {
  return json.slice(0, -1);
}
