import { statSync } from "node:fs";
import { basename } from "node:path";
import { z } from "zod";
import type { EngineWorld } from "../../../core/engine.ts";
import { byteText } from "../../../core/format.ts";
import { ProviderError } from "../../../core/provider.ts";
import type { Endpoint } from "../../chat/endpoint.ts";
import { tidyText, transportError } from "../../chat/failure.ts";
import { askingTimeoutMs } from "../../chat/models.ts";
import { guardFetch } from "../../chat/transport.ts";
import { explainFailure, readComplaint } from "../../ollama/failure.ts";
import { openClient } from "../../ollama/server.ts";
import { readPieces } from "./file.ts";

/** An Ollama server that answers. */
export interface OllamaServer {
  readonly endpoint: Endpoint;
  /** Such as `0.17.4`; `0.0.0` is a build without one. */
  readonly version: string;
  readonly world: EngineWorld;
}

/** What a model is to be made of: the digests of files that were sent, by the names that they had. */
export interface NewModel {
  model: string;
  /** A model that the server has. */
  from?: string;
  files?: Readonly<Record<string, string>>;
  adapters?: Readonly<Record<string, string>>;
}

const Shown = z.object({
  modelfile: z.string().catch(""),
  template: z.string().catch(""),
  details: z.object({ format: z.string().catch(""), family: z.string().catch("") }).catch({ format: "", family: "" }),
  model_info: z.record(z.string(), z.unknown()).catch({}),
});
export type Shown = z.infer<typeof Shown>;

/** From this size on it is told how far the sending is. */
const largeBytes = 256e6;
const removeTimeoutMs = 30_000;

/** Asks whether an Ollama is there. @throws ProviderError with one line of advice */
export async function findServer(endpoint: Endpoint, world: EngineWorld): Promise<OllamaServer> {
  const client = openClient(endpoint, world, { signal: AbortSignal.timeout(askingTimeoutMs) });
  try {
    const { version } = z.object({ version: z.string() }).parse(await client.version());
    return { endpoint, version: tidyText(version, endpoint), world };
  } catch (error) {
    const complaint = readComplaint(error, new Headers());
    const isRefused = complaint === null || complaint.status === 401 || complaint.status === 403;
    if (isRefused && !(error instanceof z.ZodError || error instanceof SyntaxError))
      throw explainFailure(error, endpoint, new Headers());
    throw new ProviderError(`${endpoint.shown} answers, but is no Ollama (start it: ollama serve)`, {
      isRetryable: false,
    });
  }
}

/** What the server says of a model; null for one that it has not. @throws ProviderError in one line */
export async function showModel({ endpoint, world }: OllamaServer, model: string): Promise<Shown | null> {
  const client = openClient(endpoint, world, { signal: AbortSignal.timeout(askingTimeoutMs) });
  try {
    return Shown.parse(await client.show({ model }));
  } catch (error) {
    if (readComplaint(error, new Headers())?.status === 404) return null;
    throw explainFailure(error, endpoint, new Headers());
  }
}

/**
 * Sends a file where the server has not got it yet.
 * @param digest of its contents, SHA-256 in hexadecimal
 * @throws ProviderError in one line; the signal's reason when it is aborted
 */
export async function sendFile(server: OllamaServer, file: string, digest: string, signal: AbortSignal): Promise<void> {
  const { endpoint, world } = server;
  const path = `/api/blobs/sha256:${digest}`;
  if ((await ask(server, path, { method: "HEAD" }, signal)).ok) return;
  const bytes = statSync(file).size;
  const what = `${basename(file)} (${byteText(bytes)})`;
  world.note(`sending ${what} to Ollama at ${endpoint.shown}`);
  const pieces = tellProgress(readPieces(file), bytes, signal, (percent) =>
    world.note(`sending ${what}: ${percent} %`),
  );
  const body = ReadableStream.from(pieces);
  const response = await ask(server, path, { method: "POST", body, duplex: "half" }, signal);
  if (!response.ok) throw refusal(server, `did not take ${what}`, await saidIn(response));
  await response.body?.cancel();
}

