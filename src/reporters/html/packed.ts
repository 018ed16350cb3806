import type { Case } from "../../core/case.ts";
import type { LedgerFinding } from "../../core/ledger.ts";
import type { CaseLine } from "../../core/report.ts";
import type { Store } from "./store.ts";
import { visibleJson, visibleText } from "./text.ts";

/** A case as the browser reads it, kept as JSON without its closing brace: its lines come after it. */
export interface PackedCase extends Kept {
  id: string;
  twinOf: string | undefined;
  lines: readonly PackedLine[];
}

/** One reviewer's work on one case and repeat, kept as JSON that ends with the raw generation. */
export interface PackedLine extends Kept {
  reviewer: number;
  repeat: number;
  /** Where in its block the JSON of the raw generation stands. */
  textStart: number;
  textEnd: number;
  /** Characters of the raw generation. */
  textLength: number;
}

const contextLimit = 4000;

/** Packs a case; what is retrieved for it and what checks put out is cut. */
export function packCase(source: Case, store: Store): PackedCase {
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
  return { id, twinOf: twin?.of, ...store(open(json)), lines: [] };
}

function cut(text: string): string {
  if (text.length <= contextLimit) return text;
  return `${text.slice(0, contextLimit)}\n… (${text.length - contextLimit} more characters)`;
}

/** Packs a line of the reviewer with this index; its keys are short because there are many. */
export function packLine(line: CaseLine, reviewer: number, textLimit: number, store: Store): PackedLine {
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
  return keepLine({ reviewer, repeat: line.repeat, head: `${open(json)},"t":`, text, isCut }, textLimit, store);
}

interface LooseLine {
  reviewer: number;
  repeat: number;
  head: string;
  text: string;
  isCut: boolean;
}

function keepLine(line: LooseLine, textLimit: number, store: Store): PackedLine {
  const { reviewer, repeat, head } = line;
  const text = cutText(line.text, textLimit)
  const textJson = JSON.stringify(text);
  const kept = store(`${head}${textJson}${line.isCut || text !== line.text ? cutLineEnd : lineEnd}`);
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
export function cutLine(line: PackedLine, textLimit: number, store: Store = Buffer.from): PackedLine {
  if (line.textLength <= textLimit) return line;
  const text = cutText(String(JSON.parse(decoder.decode(line.text))), textLimit);
  return { ...line, text: store(JSON.stringify(text)), textLength: text.length, isCut: true };
}

function cutText(text: string, most: number): string {
  return text.length <= most ? text : text.slice(0, most).toWellFormed();
}

const decoder = new TextDecoder();
const bytes = {
  linesBegin: Buffer.from(',"outcomeOf":['),
  comma: Buffer.from(","),
  textBegins: Buffer.from(',"t":'),
  lineEnds: Buffer.from("}"),
  cutLineEnds: Buffer.from(',"isCut":true}'),
  linesEnd: Buffer.from("]}"),
};

/** JSON of a case with its lines, their generations cut at `textLimit`. */
export function* composeCase({ json, lines }: PackedCase, textLimit: number): Generator<Uint8Array> {
  yield json;
  yield bytes.linesBegin;
  for (const [index, whole] of lines.entries()) {
    const line = cutLine(whole, textLimit);
    if (index > 0) yield bytes.comma;
    yield line.json;
    yield bytes.textBegins;
    yield line.text;
    yield line.isCut ? bytes.cutLineEnds : bytes.lineEnds;
  }
  yield bytes.linesEnd;
}

/** The JSON of an object without its closing brace. */
function open(json: string): string {
  return json.slice(0, -1);
}
