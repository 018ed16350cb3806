import { UsageError } from "../core/errors.ts";
import { type CreateProvider, ProviderError, type ProviderSettings, type ProviderWorld } from "../core/provider.ts";
import { plainAnswer } from "./answer.ts";
import { collectBytes, maxAnswerBytes } from "./bytes.ts";
import { readRetryAfterMs } from "./retry-after.ts";

/** Longer than fetch itself waits for a connection, so that one that does not come is told from a slow answer. */
const probeTimeoutMs = 15_000;

/**
 * A reviewer behind an address of its own: `http:URL` posts the blind case (`diff`, `title`, `language`, `context`,
 * `files`, …) and its `prompt` as one JSON object. It answers `{"review": text}`, `{"review": {"findings": […]}}` or
 * plain text; any other body is taken as the text it is, and parsing decides what it is worth. More than 32 MB of it
 * is cut and the outcome truncated. Statuses 408, 425, 429 and 5xx, lost connections and time-outs are worth another
 * try; other failures are not. A redirect is not followed, since no host may receive code that the report does not name.
 * Before a run the address gets one HEAD request without a body, whose answer is not read: whatever comes of it, the
 * server counts as reached unless no connection could be made.
 * @throws UsageError when the variable that `keyVariable` names is not set
 */
export const createProvider: CreateProvider = async (ref, settings, world) => {
  const url = new URL(ref.url ?? ref.target);
  const address = url.origin + url.pathname;
  const key = readKey(ref.ref, settings, world);
  const headers = {
    accept: "application/json, text/plain",
    ...(key === null ? {} : { authorization: `Bearer ${key}` }),
  };
  return {
    ref: ref.ref,
    name: ref.kind,
    model: address,
    identity: `http ${url.href}`,
    hosts: [url.host],
    seesTruth: false,
    isTimed: true,
    probe: async (signal) => {
      const limited = limitTime(signal, Math.min(settings.timeoutMs, probeTimeoutMs));
      try {
        const response = await world.fetch(url, {
          method: "HEAD",
          headers,
          redirect: "manual",
          signal: limited.signal,
        });
        await response.body?.cancel();
      } catch (error) {
        signal.throwIfAborted();
        if (unreachableCodes.has(connectionCode(error) ?? "")) throw explainFailure(error, address, signal, limited);
      } finally {
        limited.clear();
      }
    },
    wire: async (request) => ({
      url: url.href,
      headers: { ...headers, "content-type": "application/json" },
      body: JSON.stringify({ ...request.case, prompt: request.prompt }),
      shape: "whole",
      scrub: (said) => (key === null ? said : said.replaceAll(key, "[key]")),
    }),
    generate: async (request, signal) => {
      const limited = limitTime(signal, settings.timeoutMs);
      try {
        const response = await world.fetch(url, {
          method: "POST",
          headers: { ...headers, "content-type": "application/json" },
          body: JSON.stringify({ ...request.case, prompt: request.prompt }),
          redirect: "manual",
          signal: limited.signal,
        });
        const { text, ...body } = await readBody(response, world.now);
        // A server may repeat what it was sent; the key must reach no file and no terminal.
        const scrub = (said: string) => (key === null ? said : said.replaceAll(key, "[key]"));
        if (!response.ok) throw rejection(response, text, address, scrub);
        const clock = { firstChunkMs: body.firstChunkMs, lastChunkMs: body.lastChunkMs };
        if (body.isCut) return { ...plainAnswer(scrub(text)), ...clock, outcome: "truncated" };
        return { ...plainAnswer(scrub(reviewIn(text, response.headers.get("content-type")))), ...clock };
      } catch (error) {
        throw explainFailure(error, address, signal, limited);
      } finally {
        limited.clear();
      }
    },
  };
};

function readKey(ref: string, { keyVariable }: ProviderSettings, { env }: ProviderWorld): string | null {
  if (keyVariable === undefined) return null;
  const key = env[keyVariable]?.trim() ?? "";
  if (key === "") {
    throw new UsageError(`model "${ref}": the variable ${keyVariable} is not set (export your key in it)`);
  }
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw new UsageError(`model "${ref}": the key in ${keyVariable} holds a character that no header can carry`);
  }
  return key;
}

interface TimeLimit {
  signal: AbortSignal;
  limitMs: number;
  isOver: () => boolean;
  clear: () => void;
}