async function* tellProgress(
  pieces: AsyncIterable<Uint8Array<ArrayBuffer>>,
  bytes: number,
  signal: AbortSignal,
  tell: (percent: number) => void,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let sent = 0;
  for await (const piece of pieces) {
    // Fetch goes on reading what it no longer sends.
    if (signal.aborted) return;
    const before = Math.floor((sent / bytes) * 10);
    sent += piece.length;
    const now = Math.floor((sent / bytes) * 10);
    if (bytes >= largeBytes && now > before) tell(now * 10);
    yield piece;
  }
}

/**
 * Makes a model of files that were sent.
 * @throws ProviderError with what the server has against it; the signal's reason when it is aborted
 */
export async function createModel(server: OllamaServer, wanted: NewModel, signal: AbortSignal): Promise<void> {
  const body = JSON.stringify({ ...wanted, stream: true });
  const what = `cannot make ${wanted.model}`;
  const headers = { "content-type": "application/json" };
  const response = await ask(server, "/api/create", { method: "POST", headers, body }, signal);
  if (!response.ok) throw refusal(server, what, await saidIn(response));
  let last = "";
  for await (const { status = "", error } of readLines(response, server, signal)) {
    if (error !== undefined) throw refusal(server, what, error);
    if (/^(?:converting|quantizing)/.test(status) && status !== last)
      server.world.note(`Ollama, for ${wanted.model}: ${status}`);
    last = status;
  }
  if (last !== "success") throw refusal(server, what, `it broke off after "${last}"`);
}

/** Takes a model out of memory and off the disk; false where it was not there. @throws ProviderError in one line */
export async function removeModel(server: OllamaServer, model: string): Promise<boolean> {
  const { endpoint, world } = server;
  const signal = AbortSignal.timeout(removeTimeoutMs);
  const unload = JSON.stringify({ model, keep_alive: 0 });
  // What holds no memory any more need not be taken out of it.
  const unloaded = await ask(server, "/api/generate", { method: "POST", body: unload }, signal).catch(() => null);
  await unloaded?.body?.cancel();
  try {
    await openClient(endpoint, world, { signal }).delete({ model });
    return true;
  } catch (error) {
    if (readComplaint(error, new Headers())?.status === 404) return false;
    throw explainFailure(error, endpoint, new Headers());
  }
}

async function ask(
  { endpoint, world }: OllamaServer,
  path: string,
  init: RequestInit,
  signal: AbortSignal,
): Promise<Response> {
  const url = new URL(endpoint.baseUrl);
  url.pathname = `${url.pathname.replace(/\/$/, "")}${path}`;
  // Where redirects may be looked at, fetch keeps all that was sent, which may be more than the memory holds.
  const unfollowed: typeof world.fetch = (input, more) => world.fetch(input, { ...more, redirect: "error" });
  const fetch = guardFetch(unfollowed, endpoint.key === null ? {} : { authorization: `Bearer ${endpoint.key}` });
  try {
    return await fetch(url, { ...init, signal });
  } catch (error) {
    signal.throwIfAborted();
    throw transportError(error, endpoint);
  }
}

const Line = z.object({ status: z.string().optional(), error: z.string().optional() });

async function* readLines(
  response: Response,
  { endpoint }: OllamaServer,
  signal: AbortSignal,
): AsyncGenerator<z.infer<typeof Line>> {
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for await (const piece of response.body ?? []) {
      const lines = (rest + decoder.decode(piece, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line.trim() !== "") yield Line.parse(JSON.parse(line));
    }
    if (rest.trim() !== "") yield Line.parse(JSON.parse(rest));
  } catch (error) {
    signal.throwIfAborted();
    throw transportError(error instanceof z.ZodError ? new SyntaxError("no line of Ollama") : error, endpoint);
  }
}

/** What the server says is wrong: every error has this shape by now. */
async function saidIn(response: Response): Promise<string> {
  const body: unknown = await response.json().catch(() => null);
  return z.object({ error: z.object({ message: z.string() }) }).safeParse(body).data?.error.message ?? "";
}

function refusal({ endpoint }: OllamaServer, what: string, said: string): ProviderError {
  const reason = tidyText(said, endpoint) || "no reason given";
  return new ProviderError(`Ollama at ${endpoint.shown} ${what}: ${reason}`, { isRetryable: false });
}
