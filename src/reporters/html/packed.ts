import type { Case } from "../../core/case.ts";
import type { LedgerFinding } from "../../core/ledger.ts";
import type { CaseLine } from "../../core/report.ts";
import { originOf } from "./origin.ts";
import {
  cutVerdicts,
  isWithin,
  type PackedVerdict,
  packVerdicts,
  type SaidLimits,
  type SaidSize,
  sizeOfSaid,
} from "./packed-judge.ts";
import { type Kept, keptBytes, type Store } from "./store.ts";
import { visibleJson, visibleText } from "./text.ts";

/** A case as the browser reads it, kept as JSON without its closing brace: its lines come after it. */
export interface PackedCase extends Kept {
  id: string;
  twinOf: string | undefined;
  lines: readonly PackedLine[];
}

/** The most characters kept of a raw generation, and what is kept of a judge's words. */
export interface Limits extends SaidLimits {
  text: number;
}

/** One reviewer's work on one case and repeat, kept as JSON. Its end can be cut: there are a judge's words and the raw generation. */
export interface PackedLine extends Kept {
  reviewer: number;
  repeat: number;
  /** Where in the block the part begins that can be cut. */
  tailStart: number;
  /** Characters of the raw generation. */
  textLength: number;
  /** How much a judge said; null where none did. */
  said: SaidSize | null;
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

/** Packs a line of the reviewer with this index; its keys are short because there are many. `axes` are the judge's. */
export function packLine(
  line: CaseLine,
  reviewer: number,
  axes: readonly string[],
  limits: Limits,
  store: Store,
): PackedLine {
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
    // A letter for each of several judges, in the order of their runs: what it makes of the review.
    k: line.panel?.map(({ pass }) => (pass === null ? "-" : pass ? "p" : "f")).join(""),
    parts: line.parts.map((part) => [
      part.outcome,
      part.durationMs === null ? null : Math.round(part.durationMs),
      part.error ?? (part.isCapped === true ? "only the beginning was read" : ""),
      part.fromCache,
    ]),
  });
  const whole = visibleText(line.text.slice(0, limits.text));
  const t = cutText(whole, limits.text);
  const isCut = line.isTextCut || line.text.length > limits.text || t !== whole;
  const j = line.judged === undefined ? undefined : packVerdicts(line.judged, axes, limits);
  const { block, start, end } = store([open(json), ...tailOf({ j, t, isCut })]);
  const tailStart = start + Buffer.byteLength(open(json));
  const said = j === undefined ? null : sizeOfSaid(j);
  return { reviewer, repeat: line.repeat, block, start, tailStart, end, textLength: t.length, said };
}

/** A reason, or numerator and denominator with what in the review cost it points. */
type PackedScore = string | [number, number] | [number, number, string];

function packScores(scores: CaseLine["scores"]): Record<string, PackedScore> {
  const packed: Record<string, PackedScore> = {};
  for (const [name, score] of Object.entries(scores)) {
    packed[name] = packScore(name, score);
  }
  return packed;
}

function packScore(name: string, score: CaseLine["scores"][string]): PackedScore {
  if ("value" in score) return score.reason;
  const counts: [number, number] = [rounded(score.numerator), rounded(score.denominator)];
  // All checks together only repeat what each of them says.
  if (score.evidence === undefined || name === "safety.pass_rate") return counts;
  return [...counts, cut(score.evidence)];
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

/** What a line ends with. */
interface Tail {
  j?: PackedVerdict[] | undefined;
  t: string;
  isCut?: boolean;
}

function tailOf({ j, t, isCut }: Tail): string[] {
  return [
    ...(j === undefined ? [] : [',"j":', JSON.stringify(j)]),
    ',"t":',
    JSON.stringify(t),
    isCut === true ? ',"isCut":true}' : "}",
  ];
}

/** The JSON of an object without its closing brace. */
function open(json: string): string {
  return json.slice(0, -1);
}

/** The line with its end cut at the limits. */
export function cutLine(line: PackedLine, limits: Limits, store: Store): PackedLine {
  if (fits(line, limits)) return line;
  const tail = cutTail(line, limits);
  const { block, start, end } = store([
    Buffer.from(line.block.subarray(line.start, line.tailStart)).toString(),
    ...tailOf(tail),
  ]);
  const tailStart = start + line.tailStart - line.start;
  const said = tail.j === undefined ? null : sizeOfSaid(tail.j);
  return { ...line, block, start, end, tailStart, textLength: tail.t.length, said };
}

function fits({ textLength, said }: PackedLine, limits: Limits): boolean {
  return textLength <= limits.text && (said === null || isWithin(said, limits));
}

function cutTail({ block, tailStart, end }: PackedLine, limits: Limits): Tail {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `packLine` wrote it
  const { j, t, isCut } = JSON.parse(`{${Buffer.from(block.subarray(tailStart + 1, end)).toString()}`) as Tail;
  return {
    j: j && cutVerdicts(j, limits),
    t: cutText(t, limits.text),
    isCut: isCut === true || t.length > limits.text,
  };
}

const linesBegin = Buffer.from(',"outcomeOf":[');
const comma = Buffer.from(",");
const linesEnd = Buffer.from("]}");

/** JSON of a case with its lines, their ends cut at the limits. */
export function* composeCase(packed: PackedCase, limits: Limits): Generator<Uint8Array> {
  yield keptBytes(packed);
  yield linesBegin;
  for (const [index, line] of packed.lines.entries()) {
    if (index > 0) yield comma;
    yield* composeLine(line, limits);
  }
  yield linesEnd;
}

function* composeLine(line: PackedLine, limits: Limits): Generator<Uint8Array> {
  if (fits(line, limits)) {
    yield keptBytes(line);
    return;
  }
  yield line.block.subarray(line.start, line.tailStart);
  yield Buffer.from(tailOf(cutTail(line, limits)).join(""));
}
