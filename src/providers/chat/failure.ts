import { ProviderError } from "../../core/provider.ts";
import { readDurationMs, readRetryAfterMs } from "../retry-after.ts";
import type { Endpoint } from "./endpoint.ts";
import { isObject } from "../../core/json.ts";

/** What a server says is wrong. `code`, `type` and `param` are empty where it says none. */
export interface Complaint {
  /** Null for an error inside a stream that names no status. */
  readonly status: number | null;
  readonly message: string;
  readonly code: string;
  readonly type: string;
  readonly param: string;
  readonly headers: Headers;
  /** How long it asks to wait where it says so in its body, in milliseconds. */
  readonly retryDelayMs: number | null;
}

/** A complaint from the fields of an error body, `{message, code, type, param}`. */
export function toComplaint(
  status: number | null,
  fields: Readonly<Record<string, unknown>>,
  headers: Headers = new Headers(),
): Complaint {
  const { message, code, type, param, details } = fields;
  return {
    status,
    message: text(message),
    code: text(code),
    type: text(type),
    param: text(param),
    headers,
    retryDelayMs: readRetryDelay(details),
  };
}

/** Gemini tells the pause among the details of its error: `{"@type": "…RetryInfo", "retryDelay": "34s"}`. */
function readRetryDelay(details: unknown): number | null {
  const all: unknown[] = Array.isArray(details) ? details : [];
  const info = all.filter(isObject).find((detail) => typeof detail["retryDelay"] === "string");
  return readDurationMs(text(info?.["retryDelay"]));
}

/** Whether the complaint is that the prompt does not fit the model's context: an answer of the reviewer, no outage. */
export function isOverflow(complaint: Complaint): boolean {
  if (complaint.status !== null && (complaint.status < 400 || complaint.status > 499)) return false;
  return (
    complaint.code === "context_length_exceeded" ||
    complaint.type === "exceed_context_size_error" ||
    /maximum (?:context|model) length|context length is only|exceeds? (?:the )?(?:available |model'?s? )?context|input token count.*exceeds|prompt is too long/i.test(
      complaint.message,
    )
  );
}

/** Turns a server's complaint into the one line that the run shows and the flags that the runner decides by. */
export function complaintError(complaint: Complaint, endpoint: Endpoint, wallMs: number): ProviderError {
  const { status } = complaint;
  const said = tidyText(complaint.message, endpoint) || "no reason given";
  const make = (message: string, isRetryable: boolean) => {
    const retryAfterMs = isRetryable ? (readRetryAfterMs(complaint.headers, wallMs) ?? complaint.retryDelayMs) : null;
    return new ProviderError(message, {
      isRetryable,
      ...(status === null ? {} : { status }),
      ...(retryAfterMs === null ? {} : { retryAfterMs }),
    });
  };
  const { shown } = endpoint;
  if (status === null) return make(`${shown} broke off its answer: ${said}`, true);
  if (status >= 300 && status < 400) {
    const target = tidyText(complaint.headers.get("location") ?? "another address", endpoint);
    return make(`${shown} redirects to ${target} (write that base URL instead)`, false);
  }
  if (status === 401 || status === 403 || (status === 400 && /api[ _]key not valid/i.test(complaint.message)))
    return make(`${shown} refused the key (${status}): ${said} (${keyAdvice(endpoint)})`, false);
  if (complaint.code === "insufficient_quota" || complaint.type === "insufficient_quota") {
    return make(`${shown} refused (${status}): ${said} (the account has no credit left; waiting does not help)`, false);
  }
  if (status === 429) return make(`${shown} limits the rate (429): ${said}`, true);
  if (status >= 500 || status === 408 || status === 409 || status === 425) {
    return make(`${shown} failed (${status}): ${said}`, true);
  }
  return make(`${shown} refused the request (${status}): ${said}`, false);
}

/** A server that took the request and did not begin to answer. */
export function timeoutError(endpoint: Pick<Endpoint, "shown">, timeoutMs: number): ProviderError {
  return new ProviderError(`${endpoint.shown} gave no answer within ${timeoutMs / 1000} s`, { isRetryable: true });
}

/** Turns anything else that broke a request (connection, cut or garbled stream) into a ProviderError. */
export function transportError(error: unknown, endpoint: Pick<Endpoint, "shown" | "scrub">): ProviderError {
  const known = chainOf(error).find((link) => link instanceof ProviderError);
  if (known !== undefined) return known;
  if (error instanceof SyntaxError) {
    // Its message quotes the answer, perhaps within a key: it is not repeated.
    return new ProviderError(`${endpoint.shown} sent a garbled answer: not JSON`, { isRetryable: true });
  }
  const reason = connectionReason(error);
  if (reason !== null) return new ProviderError(`cannot reach ${endpoint.shown}: ${reason}`, { isRetryable: true });
  const deepest = chainOf(error).at(-1);
  if (deepest instanceof Error && deepest.message === "bad port") {
    return new ProviderError(`cannot reach ${endpoint.shown}: fetch refuses this port (use another, such as 8000)`, {
      isRetryable: false,
    });
  }
  const said = tidyText(deepest instanceof Error ? deepest.message : String(deepest), endpoint);
  return new ProviderError(`the connection to ${endpoint.shown} broke: ${said}`, { isRetryable: true });
}

/** What to do about a refused or missing key. */
export function keyAdvice(endpoint: Endpoint): string {
  return endpoint.key === null
    ? `${endpoint.keyVariable} is not set: export the key in it`
    : `check ${endpoint.keyVariable}`;
}

/** What a server says, as one short line without the key and without control characters. */
export function tidyText(message: string, endpoint: Pick<Endpoint, "scrub">): string {
  const line = endpoint
    .scrub(message)
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, " ")
    .trim();
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}

const connectionReasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused (is the server running?)",
  ENOTFOUND: "no host of that name (check the URL)",
  EAI_AGAIN: "the name could not be looked up (check the URL and the network)",
  EHOSTUNREACH: "no route to the host",
  ENETUNREACH: "no route to the network",
  ETIMEDOUT: "connection timed out",
  UND_ERR_CONNECT_TIMEOUT: "connection timed out",
};

function connectionReason(error: unknown): string | null {
  for (const link of chainOf(error)) {
    const code = isObject(link) ? String(link["code"]) : "";
    const reason = connectionReasons[code];
    if (reason !== undefined) return reason;
  }
  return null;
}

/** An error and its causes, outermost first; the depth is bounded because a cause may be a cycle. */
function chainOf(error: unknown): unknown[] {
  const chain: unknown[] = [];
  let link = error;
  while (link !== undefined && link !== null && chain.length < 8) {
    chain.push(link);
    link = link instanceof Error ? link.cause : undefined;
  }
  return chain;
}

/** A code that is the status of an error; null for any other. */
export function statusOf(code: unknown): number | null {
  return typeof code === "number" && Number.isInteger(code) && code >= 400 && code < 600 ? code : null;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
