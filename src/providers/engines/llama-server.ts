import { isAbsolute, resolve } from "node:path";
import type { Declined, Engine, EngineSettings, EngineWorld, Offer, ServableModel, Served } from "../../core/engine.ts";
import { type Provider, ProviderError } from "../../core/provider.ts";
import { isFile } from "../../io/readable.ts";
import type { Endpoint } from "../chat/endpoint.ts";
import { findProgram } from "./server/find-program.ts";
import { freePort } from "./server/free-port.ts";
import {
  askAdapters,
  askLlama,
  fileName,
  type ListedAdapter,
  type LlamaState,
  llamaServer,
  openWithAdapter,
  requireListed,
} from "./llama-server/adapters.ts";
import { compareBase, settingsIn, versionIn } from "./llama-server/base.ts";
import { pathForLora } from "./llama-server/lora-path.ts";
import { llamaLine } from "./server/line.ts";
import { isLoopback, serverEndpoint } from "./server/address.ts";
import { isReadable, isSamePlace } from "./server/place.ts";
import { openServerPool } from "./server/pool.ts";
import { onServer, type Patience, type ServerProcess, startServer } from "./server/process.ts";
import { type Tried, tryProgram } from "./server/try-program.ts";

const name = "llama-server";
const usualPatience: Patience = { readyMs: 15 * 60_000, pollMs: 250, noteMs: 20_000, graceMs: 5000 };
const versionTimeoutMs = 60_000;
const whereToGet = "https://github.com/ggml-org/llama.cpp/releases";

/**
 * llama.cpp's server: one that runs already and was started with the adapter, or the program `llama-server` on the PATH,
 * which is started with the base and the adapters of all reviewers that have it.
 */
export function createEngine(patience: Patience = usualPatience): Engine {
  const pool = openServerPool();
  // Offers come before anything is started, and a server knows only the adapters that it was started with.
  const wanted = new Map<string, Map<string, ServableModel>>();
  let installed: Promise<Tried> | undefined;

  async function serve(
    model: ServableModel,
    base: string,
    program: string,
    settings: EngineSettings,
    world: EngineWorld,
    signal: AbortSignal,
  ): Promise<Served> {
    const files = new Map<string, string>();
    for (const [hash, one] of wanted.get(base) ?? [])
      files.set(hash, pathForLora(one.kind === "adapter" ? await world.toGguf(one, base) : one.path));
    signal.throwIfAborted();
    const args = ["-m", base, ...[...files.values()].flatMap((file) => ["--lora", file])];
    const held = await pool.take(args.join("\0"), () => start(program, args, patience, world, signal));
    try {
      const own = { timeoutMs: settings.timeoutMs, baseUrl: `http://127.0.0.1:${held.server.port}/v1` };
      const endpoint = serverEndpoint(model, own, world.env, llamaServer);
      const found = requireListed(await askLlama(endpoint, world, signal), files.get(model.hash) ?? "");
      const served = serveBy(model, found.own, found.state, endpoint, own, world);
      const context = found.state.contextTokens;
      return {
        ...(context === null ? {} : { identity: `${context} tokens` }),
        provider: onServer(served.provider, held.server),
        base: served.base === null ? null : onServer(served.base, held.server),
        close: async () => held.release(),
      };
    } catch (error) {
      await held.drop();
      throw error;
    }
  }

  return {
    name,
    async offer(model, settings, world) {
      if (model.kind === "model") return { because: "it runs GGUF files (convert the model, and name the .gguf)" };
      const running = await offerRunning(model, settings, world);
      if ("start" in running || settings.baseUrl !== undefined) return running;
      const base = settings.base ?? model.base;
      const program = findProgram(name, world.env);
      if (program === null) return { because: `${running.because}; llama-server is not on the PATH (${whereToGet})` };
      if (base === null || !base.endsWith(".gguf") || !isFile(base))
        return {
          because: `${running.because}; to start one it needs the base as a GGUF file (--set reviewer.base=FILE.gguf)`,
        };
      const version = await (installed ??= tryProgram(program, ["--version"], world.env, versionTimeoutMs));
      if ("because" in version) return { because: `${running.because}; ${program} ${version.because} (${whereToGet})` };
      const file = resolve(base);
      const digest = await world.digest(file);
      wanted.set(file, (wanted.get(file) ?? new Map<string, ServableModel>()).set(model.hash, model));
      return {
        engine: name,
        identity: [`llama-server ${versionIn(version.said)} on sha256:${digest}`, ...settingsIn(world.env)].join(", "),
        base: { name: file, digest, file },
        hosts: [],
        start: (signal) => serve(model, file, program, settings, world, signal),
      } satisfies Offer;
    },
    close: () => pool.close(),
  };
}

