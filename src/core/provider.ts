import type { BlindCase, Case } from "./case.ts";
import type { Outcome, ServerTiming, Usage } from "./generation.ts";
import type { StreamShape } from "./latency/streams/stream.ts";
import type { ModelRef } from "./model.ts";
import type { RecordedReview } from "./recording.ts";
import type { Finding } from "./review.ts";

/** Sampling parameters that the suite wants; a provider reports the ones it really used as `effective`. */
export interface GenerationParameters {
  maxTokens: number;
  temperature: number;
  seed: number;
}

/** One question to a reviewer: a case, or one part of it, with the rendered prompt. */
export interface GenerationRequest {
  /** Which case it is: for recordings and messages, never for a reviewer. */
  caseId: string;
  /** The case as a reviewer may see it; its `diff` and `files` are those of the part. */
  case: BlindCase;
  /** The whole case with its answers: given only to a provider that declares `seesTruth`. */
  truth?: Case;
  part: number;
  repeat: number;
  prompt: string;
  parameters: GenerationParameters;
  /** The JSON schema that the answer shall keep, for providers that can hold a model to one; others do not heed it. */
  schema?: Record<string, unknown>;
  /** A word by which a server that keeps prompts tells this one from all others; servers that take none do not heed it. */
  cacheSalt?: string;
}

/** A request as it goes over the wire, for who times it without the provider's own client. */
export interface WireRequest {
  url: string;
  /** With the key: these are neither shown nor kept. */
  headers: Readonly<Record<string, string>>;
  body: string;
  shape: StreamShape;
  /** Takes the key out of a text. */
  scrub: (text: string) => string;
}

/**
 * What a host still takes before it refuses for a while, as its last answer told. Each is null where it did not say; the
 * resets are milliseconds from the moment of the answer until that limit is full again.
 */
export interface RateLimit {
  remainingRequests: number | null;
  requestsResetMs: number | null;
  remainingTokens: number | null;
  tokensResetMs: number | null;
}

/** What a provider answers. `outcome` is what the transport can know; parsing may still turn completed into invalid. */
export interface ProviderAnswer {
  text: string;
  /** The beginning of what the model thought, where its server tells that apart from the text; it is not kept. */
  reasoning?: string;
  /** A review that was recorded as findings: it counts as it is, and `text` only shows it. */
  findings?: readonly Finding[];
  outcome: Exclude<Outcome, "invalid">;
  finishReason: string | null;
  usage: Usage;
  /** Clock readings on the injected clock; null where the provider does not stream. */
  firstChunkMs: number | null;
  lastChunkMs: number | null;
  effective: Record<string, unknown>;
  recordedLatencyMs?: number;
  /** What the server itself measured, where it tells. */
  serverTiming?: ServerTiming;
  /** Where the host tells what it still takes. */
  rateLimit?: RateLimit;
}

/** A request that failed on its way. The runner decides by these fields alone whether to try again. */
export class ProviderError extends Error {
  readonly status: number | null;
  readonly isRetryable: boolean;
  /** What the server asked for in Retry-After, in milliseconds; null where it asked for nothing. */
  readonly retryAfterMs: number | null;

  constructor(
    message: string,
    details: { status?: number; isRetryable: boolean; retryAfterMs?: number; cause?: unknown },
  ) {
    super(message, { cause: details.cause });
    this.name = "ProviderError";
    this.status = details.status ?? null;
    this.isRetryable = details.isRetryable;
    this.retryAfterMs = details.retryAfterMs ?? null;
  }
}

/** The world as a provider gets it. */
export interface ProviderWorld {
  fetch: typeof globalThis.fetch;
  /** Monotonic milliseconds. */
  now: () => number;
  env: Readonly<Record<string, string | undefined>>;
}

/** What the suite says of a reviewer beyond its reference (see the suite's `reviewer:` block). */
export interface ProviderSettings {
  /** What the suite wants answers to be written in: only reviewers that run here (floors, linters) need to be told. */
  contract: "findings" | "prose";
  baseUrl?: string;
  /** The NAME of the environment variable that holds the key; the key itself is never kept. */
  keyVariable?: string;
  /** How long one request may take before it is given up, in milliseconds. */
  timeoutMs: number;
  /** The folder with the recordings that the dataset brings, NAME.jsonl each; absent where it brings none. */
  recordings?: string;
}

/**
 * A way to reach a reviewer. `generate` throws ProviderError for an outage and the signal's reason when aborted; all
 * that the reviewer itself did wrong (refused, cut, overflow) is an answer.
 */
export interface Provider {
  readonly ref: string;
  /** The provider's kind, such as `openai` or `static`. */
  readonly name: string;
  readonly model: string;
  /** All that says who answers, as one line without a secret: two providers with the same one give the same answers. */
  readonly identity: string;
  /** Hosts that receive code; empty for one that runs on this machine. */
  readonly hosts: readonly string[];
  /** Floors and ceilings need the answers; no other provider is given them. */
  readonly seesTruth: boolean;
  /** Whether its time says something about a reviewer: false for floors, ceilings and replays. */
  readonly isTimed: boolean;
  /** Whether it can only be asked about whole cases, as a recording can: the suite's `unit` is then not heeded. */
  readonly isWholeCase?: boolean;
  /** Requests that it works on at once, where that is fewer than a suite may ask for: more would only wait their turn. */
  readonly concurrency?: number;
  /** For recordings alone: its recorded reviews of a case, by their repeats; none for a case without a recording. */
  recordedReviews?(caseId: string): readonly RecordedReview[];
  /** Throws ProviderError with one line of advice when the reviewer cannot be reached at all. Asks for no review. */
  probe?(signal: AbortSignal): Promise<void>;
  generate(request: GenerationRequest, signal: AbortSignal): Promise<ProviderAnswer>;
  /** Writes a request as `generate` would send it now; absent, or null, where no HTTP of this process carries it. */
  wire?(request: GenerationRequest): Promise<WireRequest | null>;
  close?(): Promise<void>;
}

/** Makes a provider of its kind from a parsed reference; throws UsageError for what the reference or settings lack. */
export type CreateProvider = (ref: ModelRef, settings: ProviderSettings, world: ProviderWorld) => Promise<Provider>;
