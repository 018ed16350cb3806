import { answerEvents } from "../core/latency/answer-events.ts";
import { streamReaders } from "../core/latency/streams/index.ts";
import { isObject, parseJson } from "../core/json.ts";
import { errorWords, type StampedBytes } from "../core/latency/streams/stream.ts";
import { wholeText } from "../core/latency/streams/lines.ts";
import type { TimedRequest } from "../core/latency/timed-request.ts";
import { type GenerationRequest, type Provider, ProviderError, type WireRequest } from "../core/provider.ts";
import { type Exchange, type Line, openLine } from "./exchange.ts";

/** What asking once came to. */
export type Asked = Pick<
  TimedRequest,
  | "dispatchedMs"
  | "firstByteMs"
  | "firstReasoningMs"
  | "firstContentMs"
  | "firstFindingMs"
  | "lastContentMs"
  | "endMs"
  | "outcome"
  | "status"
  | "error"
  | "finishReason"
  | "usage"
  | "serverTiming"
  | "pieces"
  | "bytes"
>;

/** A question that is ready to be sent: nothing is left to be written when its time has come. */
export interface ReadyQuestion {
  /**
   * Sends it once, never again, and gives a function that reads the answer: a slot is free before that work is done.
   * Never throws.
   */
  send(signal: AbortSignal): Promise<() => Asked>;
}

/** A reviewer as it is timed. */
export interface Target {
  readonly ref: string;
  /** Whether its answers come over HTTP, so that the client's own overhead is part of what is measured. */
  readonly isRemote: boolean;
  /** A question that cannot be written is one that will fail. */
  prepare(request: GenerationRequest): Promise<ReadyQuestion>;
  close(): void;
}

export interface TargetOptions {
  contract: "findings" | "prose";
  /** Limit of one request, in milliseconds. */
  timeoutMs: number;
  now: () => number;
}

/**
 * Opens a reviewer for timing. What goes over HTTP is sent by a transport of its own; what runs in this process, or is a
 * command, is asked as in the quality run.
 */
export function openTarget(provider: Provider, options: TargetOptions): Target {
  const line = openLine(options.timeoutMs, options.now);
  return {
    ref: provider.ref,
    isRemote: provider.hosts.length > 0 || provider.wire !== undefined,
    async prepare(request) {
      try {
        const wire = (await provider.wire?.(request)) ?? null;
        return wire === null ? inProcess(provider, request, options) : overWire(line, wire, options.contract);
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error;
        return unwritten(tidy(error.message), options.now);
      }
    },
    close: () => line.close(),
  };
}

function unwritten(error: string, now: () => number): ReadyQuestion {
  return {
    async send() {
      const atMs = now();
      return () => ({ ...nothing(atMs, atMs), error });
    },
  };
}

function overWire(line: Line, wire: WireRequest, contract: TargetOptions["contract"]): ReadyQuestion {
  const envelope = { url: new URL(wire.url), headers: wire.headers, body: Buffer.from(wire.body) };
  return {
    async send(signal) {
      const exchange = await line.send(envelope, signal);
      return () => readExchange(exchange, wire, contract);
    },
  };
}

/** Reads an exchange: only a whole answer with status 200 counts as one, and only if it says something. */
function readExchange(
  exchange: Exchange,
  { shape, scrub }: Pick<WireRequest, "shape" | "scrub">,
  contract: TargetOptions["contract"],
): Asked {
  const { dispatchedMs, firstByteMs, endMs, status, encoding, body, failure } = exchange;
  const isAnswer = status !== null && status >= 200 && status < 300;
  const heard = isAnswer ? streamReaders[shape](body) : null;
  const events = answerEvents(heard ?? { pieces: [] }, contract);
  const garbled =
    encoding === null || encoding === "identity"
      ? heard?.error
      : `the server compressed its answer (${encoding}), which nobody asked for`;
  const wrong = failure?.message ?? (isAnswer ? garbled : explainStatus(exchange)) ?? null;
  const outcome = failure?.isTimeout ? "timeout" : wrong !== null ? "failed" : "answered";
  const isEmpty = outcome === "answered" && events.firstContentMs === null;
  const error = isEmpty ? "the answer has no content" : wrong;
  return {
    dispatchedMs,
    firstByteMs,
    ...events,
    endMs,
    outcome: isEmpty ? "empty" : outcome,
    status,
    ...(error === null ? {} : { error: tidy(scrub(error)) }),
    finishReason: heard?.finishReason ?? null,
    usage: heard?.usage ?? noUsage,
    ...(heard?.serverTiming == null ? {} : { serverTiming: heard.serverTiming }),
    bytes: body.reduce((sum, { bytes }) => sum + bytes.length, 0),
  };
}

