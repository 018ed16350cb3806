import type { Severity } from "../case.ts";
import { asideHeadings, remarkWords } from "./frame-phrases.ts";
import { praiseHeadings } from "./praise-phrases.ts";
import { readPlace, type Place } from "./place.ts";
import { stripNumber, stripPrefixes } from "./remark.ts";
import { headingSeverityOf } from "./severity.ts";
import { isTopic, plainWords, saysNothing } from "./silence.ts";

/**
 * What a heading is to the text below it. `praise` and `aside` (a summary) hold no remarks; `place` and `topic` say
 * something about the remarks below; `title` is itself the first line of one. `isSure` is false for a title that could as
 * well be a topic nobody foresaw.
 */
export type Heading =
  | { kind: "praise" | "aside" }
  | { kind: "place"; place: Place }
  | { kind: "topic"; severity?: Severity }
  | { kind: "title"; isSure: boolean };

function isOneOf(words: string, headings: readonly string[]): boolean {
  return headings.some((heading) => words === heading || words.startsWith(`${heading} `));
}

/** The words of a heading that are not a path, a line or the decoration of one. */
function wordsBesidePlace(text: string): string {
  const { message } = stripPrefixes(text);
  const isPlaceOnly = message === "" || message === text.trim();
  const rest = isPlaceOnly ? text : message;
  const withoutPath = rest.replace(/`[^`]{1,300}`|[^\s`()]{0,200}[./][^\s`()]{1,200}/g, " ");
  const plain = plainWords(withoutPath);
  return plain
    .replace(/\b(?:l?\d+|l\d+|lines?|files?|in|at|around|on|of|for|and|changes?|comments?|issues?|findings?)\b/g, " ")
    .trim();
}

/** Reads what a heading, a bold line or the first line of a list of remarks is for. */
export function classifyHeading(text: string): Heading {
  const numbered = stripNumber(text);
  const plain = plainWords(numbered ?? text);
  const words = plain.split(" ");
  if (isOneOf(plain, praiseHeadings)) return { kind: "praise" };
  if (isOneOf(plain, asideHeadings) && !words.some((word) => remarkWords.has(word))) return { kind: "aside" };
  const place = readPlace(text);
  const hasPlace = place.file !== undefined || place.lines !== undefined;
  if (hasPlace && wordsBesidePlace(numbered ?? text) === "") return { kind: "place", place };
  const isNamed = isTopic(numbered ?? text);
  if (isNamed || saysNothing(numbered ?? text)) {
    const severity = isNamed ? headingSeverityOf(text) : undefined;
    return { kind: "topic", ...(severity === undefined ? {} : { severity }) };
  }
  const isRated = stripPrefixes(numbered ?? text).severity !== undefined;
  return { kind: "title", isSure: numbered !== null || isRated || place.lines !== undefined };
}
