import { UsageError } from "./errors.ts";

/** One line of a hunk. Line numbers are 1-based and null on the side that does not have the line. */
export interface DiffLine {
  kind: "context" | "added" | "deleted" | "no-newline";
  /** The line without its marker; it keeps the carriage return of a CRLF line. */
  text: string;
  oldLine: number | null;
  newLine: number | null;
  /** An empty context line that lost even its marker, as editors do that strip trailing spaces. */
  isStripped?: true;
}

/** One block of changes. A side with a count of 0 has no line; its start is then the line before. */
export interface Hunk {
  /** The whole `@@ … @@` line as written. */
  header: string;
  oldStart: number;
  oldCount: number;
  newStart: number;
  newCount: number;
  lines: DiffLine[];
}

/**
 * What a hunk's header counts for: `declared` refuses a hunk with more or fewer lines than it declares; `as-found` takes
 * the lines that there are, as of hunks that a review site cut or whose header somebody miscounted.
 */
export type HunkCounts = "declared" | "as-found";

type Numbers = readonly [oldStart: number, oldCount: number, newStart: number, newCount: number];

const hunkHeader = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;

/**
 * Reads the hunk whose header is line `at`. The counts of a hunk that is read as found are those of its lines, whatever
 * its header says.
 * @param place what errors call the text
 * @throws UsageError for a malformed header and, unless it is read as found, for other counts than declared
 */
export function readHunk(lines: readonly string[], at: number, place: string, counts: HunkCounts): Hunk {
  const header = lines[at] ?? "";
  const numbers = readNumbers(header, at, place);
  const body = startBody(numbers);
  if (counts === "as-found") readLinesFound(lines, at + 1, body);
  else readLinesDeclared(lines, at, body, numbers, place);
  const [oldStart, oldCount, newStart, newCount] = counts === "as-found" ? countsFound(body, numbers) : numbers;
  return { header, oldStart, oldCount, newStart, newCount, lines: body.lines };
}

/** Whether a line begins a hunk, well-formed or not. */
export function isHunkStart(line: string | undefined): boolean {
  return line?.startsWith("@@ -") ?? false;
}

/** Whether two lines name the file before and after, as in `--- a/x` and `+++ b/x`. */
export function isMarkerPair(lines: readonly string[], at: number): boolean {
  return (lines[at]?.startsWith("--- ") && lines[at + 1]?.startsWith("+++ ")) ?? false;
}

/** Whether lines of a hunk go on where none are declared. The signature of a mailed patch only looks like one. */
export function isStrayBody(lines: readonly string[], start: number): boolean {
  const at = afterBlanks(lines, start);
  return kindOf(lines[at]) !== null && !isSignature(lines, at) && !isMarkerPair(lines, at);
}