/** A signal that is aborted with the given one or after so many milliseconds. */
function limitTime(outer: AbortSignal, limitMs: number): TimeLimit {
  const controller = new AbortController();
  let isOver = false;
  const timer = setTimeout(() => {
    isOver = true;
    controller.abort();
  }, limitMs);
  const onAbort = () => controller.abort();
  if (outer.aborted) onAbort();
  outer.addEventListener("abort", onAbort, { once: true });
  const clear = () => {
    clearTimeout(timer);
    outer.removeEventListener("abort", onAbort);
  };
  return { signal: controller.signal, limitMs, isOver: () => isOver, clear };
}

interface Body {
  text: string;
  isCut: boolean;
  firstChunkMs: number | null;
  lastChunkMs: number | null;
}

async function readBody(response: Response, now: () => number): Promise<Body> {
  const bytes = collectBytes(maxAnswerBytes);
  let firstChunkMs: number | null = null;
  let lastChunkMs: number | null = null;
  let isCut = false;
  for await (const chunk of response.body ?? []) {
    lastChunkMs = now();
    firstChunkMs ??= lastChunkMs;
    isCut = !bytes.add(chunk);
    if (isCut) break;
  }
  return { text: bytes.text(), isCut, firstChunkMs, lastChunkMs };
}

function reviewIn(body: string, contentType: string | null): string {
  if (contentType?.startsWith("text/plain")) return body;
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return body;
  }
  if (typeof value !== "object" || value === null || !("review" in value)) return body;
  if (typeof value.review === "string") return value.review;
  const isReview = typeof value.review === "object" && value.review !== null && "findings" in value.review;
  return isReview ? JSON.stringify(value.review) : body;
}

function rejection(response: Response, body: string, address: string, scrub: (said: string) => string): ProviderError {
  const { status, headers } = response;
  if (status >= 300 && status < 400) {
    const target = headers.get("location") ?? "nowhere";
    const message = `${address} answered ${status}, a redirect to ${scrub(target)} (name that address instead)`;
    return new ProviderError(message, { status, isRetryable: false });
  }
  const said = scrub(body)
    .trim()
    .split("\n")[0]!
    .replace(/\p{Cc}/gu, "")
    .slice(0, 200);
  const retryAfterMs = readRetryAfterMs(headers, Date.now());
  return new ProviderError(`${address} answered ${status}${said === "" ? "" : `: ${said}`}`, {
    status,
    isRetryable: status >= 500 || [408, 425, 429].includes(status),
    ...(retryAfterMs === null ? {} : { retryAfterMs }),
  });
}

/** How fetch says that it takes no connection to a port, such as 9 or 6667: the failure has no code. */
const blockedPort = "bad port";

const connectionAdvice: Readonly<Record<string, string>> = {
  ECONNREFUSED: "refused the connection (is the server running there?)",
  ENOTFOUND: "was not found (check the host name)",
  EAI_AGAIN: "could not be looked up (check the network)",
  ECONNRESET: "broke the connection",
  UND_ERR_SOCKET: "broke the connection",
  UND_ERR_CONNECT_TIMEOUT: "did not accept the connection in time",
  [blockedPort]: "cannot be reached: fetch refuses this port (use another, such as 8000)",
};

/** Those of failures in which no server was met. */
const unreachableCodes: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENETDOWN",
  "EADDRNOTAVAIL",
  "ETIMEDOUT",
  "UND_ERR_CONNECT_TIMEOUT",
  blockedPort,
]);

/** Puts a failed fetch into words; the text of the fetch error itself is left out, since it may quote a header. */
function explainFailure(error: unknown, address: string, signal: AbortSignal, limit: TimeLimit): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof ProviderError) return error;
  if (limit.isOver()) {
    return new ProviderError(`${address} did not answer within ${limit.limitMs} ms`, { isRetryable: true });
  }
  const code = connectionCode(error);
  if (code === null) return error;
  const what = connectionAdvice[code] ?? `could not be reached (${code})`;
  return new ProviderError(`${address} ${what}`, { isRetryable: code !== blockedPort, cause: error });
}

/** What lies under a TypeError of fetch: the system's code, else its words; null for any other error, a defect. */
function connectionCode(error: unknown): string | null {
  if (!(error instanceof TypeError) || !(error.cause instanceof Error)) return null;
  const cause = error.cause;
  return "code" in cause && typeof cause.code === "string" ? cause.code : cause.message;
}
