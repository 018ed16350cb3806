import { eventData, wholeText } from "./lines.ts";
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

const garbled = "the server sent a garbled answer: not a chat completion";

/**
 * Reads streamed chat completions, as OpenAI, vLLM and llama-server send them, or a whole completion from a server that
 * ignores `stream`. Reasoning is what comes as `reasoning_content` or `reasoning`.
 */
export function readChat(body: readonly StampedBytes[]): HeardStream {
  const heard = silentStream();
  let events = 0;
  let isDone = false;
  for (const { atMs, text, isWhole } of eventData(body)) {
    events += 1;
    if (text.trim() === "[DONE]") {
      isDone = true;
      break;
    }
    const event = parseJson(text);
    if (isObject(event)) hearChunk(heard, event, atMs);
    else heard.error ??= isWhole ? garbled : cutStream;
    if (heard.error !== null) return heard;
  }
  if (events === 0) return readWholeChat(body);
  if (!isDone && heard.finishReason === null) heard.error = cutStream;
  return heard;
}

function readWholeChat(body: readonly StampedBytes[]): HeardStream {
  const heard = silentStream();
  const { atMs, text } = wholeText(body);
  const value = parseJson(text);
  if (isObject(value) && (Array.isArray(value["choices"]) || value["error"] !== undefined))
    hearChunk(heard, value, atMs);
  else heard.error = text.trim() === "" ? cutStream : garbled;
  return heard;
}

function hearChunk(heard: HeardStream, chunk: Record<string, unknown>, atMs: number): void {
  if (chunk["error"]) {
    heard.error = errorWords(chunk["error"]);
    return;
  }
  const choices: unknown[] = Array.isArray(chunk["choices"]) ? chunk["choices"] : [];
  const choice = isObject(choices[0]) ? choices[0] : {};
  const said = choice["delta"] ?? choice["message"];
  if (isObject(said)) {
    hearPiece(heard, atMs, said["reasoning_content"] ?? said["reasoning"], true);
    hearPiece(heard, atMs, said["content"], false);
    hearPiece(heard, atMs, said["refusal"], false);
  }
  if (typeof choice["finish_reason"] === "string") heard.finishReason = choice["finish_reason"];
  if (isObject(chunk["usage"])) hearUsage(heard, chunk["usage"]);
  if (isObject(chunk["timings"])) hearTimings(heard, chunk["timings"]);
}

function hearUsage(heard: HeardStream, usage: Record<string, unknown>): void {
  const [ofPrompt, ofCompletion] = [usage["prompt_tokens_details"], usage["completion_tokens_details"]];
  const cachedTokens = isObject(ofPrompt) ? countOf(ofPrompt["cached_tokens"]) : null;
  const reasoningTokens = isObject(ofCompletion) ? countOf(ofCompletion["reasoning_tokens"]) : null;
  heard.usage = {
    promptTokens: countOf(usage["prompt_tokens"]),
    completionTokens: countOf(usage["completion_tokens"]),
    cachedTokens: cachedTokens ?? heard.usage.cachedTokens,
    ...(reasoningTokens === null ? {} : { reasoningTokens }),
  };
}

/** What llama-server measures itself. Tokens of the prompt that it kept from another request older ones tell there alone. */
function hearTimings(heard: HeardStream, timings: Record<string, unknown>): void {
  heard.serverTiming = {
    totalMs: null,
    loadMs: null,
    promptMs: durationOf(timings["prompt_ms"]),
    generationMs: durationOf(timings["predicted_ms"]),
  };
  heard.usage = { ...heard.usage, cachedTokens: heard.usage.cachedTokens ?? countOf(timings["cache_n"]) };
}
