import { isPath } from "./path.ts";

/** Where a remark points; either half may be missing. */
export interface Place {
  file?: string;
  lines?: [number, number];
}

interface Mention extends Place {
  start: number;
  end: number;
}

/** Places are looked for in the first so many characters of a remark. */
const maxPlaceText = 4_000;
/** A place in front of a remark ends within so many characters. */
const maxPrefix = 400;
/** No source file has more lines than this; a larger number is no line number. */
const maxLine = 1_000_000;

/** A range from numbers as written: swapped where inverted, undefined where a number is 0, absurd or not whole. */
export function lineRange(from: number, to: number = from): [number, number] | undefined {
  const isLine = (line: number) => Number.isInteger(line) && line >= 1 && line <= maxLine;
  if (!isLine(from) || !isLine(to)) return undefined;
  return from <= to ? [from, to] : [to, from];
}

function withLines(from: string | undefined, to: string | undefined): Pick<Place, "lines"> {
  if (from === undefined) return {};
  const lines = lineRange(Number(from), Number(to ?? from));
  return lines === undefined ? {} : { lines };
}

const tight = "(?:(?:-|–|—|\\.\\.)[lL]?(\\d{1,12}))?";
const loose =
  "(?:[ \\t]{0,2}(?:-|–|—|\\.\\.|to|through|thru|bis|à|al?|до)[ \\t]{0,2}(?:lines?[ \\t])?[lL]?(\\d{1,12}))?";
const lineWord = "(?:lines?|zeilen?|l[ií]neas?|lignes?|linhas?|righ[ae]|строк[аеиу]?)";
const number = "(?:[ \\t]{0,2}(?:numbers?|nos?\\.|nr\\.|#))?[ \\t]{0,2}[`*_#]{0,3}(\\d{1,12})";

const run = /[\p{L}\p{N}_./\\@+~$-]+/gu;
const quotedPath = /`([^`\n]{1,300})`/g;
const attached = [
  new RegExp(`[\`*_"')\\]]{0,4}[:#]L?(\\d{1,12})(?:C\\d{1,6})?${tight}(?::\\d{1,6})?`, "y"),
  new RegExp(`\\((\\d{1,12})(?:,\\d{1,6})?\\)`, "y"),
  new RegExp(
    `[\`*_"')\\]]{0,4}[ \\t]{0,2}[,:;(\\[|–—-]{0,2}[ \\t]{0,2}(?:(?:at|on|near|around|in|approx\\.?|about)[ \\t]){0,2}(?:${lineWord}${number}|L(\\d{1,12}))${loose}`,
    "iy",
  ),
];
const tightRange = new RegExp(tight, "iy");
const looseRange = new RegExp(loose, "iy");
const bareLine = new RegExp(`(?<![\\p{L}\\p{N}_])(${lineWord})${number}(?:C\\d{1,6})?`, "giu");
const bareMark = /(?<![\p{L}\p{N}_])L(\d{1,9})(?:[-–]L?(\d{1,9}))?(?![\p{L}\p{N}_])/gu;
const eastAsian =
  /(?:第\s?(\d{1,9})(?:\s?[-–~～至到]\s?(?:第\s?)?(\d{1,9}))?\s?行|(?<!\d)(\d{1,9})(?:[-–~～](\d{1,9}))?\s?行目)/gu;
const leadingRange = /^\s{0,4}[*_]{0,2}`(\d{1,9})(?:[-–](\d{1,9}))?`[*_]{0,2}(?=\s{0,2}[:：-])/;

