import { APIConnectionTimeoutError, APIError } from "openai";
import { ProviderError } from "../../core/provider.ts";
import { readRetryAfterMs } from "../retry-after.ts";
import type { Endpoint } from "./endpoint.ts";
import { isObject } from "./json.ts";

/** What a server says is wrong. `code`, `type` and `param` are empty where it says none. */
export interface Complaint {
  /** Null for an error inside a stream that names no status. */
  readonly status: number | null;
  readonly message: string;
  readonly code: string;
  readonly type: string;
  readonly param: string;
  readonly headers: Headers;
}

/** Reads the server's own error out of what was thrown; null where no server spoke (connection, garbled stream). */
export function readComplaint(error: unknown): Complaint | null {
  if (!(error instanceof APIError)) return null;
  const body: unknown = error.error;
  if (error.status === undefined && body === undefined) return null;
  const fields = isObject(body) ? body : { message: body };
  const code = fields["code"];
  return {
    status: error.status ?? statusOf(code),
    message: typeof fields["message"] === "string" ? fields["message"] : error.message,
    code: text(code),
    type: text(fields["type"]),
    param: text(fields["param"]),
    headers: error.headers ?? new Headers(),
  };
}

/** Whether the complaint is that the prompt does not fit the model's context: an answer of the reviewer, no outage. */
export function isOverflow(complaint: Complaint): boolean {
  if (complaint.status !== null && (complaint.status < 400 || complaint.status > 499)) return false;
  return (
    complaint.code === "context_length_exceeded" ||
    complaint.type === "exceed_context_size_error" ||
    /maximum context length|exceeds? (?:the )?(?:available |model'?s? )?context/i.test(complaint.message)
  );
}

/** Turns a server's complaint into the one line that the run shows and the flags that the runner decides by. */
export function complaintError(complaint: Complaint, endpoint: Endpoint, wallMs: number): ProviderError {
  const { status } = complaint;
  const said = tidyText(complaint.message, endpoint) || "no reason given";
  const make = (message: string, isRetryable: boolean) => {
    const retryAfterMs = isRetryable ? readRetryAfterMs(complaint.headers, wallMs) : null;
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
  if (status === 401 || status === 403)
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

/** Turns anything else that broke a request (connection, timeout, cut or garbled stream) into a ProviderError. */
export function transportError(error: unknown, endpoint: Endpoint, timeoutMs: number): ProviderError {
  const known = chainOf(error).find((link) => link instanceof ProviderError);
  if (known !== undefined) return known;
  if (error instanceof APIConnectionTimeoutError) {
    return new ProviderError(`${endpoint.shown} gave no answer within ${timeoutMs / 1000} s`, { isRetryable: true });
  }
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

/** One short line without the key and without control characters. */
function tidyText(message: string, endpoint: Endpoint): string {
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

function statusOf(code: unknown): number | null {
  return typeof code === "number" && Number.isInteger(code) && code >= 400 && code < 600 ? code : null;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