async function offerRunning(
  model: ServableModel,
  settings: EngineSettings,
  world: EngineWorld,
): Promise<Offer | Declined> {
  const endpoint = serverEndpoint(model, settings, world.env, llamaServer);
  const line = lineFor(model, settings, endpoint);
  let state: LlamaState | null;
  try {
    state = await askLlama(endpoint, world, new AbortController().signal);
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return { because: error.status === null ? `${error.message} (run: ${line})` : error.message };
  }
  if (state === null) return { because: `what answers at ${endpoint.shown} is no llama-server (run: ${line})` };
  const own = state.adapters.find(({ path }) => isOurs(path, model, endpoint));
  const what = state.model ?? "its model";
  if (own === undefined)
    return { because: `${endpoint.shown} serves ${what} without this adapter (start it with: ${line})` };
  const isHere = isLoopback(endpoint) && state.model !== null && isAbsolute(state.model) && isReadable(state.model);
  const file = isHere ? state.model : null;
  const likeness = settings.base === undefined ? "same" : await compareBase(settings.base, what, file, world);
  if (likeness === null)
    return { because: `${endpoint.shown} serves ${what}, and reviewer.base is ${settings.base} (run: ${line})` };
  const known = state;
  const digest = file === null ? null : await world.digest(file);
  const facts = [
    `llama-server${known.build === null ? "" : ` ${known.build}`} with ${what} at ${endpoint.baseUrl}`,
    ...(digest === null ? [] : [`sha256:${digest}`]),
    ...(known.contextTokens === null ? [] : [`${known.contextTokens} tokens`]),
  ];
  return {
    engine: name,
    identity: facts.join(", "),
    base: { name: what, digest, file },
    hosts: [endpoint.host],
    async start() {
      if (likeness === "named") world.note(`llama-server: ${what} is taken for ${settings.base} by its name alone`);
      const served = serveBy(model, own, known, endpoint, settings, world);
      const guarded = (one: Provider) => whileListed(one, own, endpoint, world);
      return {
        ...served,
        provider: guarded(served.provider),
        base: served.base === null ? null : guarded(served.base),
      };
    },
  };
}

/**
 * The same provider, which asks before each request whether the server still has the adapter under its number: one that
 * was started anew may have it no more, and takes a number that it does not know for the base.
 */
function whileListed(provider: Provider, own: ListedAdapter, endpoint: Endpoint, world: EngineWorld): Provider {
  return {
    ...provider,
    async generate(request, signal) {
      const listed = await askAdapters(endpoint, world);
      signal.throwIfAborted();
      // One that is too busy to say is the same as before.
      if (listed?.some(({ id, path }) => id === own.id && path === own.path) !== false)
        return await provider.generate(request, signal);
      throw new ProviderError(
        `${endpoint.shown} was started anew, and has no longer ${own.path} as adapter ${own.id} (start it as before, and run this again)`,
        { isRetryable: false },
      );
    },
  };
}

/** By its very path, or by the name that holds its digest: other names may be those of other files elsewhere. */
function isOurs(path: string, model: ServableModel, endpoint: Endpoint): boolean {
  if (fileName(path).startsWith(model.loadName)) return true;
  if (model.kind !== "gguf-adapter" || !isLoopback(endpoint) || !isAbsolute(path)) return false;
  return resolve(path) === model.path || isSamePlace(path, model.path);
}

function lineFor(model: ServableModel, settings: EngineSettings, endpoint: Endpoint): string {
  const base = settings.base ?? (model.base?.endsWith(".gguf") ? model.base : "BASE.gguf");
  const adapter = model.kind === "gguf-adapter" ? model.path : `${model.loadName}.gguf`;
  return llamaLine(base, adapter, new URL(endpoint.baseUrl).port);
}

function serveBy(
  model: ServableModel,
  own: ListedAdapter,
  state: LlamaState,
  endpoint: Endpoint,
  settings: EngineSettings,
  world: EngineWorld,
): Served {
  return {
    provider: openWithAdapter(model.ref, own, state, endpoint, settings, world),
    base: openWithAdapter(`${model.ref} without its adapter`, null, state, endpoint, settings, world),
    close: async () => {},
  };
}

async function start(
  program: string,
  args: readonly string[],
  patience: Patience,
  world: EngineWorld,
  signal: AbortSignal,
): Promise<ServerProcess> {
  const port = await freePort();
  const own = ["--host", "127.0.0.1", "--port", String(port)];
  return await startServer({ name, program, args: [...args, ...own], env: world.env, port }, patience, world, signal);
}
