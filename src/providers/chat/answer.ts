import { APIError, type OpenAI } from "openai";
import { Stream } from "openai/streaming";
import { z } from "zod";
import type { Usage } from "../../core/generation.ts";
import { ProviderError } from "../../core/provider.ts";
import { cutAtBytes, keepStart, maxAnswerBytes } from "../bytes.ts";
import { type Complaint, statusOf, toComplaint } from "./failure.ts";
import { isObject } from "../../core/json.ts";

const count = z.int().min(0).nullish().catch(null);

const words = z.string().nullish().catch(null);
/** Servers call what the model thinks by two names. */
const Said = z.object({ content: words, refusal: words, reasoning_content: words, reasoning: words }).nullish();

/** What is read of a chunk and, with `message` for `delta`, of a whole answer; everything else is ignored. */
const Chunk = z.object({
  choices: z.array(z.object({ delta: Said, message: Said, finish_reason: z.string().nullish() })).nullish(),
  usage: z
    .object({
      prompt_tokens: count,
      completion_tokens: count,
      prompt_tokens_details: z.object({ cached_tokens: count }).nullish().catch(null),
    })
    .nullish()
    .catch(null),
});
type Chunk = z.infer<typeof Chunk>;

/** Reads the server's own error out of what was thrown; null where no server spoke (connection, garbled stream). */
export function readComplaint(error: unknown): Complaint | null {
  if (!(error instanceof APIError)) return null;
  const body: unknown = error.error;
  if (error.status === undefined && body === undefined) return null;
  const fields = isObject(body) ? body : {};
  const message = typeof fields["message"] === "string" ? fields["message"] : error.message;
  return toComplaint(error.status ?? statusOf(fields["code"]), { ...fields, message }, error.headers);
}

/** A stream without a single event: some servers end so where, without streaming, they would say what is wrong. */
export class EmptyStreamError extends ProviderError {
  constructor() {
    super("the stream was cut: it ended without any event", { isRetryable: true });
  }
}

/** The reviewer's words as they came. Chunk times are null where nothing was said or the answer did not stream. */
export interface Heard {
  text: string;
  /** The beginning of what it thought, where that came apart. */
  reasoning: string;
  refusal: string;
  finishReason: string | null;
  isTooLong: boolean;
  usage: Usage;
  firstChunkMs: number | null;
  lastChunkMs: number | null;
}

/**
 * Reads an answer, streamed or (from a server that ignores `stream`) whole.
 * @throws ProviderError, APIError, SyntaxError or the connection's own error; a stream that just ends is an error
 * @param client whose log settings hold: without one the SDK writes to the console
 */
export async function hearAnswer(
  response: Response,
  controller: AbortController,
  now: () => number,
  client: OpenAI,
): Promise<Heard> {
  const mediaType = response.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase() ?? "";
  if (mediaType.endsWith("json")) return hearWhole(await response.json(), response.headers);
  return await hearStream(Stream.fromSSEResponse<unknown>(response, controller, client), now);
}

function hearWhole(body: unknown, headers: Headers): Heard {
  if (isObject(body) && body["error"]) {
    throw new APIError(undefined, body["error"], undefined, headers);
  }
  const heard = silence();
  const chunk = readChunk(body);
  if (chunk.choices?.[0] === undefined) throw garbled();
  hear(heard, chunk);
  limitText(heard);
  return heard;
}

async function hearStream(stream: Stream<unknown>, now: () => number): Promise<Heard> {
  const heard = silence();
  let bytes = 0;
  let events = 0;
  for await (const event of stream) {
    events += 1;
    const content = hear(heard, readChunk(event));
    if (content === "") continue;
    heard.lastChunkMs = now();
    heard.firstChunkMs ??= heard.lastChunkMs;
    bytes += Buffer.byteLength(content);
    if (bytes > maxAnswerBytes) break;
  }
  limitText(heard);
  if (events === 0) throw new EmptyStreamError();
  if (heard.finishReason === null && !heard.isTooLong) {
    throw new ProviderError("the stream was cut: it ended without a finish reason", { isRetryable: true });
  }
  return heard;
}

function silence(): Heard {
  return {
    text: "",
    reasoning: "",
    refusal: "",
    finishReason: null,
    isTooLong: false,
    usage: { promptTokens: null, completionTokens: null, cachedTokens: null },
    firstChunkMs: null,
    lastChunkMs: null,
  };
}

function readChunk(event: unknown): Chunk {
  const chunk = Chunk.safeParse(event);
  if (!chunk.success) throw garbled();
  return chunk.data;
}

function garbled(): ProviderError {
  return new ProviderError("the server sent a garbled answer: not a chat completion", { isRetryable: true });
}

/** Adds a chunk to what was heard; returns its content. */
function hear(heard: Heard, chunk: Chunk): string {
  const choice = chunk.choices?.[0];
  const said = choice?.delta ?? choice?.message;
  const content = said?.content ?? "";
  heard.text += content;
  heard.refusal += said?.refusal ?? "";
  heard.reasoning = keepStart(heard.reasoning, said?.reasoning_content ?? said?.reasoning ?? "");
  heard.finishReason = choice?.finish_reason ?? heard.finishReason;
  if (chunk.usage) {
    heard.usage = {
      promptTokens: chunk.usage.prompt_tokens ?? null,
      completionTokens: chunk.usage.completion_tokens ?? null,
      cachedTokens: chunk.usage.prompt_tokens_details?.cached_tokens ?? null,
    };
  }
  return content;
}

/** Cuts a text that is too long. */
function limitText(heard: Heard): void {
  const cut = cutAtBytes(heard.text, maxAnswerBytes);
  heard.isTooLong = cut.length < heard.text.length;
  heard.text = cut;
}
