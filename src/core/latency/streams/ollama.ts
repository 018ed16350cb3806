import { stampedLines } from "./lines.ts";
import { isObject, parseJson } from "../../json.ts";
import {
  countOf,
  cutStream,
  durationOf,
  errorWords,
  hearPiece,
  type HeardStream,
  silentStream,
  type StampedBytes,
} from "./stream.ts";

const garbled = "the server sent a garbled answer: not a chat of Ollama";

/** Reads a streamed chat of Ollama, one JSON object a line; what the model thinks is reasoning. */
export function readOllama(body: readonly StampedBytes[]): HeardStream {
  const heard = silentStream();
  let isDone = false;
  for (const { atMs, text, isWhole } of stampedLines(body)) {
    if (text.trim() === "") continue;
    const line = parseJson(text);
    if (!isObject(line)) {
      heard.error = isWhole ? garbled : cutStream;
      return heard;
    }
    if (line["error"] !== undefined) {
      heard.error = errorWords(line["error"]);
      return heard;
    }
    const message = isObject(line["message"]) ? line["message"] : {};
    hearPiece(heard, atMs, message["thinking"], true);
    hearPiece(heard, atMs, message["content"], false);
    if (line["done"] !== true) continue;
    isDone = true;
    hearEnd(heard, line);
  }
  if (!isDone) heard.error = cutStream;
  return heard;
}

/** Durations are told in nanoseconds. The prompt is counted whole, whether parts of it were cached or not. */
function hearEnd(heard: HeardStream, line: Record<string, unknown>): void {
  heard.finishReason = typeof line["done_reason"] === "string" ? line["done_reason"] : null;
  heard.usage = {
    promptTokens: countOf(line["prompt_eval_count"]),
    completionTokens: countOf(line["eval_count"]),
    cachedTokens: null,
  };
  heard.serverTiming = {
    totalMs: durationOf(line["total_duration"], 1e6),
    loadMs: durationOf(line["load_duration"], 1e6),
    promptMs: durationOf(line["prompt_eval_duration"], 1e6),
    generationMs: durationOf(line["eval_duration"], 1e6),
  };
}
