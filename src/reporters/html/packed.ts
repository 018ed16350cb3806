import type { Case } from "../../core/case.ts";
import type { LedgerFinding } from "../../core/ledger.ts";
import type { CaseLine } from "../../core/report.ts";
import { originOf } from "./origin.ts";
import { type Kept, keptBytes, type Store } from "./store.ts";
import { visibleJson, visibleText } from "./text.ts";

/** A case as the browser reads it, kept as JSON without its closing brace: its lines come after it. */
export interface PackedCase extends Kept {
  id: string;
  twinOf: string | undefined;
  lines: readonly PackedLine[];
}

/** One reviewer's work on one case and repeat, kept as JSON. Its end can be cut: the raw generation comes last. */
export interface PackedLine extends Kept {
  reviewer: number;
  repeat: number;
  /** Where in the block the value of the raw generation begins. */
  textStart: number;
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
  const json = visibleJson({
    id,
    diff,
    language,
    title,
    context: short,
    bugs,
    references,
    twin,
    origin: originOf(source) ?? undefined,
    changeAuthor: source.changeAuthor,
  });
  const { block, start, end } = store([open(json)]);
  return { id, twinOf: twin?.of, block, start, end, lines: [] };
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
    b: ledger?.bugs.map(({ bugId, state, finding, theme, credited }) => ({
      id: bugId,
      state,
      finding,
      theme: theme === true,
      // Of published counting only: found there, although another bug took its finding.
      ...(credited === true && state !== "found" ? { credited } : {}),
    })),
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
  const whole = visibleText(line.text.slice(0, textLimit));
  const text = cutText(whole, textLimit);
  const isCut = line.isTextCut || line.text.length > textLimit || text !== whole;
  const { block, start, end } = store([open(json), textKey, ...textAndEnd(text, isCut)]);
  const textStart = start + Buffer.byteLength(open(json)) + textKey.length;
  return { reviewer, repeat: line.repeat, block, start, textStart, end, textLength: text.length };
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

function cutText(text: string, most: number): string {
  return text.length <= most ? text : text.slice(0, most).toWellFormed();
}

const textKey = ',"t":';

function textAndEnd(text: string, isCut: boolean): string[] {
  return [JSON.stringify(text), isCut ? ',"isCut":true}' : "}"];
}

/** The JSON of an object without its closing brace. */
function open(json: string): string {
  return json.slice(0, -1);
}

/** The line with its generation cut at `textLimit`. */
export function cutLine(line: PackedLine, textLimit: number, store: Store): PackedLine {
  if (line.textLength <= textLimit) return line;
  const kept = store([...composeLine(line, textLimit)].map((piece) => Buffer.from(piece).toString()));
  const textStart = kept.start + line.textStart - line.start;
  return { ...line, ...kept, textStart, textLength: textLimit };
}

const linesBegin = Buffer.from(',"outcomeOf":[');
const comma = Buffer.from(",");
const linesEnd = Buffer.from("]}");

/** JSON of a case with its lines, their generations cut at `textLimit`. */
export function* composeCase(packed: PackedCase, textLimit: number): Generator<Uint8Array> {
  yield keptBytes(packed);
  yield linesBegin;
  for (const [index, line] of packed.lines.entries()) {
    if (index > 0) yield comma;
    yield* composeLine(line, textLimit);
  }
  yield linesEnd;
}

function* composeLine(line: PackedLine, textLimit: number): Generator<Uint8Array> {
  if (line.textLength <= textLimit) {
    yield keptBytes(line);
    return;
  }
  const { block, start, textStart, end } = line;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `packLine` wrote it
  const { t } = JSON.parse(`{"t":${Buffer.from(block.subarray(textStart, end)).toString()}`) as { t: string };
  yield block.subarray(start, textStart);
  yield Buffer.from(textAndEnd(cutText(t, textLimit), true).join(""));
}
