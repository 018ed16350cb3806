import { readLabelRow } from "./labels.ts";
import { maxFindings } from "./limits.ts";
import { readPlacePrefix } from "./place.ts";
import { readSeverityPrefix } from "./severity.ts";

/** A paragraph is split into this many remarks at most, more than one review keeps. */
const maxRemarks = maxFindings + 1;

const startsWithLine = /^(?:Lines? \d|L\d{1,9}(?:-L?\d{1,9})?\b|\p{Extended_Pictographic})/u;

/** Whether a line of a paragraph begins a remark of its own: by a place, a severity or a label. */
function startsRemark(line: string): boolean {
  if (startsWithLine.test(line)) return true;
  if (readSeverityPrefix(line) !== null || readLabelRow(line).length > 0) return true;
  const placed = readPlacePrefix(line);
  return placed !== null && placed.rest.trim() !== "";
}

/**
 * Splits a paragraph into remarks: terse reviewers write one a line, each with its place in front. A line without one
 * continues the remark before it. What follows the first 1,001 remarks is left out.
 */
export function splitRemarks(text: string): string[] {
  const lines = text.split("\n");
  const remarks: string[] = [];
  let present: string[] = [];
  for (const line of lines) {
    if (remarks.length >= maxRemarks) break;
    if (present.length > 0 && startsRemark(line)) {
      remarks.push(present.join("\n"));
      present = [];
    }
    present.push(line);
    // A label's line is whole in itself; the next one is another label or plain text.
    if (present.length === 1 && readLabelRow(line).length > 0 && lines.length > 1) {
      remarks.push(line);
      present = [];
    }
  }
  if (present.length > 0) remarks.push(present.join("\n"));
  return remarks;
}
