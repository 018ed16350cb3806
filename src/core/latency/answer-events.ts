import { firstFindingEnd } from "./first-finding.ts";
import type { HeardStream, StampedPiece } from "./streams/stream.ts";
import type { TimedRequest } from "./timed-request.ts";

/** When what of an answer came, in milliseconds of the clock of its pieces; null where it never did. */
export type AnswerEvents = Pick<
  TimedRequest,
  "firstReasoningMs" | "firstContentMs" | "firstFindingMs" | "lastContentMs" | "pieces"
>;

/**
 * The events of an answer that was heard.
 * @param contract `findings`: the first finding is looked for; in prose nobody can tell where one ends
 */
export function answerEvents({ pieces }: Pick<HeardStream, "pieces">, contract: "findings" | "prose"): AnswerEvents {
  const content = pieces.filter(({ isReasoning }) => !isReasoning);
  return {
    firstReasoningMs: pieces.find(({ isReasoning }) => isReasoning)?.atMs ?? null,
    firstContentMs: content[0]?.atMs ?? null,
    firstFindingMs: contract === "prose" ? null : firstFindingMs(content),
    lastContentMs: content.at(-1)?.atMs ?? null,
    pieces: pieces.length,
  };
}

/** The reading of the piece with which the first finding is complete. */
function firstFindingMs(content: readonly StampedPiece[]): number | null {
  const end = firstFindingEnd(content.map(({ text }) => text).join(""));
  if (end === null) return null;
  let length = 0;
  const last = content.find(({ text }) => {
    length += text.length;
    return length >= end;
  });
  return last?.atMs ?? null;
}
