import { z } from "zod";
import type { ServerTiming, Usage } from "../../core/generation.ts";
import { ProviderError } from "../../core/provider.ts";
import { cutAtBytes, keepStart, maxAnswerBytes } from "../bytes.ts";

const count = z.int().min(0).nullish().catch(null);
const nanoseconds = z.number().min(0).nullish().catch(null);

const words = z.string().nullish().catch(null);

/** What is read of a line; everything else is ignored. */
const Line = z.object({
  message: z.object({ content: words, thinking: words }).nullish(),
  done: z.boolean().nullish(),
  done_reason: z.string().nullish().catch(null),
  prompt_eval_count: count,
  eval_count: count,
  total_duration: nanoseconds,
  load_duration: nanoseconds,
  prompt_eval_duration: nanoseconds,
  eval_duration: nanoseconds,
});
type Line = z.infer<typeof Line>;

/** The model's words as they came. Chunk times are null where nothing was said. */
export interface Heard {
  text: string;
  /** The beginning of what it thought, where that came apart. */
  reasoning: string;
  isTooLong: boolean;
  finishReason: string | null;
  usage: Usage;
  serverTiming: ServerTiming;
  firstChunkMs: number | null;
  lastChunkMs: number | null;
}

/**
 * Reads a streamed answer; the rest of one that is too long is not read.
 * @throws ProviderError for lines of another kind, and what the lines throw themselves
 * @param onFirst is told once that the model has begun to answer
 */
export async function hearAnswer(
  lines: AsyncIterable<unknown>,
  now: () => number,
  onFirst: () => void,
): Promise<Heard> {
  let text = "";
  let reasoning = "";
  let bytes = 0;
  let firstChunkMs: number | null = null;
  let lastChunkMs: number | null = null;
  let last: Line | null = null;
  for await (const one of lines) {
    const line = Line.safeParse(one).data;
    if (line === undefined) throw garbled();
    if (last === null) onFirst();
    last = line;
    reasoning = keepStart(reasoning, line.message?.thinking ?? "");
    const content = line.message?.content ?? "";
    if (content === "") continue;
    lastChunkMs = now();
    firstChunkMs ??= lastChunkMs;
    text += content;
    bytes += Buffer.byteLength(content);
    if (bytes > maxAnswerBytes) break;
  }
  if (last === null) throw garbled();
  return {
    text: cutAtBytes(text, maxAnswerBytes),
    reasoning,
    isTooLong: bytes > maxAnswerBytes,
    finishReason: last.done_reason ?? null,
    // The server counts the whole prompt, whether it had parts of it in its cache or not.
    usage: {
      promptTokens: last.prompt_eval_count ?? null,
      completionTokens: last.eval_count ?? null,
      cachedTokens: null,
    },
    serverTiming: {
      totalMs: toMs(last.total_duration),
      loadMs: toMs(last.load_duration),
      promptMs: toMs(last.prompt_eval_duration),
      generationMs: toMs(last.eval_duration),
    },
    firstChunkMs,
    lastChunkMs,
  };
}

/** Ollama tells durations in nanoseconds. */
function toMs(ns: number | null | undefined): number | null {
  return ns === null || ns === undefined ? null : ns / 1e6;
}

function garbled(): ProviderError {
  return new ProviderError("the server sent a garbled answer: not a chat of Ollama", { isRetryable: true });
}
