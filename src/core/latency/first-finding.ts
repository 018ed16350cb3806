import { isBareFinding, readFields } from "../parse/fields.ts";
import { isSilence } from "../parse/silence.ts";

/** Objects that stay open inside one another beyond this are no finding's. */
const mostDepth = 32;

const thoughts = /^\s*<(think(?:ing)?)>[^]*?(?:<\/\1>|$)/;

/**
 * Where the first finding of an answer is complete: the index after the first object that is JSON, has a message which
 * says something, and a place. Null where there is none. What a model thinks aloud in `<think>` before its answer is
 * passed over.
 */
export function firstFindingEnd(text: string): number | null {
  const from = thoughts.exec(text)?.[0].length ?? 0;
  const starts: number[] = [];
  let isInString = false;
  for (let at = from; at < text.length; at += 1) {
    const char = text[at];
    if (isInString) {
      if (char === "\\") at += 1;
      else if (char === '"') isInString = false;
    } else if (char === '"') isInString = starts.length > 0;
    else if (char === "{") {
      starts.push(at);
      if (starts.length > mostDepth) starts.shift();
    } else if (char === "}") {
      const start = starts.pop();
      if (start !== undefined && isFinding(text.slice(start, at + 1))) return at + 1;
    }
  }
  return null;
}

function isFinding(json: string): boolean {
  try {
    const value: unknown = JSON.parse(json);
    return isBareFinding(value) && !isSilence(readFields(value)?.message ?? "");
  } catch {
    return false;
  }
}
