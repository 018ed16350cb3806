import type { Severity } from "../case.ts";
import type { Finding } from "../review.ts";
import { cleanRemark } from "./clean.ts";
import { readPlace, readPlacePrefix, type Place } from "./place.ts";
import { readSeverityPrefix } from "./severity.ts";

/** What the headings above a remark say about it. */
export interface RemarkScope extends Place {
  severity?: Severity;
}

const numberPrefix =
  /^\s{0,8}(?:\*\*)?(?:#\s?\d{1,4}[.):]?|\(\d{1,4}\)|\d{1,4}[.)]|(?:issue|finding|bug|problem|comment|item|remark)s?\s{0,2}#?\d{1,4}\s{0,2}(?:[:.)]|[-–—](?=\s)|$))(?:\*\*)?\s{0,4}/iu;

const leadingLink = /^([*_`]{0,4})\[([^\]\n]{1,300})\]\([^()\s]{1,2000}\)/;
const leadingPictograph = /^[\p{Extended_Pictographic}\uFE0F\u200D\s]{1,12}/u;
const deletedLine = /\b(?:old|deleted|removed) lines? [`*_]{0,3}\d/i;

/** Takes the number off "1. Title", "#2: Title" or "Issue 3 - Title"; null where there is none. */
export function stripNumber(text: string): string | null {
  const match = numberPrefix.exec(text);
  if (match === null) return null;
  return rebalance(match[0], text.slice(match[0].length));
}

/** Gives a rest its bold mark back when the mark that opened it went with the removed prefix. */
function rebalance(removed: string, rest: string): string {
  const isOdd = (text: string) => text.split("**").length % 2 === 0;
  if (!isOdd(removed) || !rest.includes("**")) return rest;
  return rest.startsWith("**") ? rest.slice(2).trimStart() : `**${rest}`;
}

/** A remark without the severity, place and number in front of it. */
export function stripPrefixes(text: string): { message: string; severity?: Severity } {
  let message = text.trim().replace(leadingLink, "$1$2");
  let severity: Severity | undefined;
  for (let round = 0; round < 5; round += 1) {
    const rated = readSeverityPrefix(message);
    if (rated !== null) {
      severity ??= rated.severity;
      message = rated.rest.trim();
      continue;
    }
    const placed = readPlacePrefix(message);
    if (placed === null) {
      const plain = message.replace(leadingPictograph, "");
      if (plain === message || plain === "") break;
      message = plain;
    } else {
      message = rebalance(placed.removed, placed.rest).trim();
    }
  }
  return { message, ...(severity === undefined ? {} : { severity }) };
}

/**
 * One remark in words as a finding: its place and severity are read from it, or taken from the headings above. A prefix
 * that only gives them leaves the message; a remark that is nothing but its place keeps it as the message.
 */
export function readRemark(text: string, scope: RemarkScope = {}): Finding {
  const cleaned = cleanRemark(text).trim();
  const stripped = stripPrefixes(stripNumber(cleaned) ?? cleaned);
  const severity = stripped.severity ?? scope.severity;
  const isOld = deletedLine.test(cleaned.slice(0, 400));
  return {
    ...readPlace(cleaned, scope),
    ...(isOld ? { side: "old" as const } : {}),
    message: stripped.message === "" ? cleaned : stripped.message,
    ...(severity === undefined ? {} : { severity }),
  };
}
