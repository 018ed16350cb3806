import { z } from "zod";
import type { Usage } from "../../core/generation.ts";
import { ProviderError } from "../../core/provider.ts";
import { cutAtBytes, maxAnswerBytes } from "../bytes.ts";

const count = z.int().min(0).nullish().catch(null);

const Counts = z
  .object({
    input_tokens: count,
    output_tokens: count,
    cache_creation_input_tokens: count,
    cache_read_input_tokens: count,
  })
  .nullish()
  .catch(null);
type Counts = NonNullable<z.infer<typeof Counts>>;

/** What is read of an event; everything else, such as thinking, is ignored. */
const Event = z.object({
  type: z.string(),
  message: z.object({ usage: Counts }).nullish(),
  delta: z
    .object({ type: z.string().nullish(), text: z.string().nullish(), stop_reason: z.string().nullish() })
    .nullish(),
  usage: Counts,
});

/** The model's words as they came. Chunk times are null where nothing was said. */
export interface Heard {
  text: string;
  isTooLong: boolean;
  /** Null for a text that was cut here. */
  stopReason: string | null;
  usage: Usage;
  firstChunkMs: number | null;
  lastChunkMs: number | null;
}

/**
 * Reads a streamed message; the rest of one that is too long is not read.
 * @throws ProviderError for events of another kind and a stream that just ends, and what the stream throws itself
 */
export async function hearMessage(events: AsyncIterable<unknown>, now: () => number): Promise<Heard> {
  let text = "";
  let bytes = 0;
  let stopReason: string | null = null;
  let firstChunkMs: number | null = null;
  let lastChunkMs: number | null = null;
  let counts: Counts = {};
  for await (const one of events) {
    const event = Event.safeParse(one).data;
    if (event === undefined) throw garbled();
    counts = mergeCounts(mergeCounts(counts, event.message?.usage), event.usage);
    stopReason = event.delta?.stop_reason ?? stopReason;
    const said = event.delta?.type === "text_delta" ? (event.delta.text ?? "") : "";
    if (said === "") continue;
    lastChunkMs = now();
    firstChunkMs ??= lastChunkMs;
    text += said;
    bytes += Buffer.byteLength(said);
    if (bytes > maxAnswerBytes) break;
  }
  const isTooLong = bytes > maxAnswerBytes;
  if (stopReason === null && !isTooLong) {
    throw new ProviderError("the stream was cut: it ended without a stop reason", { isRetryable: true });
  }
  const usage = usageOf(counts);
  return { text: cutAtBytes(text, maxAnswerBytes), isTooLong, stopReason, usage, firstChunkMs, lastChunkMs };
}

/** Later counts replace earlier ones; what an event leaves out stays. */
function mergeCounts(counts: Counts, further: Counts | null | undefined): Counts {
  const told = Object.entries(further ?? {}).filter(([, value]) => value !== null && value !== undefined);
  return { ...counts, ...Object.fromEntries(told) };
}

/** What Anthropic counts as input leaves out what it read from its cache or wrote to it. */
function usageOf(counts: Counts): Usage {
  const { input_tokens: fresh, output_tokens, cache_creation_input_tokens, cache_read_input_tokens } = counts;
  const promptTokens = (fresh ?? 0) + (cache_creation_input_tokens ?? 0) + (cache_read_input_tokens ?? 0);
  return {
    promptTokens: fresh == null ? null : promptTokens,
    completionTokens: output_tokens ?? null,
    cachedTokens: cache_read_input_tokens ?? null,
  };
}

function garbled(): ProviderError {
  return new ProviderError("the server sent a garbled answer: not a message of Anthropic", { isRetryable: true });
}
