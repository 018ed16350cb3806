import { randomBytes } from "node:crypto";
import type { EngineSettings, EngineWorld, ServableModel } from "../../../core/engine.ts";
import { ProviderError } from "../../../core/provider.ts";
import type { Endpoint } from "../../chat/endpoint.ts";
import { complaintError, tidyText, toComplaint, transportError } from "../../chat/failure.ts";
import { isObject } from "../../../core/json.ts";
import { listModels } from "../../chat/models.ts";
import { highestRank, maxRankFor } from "../server/line.ts";
import { isLoopback } from "../server/address.ts";

/** A vLLM server that answers. */
export interface VllmServer {
  endpoint: Endpoint;
  /** With the key, and guarded. */
  fetch: typeof globalThis.fetch;
  /** The line that starts it so that it takes adapters of this rank. */
  lineFor: (rank: number | null) => string;
  settings: EngineSettings;
  world: EngineWorld;
}

/** An adapter that a server has. */
export interface LoadedAdapter {
  /** As the server calls it. */
  name: string;
  /** Takes it out again, once the last who uses it is done, unless it had been there before. */
  release: () => Promise<void>;
}

/** Loads adapters into servers, each once however many reviewers use it. */
export interface AdapterLoader {
  /** @throws ProviderError in one line of advice where it cannot be loaded; it is not there then */
  load(server: VllmServer, model: ServableModel, signal: AbortSignal): Promise<LoadedAdapter>;
}

const loadTimeoutMs = 5 * 60_000;
const unloadTimeoutMs = 15_000;

interface Entry {
  users: number;
  loading: Promise<{ name: string; isOurs: boolean }>;
}

/**
 * An adapter's own name holds its digest: what a server has under that name is that adapter, and is left there. What is
 * loaded here has the run in its name too, so that the end of one run takes nothing from another on the same server.
 */
export function openAdapterLoader(): AdapterLoader {
  const run = randomBytes(3).toString("hex");
  const all = new Map<string, Entry>();
  return {
    async load(server, model, signal) {
      const key = `${server.endpoint.baseUrl} ${model.loadName}`;
      const entry = all.get(key) ?? { users: 0, loading: loadOnce(server, model, `${model.loadName}-${run}`, signal) };
      all.set(key, entry);
      entry.users += 1;
      const { name, isOurs } = await entry.loading.catch((error: unknown) => {
        all.delete(key);
        throw error;
      });
      let isHeld = true;
      const release = async () => {
        if (!isHeld) return;
        isHeld = false;
        entry.users -= 1;
        if (entry.users > 0) return;
        all.delete(key);
        if (isOurs) await unload(server, name);
      };
      return { name, release };
    },
  };
}

/** @param name for it where the server has not got it yet under its own */
async function loadOnce(
  server: VllmServer,
  model: ServableModel,
  name: string,
  signal: AbortSignal,
): Promise<{ name: string; isOurs: boolean }> {
  const { endpoint, fetch } = server;
  const cards = await listModels(endpoint, "/models", fetch);
  if (cards?.some(({ id }) => id === model.loadName)) return { name: model.loadName, isOurs: false };
  const body = { lora_name: name, lora_path: model.path };
  let answer: Answer;
  const limit = AbortSignal.any([signal, AbortSignal.timeout(loadTimeoutMs)]);
  try {
    answer = await post(server, "/load_lora_adapter", body, limit);
  } catch (error) {
    // Nobody waits for its answer any more, but it may load the adapter all the same.
    if (signal.aborted || isTimeout(error)) await tryUnload(server, name);
    signal.throwIfAborted();
    if (!isTimeout(error)) throw transportError(error, endpoint);
    throw refusal(`${endpoint.shown} did not load the adapter within ${loadTimeoutMs / 60_000} minutes`);
  }
  if (answer.ok) return { name, isOurs: true };
  throw whyNotLoaded(answer, server, model);
}

interface Answer {
  ok: boolean;
  status: number;
  /** The server's words where it refused; empty otherwise. */
  said: string;
}

async function post(server: VllmServer, path: string, body: object, signal: AbortSignal): Promise<Answer> {
  const { endpoint, fetch } = server;
  const url = new URL(endpoint.baseUrl);
  url.pathname = `${url.pathname.replace(/\/$/, "")}${path}`;
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body), signal });
  const { ok, status } = response;
  if (ok) {
    await response.body?.cancel();
    return { ok, status, said: "" };
  }
  const refused: unknown = await response.json().catch(() => null);
  const error = isObject(refused) && isObject(refused["error"]) ? refused["error"] : {};
  return { ok, status, said: typeof error["message"] === "string" ? error["message"] : "" };
}

function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === "TimeoutError";
}

async function unload(server: VllmServer, name: string): Promise<void> {
  const why = await tryUnload(server, name);
  if (why !== null) server.world.note(`vllm: the adapter ${name} stays loaded at ${server.endpoint.shown}: ${why}`);
}

/** @returns why it could not be unloaded; null where it is gone */
async function tryUnload(server: VllmServer, name: string): Promise<string | null> {
  try {
    const limit = AbortSignal.timeout(unloadTimeoutMs);
    const { ok, status, said } = await post(server, "/unload_lora_adapter", { lora_name: name }, limit);
    return ok || status === 404 ? null : `${tidyText(said, server.endpoint)} (${status})`;
  } catch (error) {
    return transportError(error, server.endpoint).message;
  }
}

function whyNotLoaded({ status, said }: Answer, server: VllmServer, model: ServableModel): ProviderError {
  const { endpoint, lineFor } = server;
  const { shown, host } = endpoint;
  const [, rank, limit] = /rank (\d+) is greater than max_lora_rank (\d+)/i.exec(said) ?? [];
  if (rank !== undefined) {
    const advice =
      maxRankFor(Number(rank)) === null
        ? `vLLM takes ${highestRank} at most`
        : `start it with: ${lineFor(Number(rank))}`;
    return refusal(`${shown} takes adapters of rank ${limit} at most, and this one has ${rank} (${advice})`);
  }
  if (/no adapter found|no such file|not a directory|does not exist|cannot find|can't find/i.test(said)) {
    const advice = isLoopback(endpoint)
      ? "if it runs in a container, mount the folder there under the same path"
      : `the path is one of ${host}'s own: put the folder there under the same path`;
    return refusal(`${shown} cannot find the adapter at ${model.path}: ${tidyText(said, endpoint)} (${advice})`);
  }
  if (status === 404 || /lora is not enabled|enable[-_]lora/i.test(said))
    return refusal(`${shown} takes no adapters while it runs (start it with: ${lineFor(model.rank)})`);
  if (status === 401 || status === 403)
    return complaintError(toComplaint(status, { message: said }), endpoint, Date.now());
  const reason = tidyText(said, endpoint) || "it gives no reason";
  return refusal(`${shown} cannot load the adapter (${status}): ${reason}`);
}

function refusal(message: string): ProviderError {
  return new ProviderError(message, { isRetryable: false });
}
