import { Ollama } from "ollama/browser";
import type { ModelRef } from "../../core/model.ts";
import type { ProviderSettings, ProviderWorld } from "../../core/provider.ts";
import { type Endpoint, findEndpoint, type Service } from "../chat/endpoint.ts";
import { guardFetch } from "../chat/transport.ts";

const ollama: Service = {
  ownBaseUrl: "http://127.0.0.1:11434",
  baseUrlVariable: "OLLAMA_HOST",
  keyVariable: "OLLAMA_API_KEY",
  needsKey: (hostname) => hostname === "ollama.com",
};

/**
 * Where an Ollama server is: the reference's `@URL`, else the settings', else OLLAMA_HOST, else port 11434 of this
 * machine. The `/v1` of its OpenAI-compatible side is left out, for its own API stands beside it.
 * @throws UsageError for an unusable base URL
 */
export function findOllama(ref: ModelRef, settings: ProviderSettings, env: ProviderWorld["env"]): Endpoint {
  const endpoint = findEndpoint(ref, settings, { ...env, OLLAMA_HOST: completeHost(env["OLLAMA_HOST"]) }, ollama);
  const bare = (url: string) => url.replace(/\/(?:v1|api)$/, "");
  return { ...endpoint, baseUrl: bare(endpoint.baseUrl), shown: bare(endpoint.shown) };
}

/** OLLAMA_HOST as the server itself reads it: `HOST`, `:PORT` or `HOST:PORT`; what it listens on is not where it is. */
function completeHost(text: string | undefined): string | undefined {
  const host = text?.trim().replace(/\/$/, "") ?? "";
  if (host === "" || /^https?:\/\//i.test(host)) return host || undefined;
  const named = host.startsWith(":") ? `127.0.0.1${host}` : host.replace(/^(?:0\.0\.0\.0|\[::\])/, "127.0.0.1");
  return /:\d+$/.test(named) ? `http://${named}` : `http://${named}:11434`;
}

/** How one request differs from a plain one. */
export interface ClientOptions {
  signal?: AbortSignal;
  /** Is told of the headers of an answer. */
  onHeaders?: (headers: Headers) => void;
  /** Reads the body of an answer before the library does. */
  through?: () => TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>;
}

/**
 * The client library for one request: it takes no signal of ours, reads a key from the process's environment and keeps
 * no headers, so each request gets a client whose fetch does what is wanted.
 */
export function openClient(endpoint: Endpoint, world: ProviderWorld, options: ClientOptions = {}): Ollama {
  const { signal, onHeaders, through } = options;
  const guarded = guardFetch(world.fetch, endpoint.key === null ? {} : { authorization: `Bearer ${endpoint.key}` });
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const signals = [signal, init?.signal].filter((one) => one !== undefined && one !== null);
    const response = await guarded(input, { ...init, signal: AbortSignal.any(signals) });
    onHeaders?.(response.headers);
    if (through === undefined || !response.ok || response.body === null) return response;
    const { status, statusText, headers } = response;
    return new Response(response.body.pipeThrough(through()), { status, statusText, headers });
  };
  return new Ollama({ host: endpoint.baseUrl, fetch });
}
