import type { Usage } from "../../generation.ts";
import { eventData } from "./lines.ts";
import { isObject, parseJson } from "../../json.ts";
import {
  countOf,
  cutStream,
  errorWords,
  hearPiece,
  type HeardStream,
  silentStream,
  type StampedBytes,
} from "./stream.ts";

const garbled = "the server sent a garbled answer: not a message of Anthropic";

type Counts = Record<string, number>;

/** Reads a streamed message of Anthropic's API; thinking is reasoning, and later counts of tokens replace earlier ones. */
export function readMessages(body: readonly StampedBytes[]): HeardStream {
  const heard = silentStream();
  const counts: Counts = {};
  let events = 0;
  for (const { atMs, text, isWhole } of eventData(body)) {
    events += 1;
    const event = parseJson(text);
    if (!isObject(event)) {
      heard.error = isWhole ? garbled : cutStream;
      break;
    }
    if (event["type"] === "error") {
      heard.error = errorWords(event["error"]);
      break;
    }
    const message = isObject(event["message"]) ? event["message"] : {};
    Object.assign(counts, countsIn(message["usage"]), countsIn(event["usage"]));
    const delta = isObject(event["delta"]) ? event["delta"] : {};
    if (delta["type"] === "text_delta") hearPiece(heard, atMs, delta["text"], false);
    if (delta["type"] === "thinking_delta") hearPiece(heard, atMs, delta["thinking"], true);
    if (typeof delta["stop_reason"] === "string") heard.finishReason = delta["stop_reason"];
  }
  heard.usage = usageOf(counts);
  if (events === 0 && body.some(({ bytes }) => bytes.length > 0)) heard.error ??= garbled;
  if (heard.finishReason === null) heard.error ??= cutStream;
  return heard;
}

function countsIn(usage: unknown): Counts {
  if (!isObject(usage)) return {};
  const told = Object.entries(usage).flatMap(([name, value]) => {
    const count = countOf(value);
    return count === null ? [] : [[name, count] as const];
  });
  return Object.fromEntries(told);
}

/** What counts as input there leaves out what was read from the cache or written to it. */
function usageOf(counts: Counts): Usage {
  const { input_tokens: fresh, output_tokens, cache_creation_input_tokens = 0, cache_read_input_tokens } = counts;
  const promptTokens =
    fresh === undefined ? null : fresh + cache_creation_input_tokens + (cache_read_input_tokens ?? 0);
  return { promptTokens, completionTokens: output_tokens ?? null, cachedTokens: cache_read_input_tokens ?? null };
}