/** Path mentions with the lines that hang on them. */
function fileMentions(text: string): Mention[] {
  const mentions: Mention[] = [];
  for (const match of text.matchAll(quotedPath)) {
    const inner = match[1] ?? "";
    if (!/[\s[\]()]/.test(inner)) continue;
    const tail = /(?::|#L?)\d{1,12}(?:-L?\d{1,12})?$/.exec(inner);
    const file = tail === null ? inner : inner.slice(0, tail.index);
    if (file.includes("/") && isPath(file, true) && !/[()]\.|[;=,]/.test(file)) {
      mentions.push(mentionAt(text, file, match.index + 1));
    }
  }
  for (const match of text.matchAll(run)) {
    const file = match[0].replace(/^[@~+-]{1,4}/, "").replace(/[./\\-]{1,8}$/, "");
    const start = match.index + match[0].indexOf(file);
    const isInside = mentions.some(
      (mention) => mention.file !== undefined && start >= mention.start && start < mention.end,
    );
    if (isInside || text.slice(Math.max(0, start - 3), start) === "://") continue;
    const mention = mentionAt(text, file, start);
    if (isPath(file, mention.lines !== undefined)) mentions.push(mention);
  }
  return mentions;
}

function mentionAt(text: string, file: string, start: number): Mention {
  const end = start + file.length;
  for (const pattern of attached) {
    pattern.lastIndex = end;
    const match = pattern.exec(text);
    if (match === null) continue;
    const [from, to] = pattern === attached[2] ? [match[1] ?? match[2], match[3]] : [match[1], match[2]];
    return { file, ...withLines(from, to), start, end: end + match[0].length };
  }
  return { file, start, end };
}

/** Whether a bare "L12" is a place and not "L2 cache": it has a range, a bracket or a preposition about it. */
function isLineMark(text: string, start: number, end: number, hasRange: boolean): boolean {
  if (hasRange) return true;
  const before = text.slice(Math.max(0, start - 8), start);
  const after = text.slice(end, end + 2);
  if (/[([`#*]$/.test(before) && /^[)\]`*:,]/.test(after)) return true;
  return /(?:^|\n)\s{0,4}$/.test(before)
    ? /^\s?[:,)\]–—-]/.test(after)
    : /(?:^|\s)(?:at|on|in|see|near|line)\s$/i.test(before);
}

function lineMentions(text: string): Mention[] {
  const mentions: Mention[] = [];
  const lead = leadingRange.exec(text);
  if (lead !== null) mentions.push({ ...withLines(lead[1], lead[2]), start: 0, end: lead[0].length });
  for (const match of text.matchAll(bareLine)) {
    const end = match.index + match[0].length;
    // "line 42 - 3 retries" is no range; "lines 42 - 45" is one.
    const range = /(?:s|en|и|righe)$/i.test(match[1] ?? "") ? looseRange : tightRange;
    range.lastIndex = end;
    const to = range.exec(text);
    mentions.push({ ...withLines(match[2], to?.[1]), start: match.index, end: end + (to?.[0].length ?? 0) });
  }
  for (const match of text.matchAll(bareMark)) {
    const end = match.index + match[0].length;
    if (!isLineMark(text, match.index, end, match[2] !== undefined)) continue;
    mentions.push({ ...withLines(match[1], match[2]), start: match.index, end });
  }
  for (const match of text.matchAll(eastAsian)) {
    const place = withLines(match[1] ?? match[3], match[2] ?? match[4]);
    mentions.push({ ...place, start: match.index, end: match.index + match[0].length });
  }
  return mentions;
}

/** Every place that a text names, in order; lines that hang on a path are part of its mention. */
function readMentions(text: string): Mention[] {
  const head = text.slice(0, maxPlaceText);
  if (!/[./\d]|file/i.test(head)) return [];
  const files = fileMentions(head);
  const lines = lineMentions(head).filter(
    (line) => !files.some((file) => line.start >= file.start && line.start < file.end),
  );
  return [...files, ...lines].toSorted((a, b) => a.start - b.start);
}

const between =
  /[`*_"'),\]]{0,4}[ \t]{0,2}(?:of|in|at|on|from|von|de|en|in der Datei)?[ \t]{0,2}(?:(?:the )?file )?[`*_"'([@]{0,4}/iy;

/** Joins "line 42 of src/a.py" into one mention. */
function joinMentions(text: string, mentions: readonly Mention[]): Mention[] {
  const joined: Mention[] = [];
  for (const mention of mentions) {
    const last = joined.at(-1);
    if (last !== undefined && last.file === undefined && mention.file !== undefined && mention.lines === undefined) {
      between.lastIndex = last.end;
      const gap = between.exec(text);
      if (gap !== null && last.end + gap[0].length === mention.start) {
        joined[joined.length - 1] = { ...mention, ...last, end: mention.end };
        continue;
      }
    }
    joined.push(mention);
  }
  return joined;
}

/**
 * Where a remark points. A path with its line beats anything else that it mentions; then come its first line and the
 * file of the heading above (`scope`), or, without one, the first file that it mentions.
 */
export function readPlace(text: string, scope: Place = {}): Place {
  const mentions = joinMentions(text, readMentions(text));
  const whole = mentions.find((mention) => mention.file !== undefined && mention.lines !== undefined);
  const first = mentions[0];
  const isLeading = first?.file !== undefined && first.start <= 4;
  const file =
    whole?.file ??
    (isLeading ? first.file : undefined) ??
    scope.file ??
    mentions.find((mention) => mention.file !== undefined)?.file;
  const own = whole ?? mentions.find((mention) => mention.lines !== undefined);
  const lines = own?.lines ?? (mentions.some((mention) => mention.file === undefined) ? undefined : scope.lines);
  return { ...(file === undefined ? {} : { file }), ...(lines === undefined ? {} : { lines }) };
}

const leadIn =
  /^[\s*_`"'([<•📍📄📁-]{0,8}(?:(?:in|at|on|file|location|around|see|near)[:\s]\s{0,2})?[\s*_`"'([<@]{0,6}/iu;
const bracketOut = /[`*_"']{0,4}[)\]][`*_"']{0,4}[:,]?\s{1,4}/y;
const leadOut = /[`*_"')\]>]{0,6}[ \t]{0,3}(?:[:：|,.][`*_"')\]>]{0,6}|[-–—]{1,2}(?=\s)|[-=]>|(?=\n)|$)\s{0,4}/y;

/** Splits a place in front of a remark ("src/a.py:3: …", "**Line 7** - …") from the rest; null when it is part of a sentence. */
export function readPlacePrefix(text: string): { removed: string; rest: string } | null {
  const head = text.slice(0, maxPrefix);
  const mention = joinMentions(head, readMentions(head))[0];
  const lead = leadIn.exec(head)?.[0].length ?? 0;
  if (mention === undefined || mention.start > lead) return null;
  leadOut.lastIndex = mention.end;
  bracketOut.lastIndex = mention.end;
  const isBracketed = /[([]/.test(text.slice(0, mention.start));
  const out = leadOut.exec(text) ?? (isBracketed ? bracketOut.exec(text) : null);
  if (out === null) return null;
  const cut = mention.end + out[0].length;
  return { removed: text.slice(0, cut), rest: text.slice(cut) };
}
