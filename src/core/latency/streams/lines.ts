import type { StampedBytes } from "./stream.ts";

/** A line of a body without its line break; its reading is that of the bytes that ended it. */
export interface StampedLine {
  atMs: number;
  text: string;
  /** Whether a line break ends it; only the last line of a body can lack one. */
  isWhole: boolean;
}

const newline = 0x0a;

/**
 * Splits a body into lines. A character that the network cut in two is put together again; bytes that are no UTF-8 become
 * U+FFFD, and a carriage return before the line break is no part of the line.
 */
export function* stampedLines(body: readonly StampedBytes[]): Generator<StampedLine> {
  const decoder = new TextDecoder();
  let begun = "";
  let atMs = 0;
  for (const chunk of body) {
    atMs = chunk.atMs;
    let start = 0;
    for (let end = chunk.bytes.indexOf(newline); end !== -1; end = chunk.bytes.indexOf(newline, start)) {
      const text = begun + decoder.decode(chunk.bytes.subarray(start, end), { stream: true });
      begun = "";
      start = end + 1;
      yield { atMs, text: text.endsWith("\r") ? text.slice(0, -1) : text, isWhole: true };
    }
    begun += decoder.decode(chunk.bytes.subarray(start), { stream: true });
  }
  begun += decoder.decode();
  if (begun !== "") yield { atMs, text: begun, isWhole: false };
}

/**
 * The data of the events of an SSE body, one text each, with the reading of its last line; comments, names and ids of
 * events are left out. A blank line ends an event, and so does the end of the body.
 */
export function* eventData(body: readonly StampedBytes[]): Generator<StampedLine> {
  let event: StampedLine | null = null;
  for (const line of stampedLines(body)) {
    if (line.text === "" && event !== null) {
      yield event;
      event = null;
    }
    if (!line.text.startsWith("data:")) continue;
    const text = line.text.slice(line.text.startsWith("data: ") ? 6 : 5);
    event = { ...line, text: event === null ? text : `${event.text}\n${text}` };
  }
  if (event !== null) yield event;
}

/** A body as one text, with the reading of its last byte. */
export function wholeText(body: readonly StampedBytes[]): { atMs: number; text: string } {
  const decoder = new TextDecoder();
  const texts = body.map(({ bytes }) => decoder.decode(bytes, { stream: true }));
  return { atMs: body.at(-1)?.atMs ?? 0, text: texts.join("") + decoder.decode() };
}