const noUsage = { promptTokens: null, completionTokens: null, cachedTokens: null };

function explainStatus({ status, location, body }: Exchange): string {
  if (status !== null && status >= 300 && status < 400)
    return `the server redirects (${status}) to ${location ?? "nowhere"} (write that address instead)`;
  const said = saidBy(body);
  return `the server answered ${status}${said === "" ? "" : `: ${said}`}`;
}

/** What an error answer says, from the first bytes of it. */
function saidBy(body: readonly StampedBytes[]): string {
  const { text } = wholeText(body.slice(0, 4));
  const value = parseJson(text);
  return isObject(value) ? errorWords(value["error"] ?? value["detail"] ?? value) : text;
}

function tidy(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}

function inProcess(provider: Provider, request: GenerationRequest, options: TargetOptions): ReadyQuestion {
  return {
    async send(signal) {
      const { now, timeoutMs } = options;
      const dispatchedMs = now();
      const limit = AbortSignal.timeout(Math.min(timeoutMs, 2 ** 31 - 1));
      const given = Promise.withResolvers<never>();
      const both = AbortSignal.any([signal, limit]);
      const giveUp = () => given.reject(both.reason);
      both.addEventListener("abort", giveUp, { once: true });
      try {
        both.throwIfAborted();
        const answer = await Promise.race([provider.generate(request, both), given.promise]);
        const endMs = now();
        return () => readAnswer(answer, dispatchedMs, endMs);
      } catch (error) {
        const endMs = now();
        const isTimeout = limit.aborted && !signal.aborted;
        const message = isTimeout ? `no whole answer within ${timeoutMs / 1000} s` : wordsOf(error, signal);
        return () => ({
          ...nothing(dispatchedMs, endMs),
          outcome: isTimeout ? "timeout" : "failed",
          error: tidy(message),
        });
      } finally {
        both.removeEventListener("abort", giveUp);
      }
    },
  };
}

function wordsOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return "given up: the run was stopped";
  return error instanceof ProviderError ? error.message : `failed unexpectedly: ${String(error)}`;
}

/** The provider tells its first and last piece at most, so nothing is known of a first finding. */
function readAnswer(answer: Awaited<ReturnType<Provider["generate"]>>, dispatchedMs: number, endMs: number): Asked {
  const { text, outcome, firstChunkMs, lastChunkMs, finishReason, usage, serverTiming } = answer;
  const isWhole = outcome === "completed" || outcome === "truncated" || outcome === "refused";
  const said = isWhole && text.trim() !== "";
  return {
    ...nothing(dispatchedMs, endMs),
    firstByteMs: firstChunkMs,
    firstContentMs: said ? (firstChunkMs ?? endMs) : null,
    lastContentMs: said ? (lastChunkMs ?? endMs) : null,
    outcome: said ? "answered" : isWhole ? "empty" : outcome === "not-applicable" ? outcome : "failed",
    ...(said || outcome === "not-applicable"
      ? {}
      : { error: isWhole ? "the answer has no content" : `the reviewer gave no answer (${outcome})` }),
    finishReason,
    usage,
    ...(serverTiming === undefined ? {} : { serverTiming }),
    pieces: !said ? 0 : firstChunkMs === null || firstChunkMs === lastChunkMs ? 1 : 2,
    bytes: Buffer.byteLength(text),
  };
}

function nothing(dispatchedMs: number, endMs: number): Asked {
  return {
    dispatchedMs,
    firstByteMs: null,
    firstReasoningMs: null,
    firstContentMs: null,
    firstFindingMs: null,
    lastContentMs: null,
    endMs,
    outcome: "failed",
    status: null,
    finishReason: null,
    usage: noUsage,
    pieces: 0,
    bytes: 0,
  };
}