/** The beginning of a line in a message. */
export function quote(line: string | undefined): string {
  const text = (line ?? "").replace(/\r$/, "");
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

function readNumbers(header: string, at: number, place: string): Numbers {
  const match = hunkHeader.exec(header);
  if (match === null) {
    throw new UsageError(
      `${place}: line ${at + 1}: expected @@ -FROM,COUNT +FROM,COUNT @@, got ${quote(header)} (write the numbers)`,
    );
  }
  const numberAt = (group: number) => Number(match[group] ?? 1);
  const numbers: Numbers = [numberAt(1), numberAt(2), numberAt(3), numberAt(4)];
  const [oldStart, oldCount, newStart, newCount] = numbers;
  if ((oldStart === 0 && oldCount > 0) || (newStart === 0 && newCount > 0)) {
    throw new UsageError(
      `${place}: line ${at + 1}: expected lines from 1 on, got ${quote(header)} (write -0,0 for none)`,
    );
  }
  return numbers;
}

/** The lines read so far, the numbers of the next, and how many are still declared; less than none where there are more. */
interface Body {
  lines: DiffLine[];
  oldLine: number;
  newLine: number;
  oldLeft: number;
  newLeft: number;
}

function startBody([oldStart, oldCount, newStart, newCount]: Numbers): Body {
  return {
    lines: [],
    oldLine: oldCount === 0 ? oldStart + 1 : oldStart,
    newLine: newCount === 0 ? newStart + 1 : newStart,
    oldLeft: oldCount,
    newLeft: newCount,
  };
}

function takeLine(body: Body, line: string, kind: DiffLine["kind"]): void {
  const [isOld, isNew] = [isOnOldSide(kind), isOnNewSide(kind)];
  body.lines.push({
    kind,
    text: isBlank(line) ? line : line.slice(1),
    oldLine: isOld ? body.oldLine : null,
    newLine: isNew ? body.newLine : null,
    ...(isBlank(line) ? { isStripped: true } : {}),
  });
  if (isOld) {
    body.oldLine += 1;
    body.oldLeft -= 1;
  }
  if (isNew) {
    body.newLine += 1;
    body.newLeft -= 1;
  }
}

function readLinesDeclared(lines: readonly string[], at: number, body: Body, numbers: Numbers, place: string): void {
  let next = at + 1;
  for (; body.oldLeft > 0 || body.newLeft > 0; next += 1) {
    const kind = kindOf(lines[next]);
    if (kind === null || (isOnOldSide(kind) && body.oldLeft === 0) || (isOnNewSide(kind) && body.newLeft === 0))
      throw countError(lines, at, numbers, place);
    takeLine(body, lines[next] ?? "", kind);
  }
  for (; kindOf(lines[next]) === "no-newline"; next += 1) takeLine(body, lines[next] ?? "", "no-newline");
  if (isStrayBody(lines, next)) throw countError(lines, at, numbers, place);
}

function readLinesFound(lines: readonly string[], start: number, body: Body): void {
  let inside = start;
  for (let next = start; ; next += 1) {
    const kind = kindOf(lines[next]);
    if (kind === null || (next >= inside && isHunkEnd(lines, next, kind, body))) return;
    // Blank lines that are inside because of what follows them: that is looked for once, not for each of them.
    if (next >= inside && isBlank(lines[next])) inside = isDue(body) ? next : afterBlanks(lines, next);
    takeLine(body, lines[next] ?? "", kind);
  }
}

/**
 * Whether a hunk that is read as found has ended before this line. What is declared decides only between changed lines
 * and what looks like them: the header of the next file, a signature, blank lines behind the hunk.
 */
function isHunkEnd(lines: readonly string[], at: number, kind: DiffLine["kind"], body: Body): boolean {
  if (kind === "no-newline") return false;
  const { oldLeft, newLeft } = body;
  if (isSignature(lines, at)) return oldLeft !== 1 || newLeft > 0;
  if (isMarkerPair(lines, at)) {
    const wouldComplete = oldLeft === 1 && newLeft === 1;
    return isDue(body) ? !wouldComplete && isHunkStart(lines[at + 2]) : !isStrayBody(lines, at + 2);
  }
  return !isDue(body) && !isStrayBody(lines, at);
}

const isDue = ({ oldLeft, newLeft }: Body) => oldLeft > 0 || newLeft > 0;

function countsFound({ lines }: Body, [oldStart, oldCount, newStart, newCount]: Numbers): Numbers {
  const side = (start: number, declared: number, found: number): [number, number] => {
    const first = declared === 0 ? start + 1 : start;
    return [found === 0 ? first - 1 : first, found];
  };
  const oldFound = lines.filter(({ oldLine }) => oldLine !== null).length;
  const newFound = lines.filter(({ newLine }) => newLine !== null).length;
  return [...side(oldStart, oldCount, oldFound), ...side(newStart, newCount, newFound)];
}

function kindOf(line: string | undefined): DiffLine["kind"] | null {
  if (line === undefined) return null;
  if (isBlank(line) || line.startsWith(" ")) return "context";
  if (line.startsWith("+")) return "added";
  if (line.startsWith("-")) return "deleted";
  return line.startsWith("\\") ? "no-newline" : null;
}

const isOnOldSide = (kind: DiffLine["kind"]) => kind === "context" || kind === "deleted";
const isOnNewSide = (kind: DiffLine["kind"]) => kind === "context" || kind === "added";
const isBlank = (line: string | undefined) => line === "" || line === "\r";

function afterBlanks(lines: readonly string[], start: number): number {
  let at = start;
  while (isBlank(lines[at])) at += 1;
  return at;
}

/** The two lines with which git ends a mailed patch: dashes and its version. */
function isSignature(lines: readonly string[], at: number): boolean {
  return /^-- ?\r?$/.test(lines[at] ?? "") && /^\d+\.\d/.test(lines[at + 1] ?? "");
}

function countError(lines: readonly string[], at: number, numbers: Numbers, place: string): UsageError {
  let [oldGot, newGot] = [0, 0];
  let end = at + 1;
  for (; !isMarkerPair(lines, end); end += 1) {
    const kind = kindOf(lines[end]);
    if (kind === null) break;
    if (isOnOldSide(kind)) oldGot += 1;
    if (isOnNewSide(kind)) newGot += 1;
  }
  const [oldStart, oldCount, newStart, newCount] = numbers;
  const right = `@@ -${oldStart},${oldGot} +${newStart},${newGot} @@`;
  return new UsageError(
    `${place}: line ${at + 1}: the hunk declares ${oldCount} old and ${newCount} new lines, got ${oldGot} and ${newGot} ` +
      `up to line ${end} (write ${right} or mend its lines)`,
  );
}
