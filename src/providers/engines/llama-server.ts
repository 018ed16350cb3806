import { isAbsolute, resolve } from "node:path";
import type { Declined, Engine, EngineSettings, EngineWorld, Offer, ServableModel, Served } from "../../core/engine.ts";
import { ProviderError } from "../../core/provider.ts";
import { isFile } from "../../io/readable.ts";
import type { Endpoint } from "../chat/endpoint.ts";
import { findProgram } from "./server/find-program.ts";
import { freePort } from "./server/free-port.ts";
import {
  askLlama,
  fileName,
  type ListedAdapter,
  type LlamaState,
  llamaServer,
  openWithAdapter,
  requireListed,
} from "./llama-server/adapters.ts";
import { llamaLine } from "./server/line.ts";
import { isLoopback, serverEndpoint } from "./server/address.ts";
import { openServerPool } from "./server/pool.ts";
import { onServer, type Patience, type ServerProcess, startServer } from "./server/process.ts";

const name = "llama-server";
const usualPatience: Patience = { readyMs: 15 * 60_000, pollMs: 250, noteMs: 20_000, graceMs: 5000 };
const whereToGet = "https://github.com/ggml-org/llama.cpp/releases";

/**
 * llama.cpp's server: one that runs already and was started with the adapter, or the program `llama-server` on the PATH,
 * which is started with the base and the adapters of all reviewers that have it.
 */
export function createEngine(patience: Patience = usualPatience): Engine {
  const pool = openServerPool();
  // Offers come before anything is started, and a server knows only the adapters that it was started with.
  const wanted = new Map<string, Map<string, ServableModel>>();

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
      files.set(hash, one.kind === "adapter" ? await world.toGguf(one, base) : one.path);
    signal.throwIfAborted();
    const args = ["-m", base, ...[...files.values()].flatMap((file) => ["--lora", file])];
    const held = await pool.take(args.join("\0"), () => start(program, args, patience, world, signal));
    try {
      const own = { timeoutMs: settings.timeoutMs, baseUrl: `http://127.0.0.1:${held.server.port}/v1` };
      const endpoint = serverEndpoint(model, own, world.env, llamaServer);
      const found = requireListed(await askLlama(endpoint, world, signal), files.get(model.hash) ?? "");
      const served = serveBy(model, found.own, found.state, endpoint, own, world);
      return {
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
      if (model.kind === "model") return declined("it runs GGUF files (convert the model, and name the .gguf)");
      const running = await offerRunning(model, settings, world);
      if ("start" in running || settings.baseUrl !== undefined) return running;
      const base = settings.base ?? model.base;
      const program = findProgram(name, world.env);
      if (program === null) return declined(`${running.because}; llama-server is not on the PATH (${whereToGet})`);
      if (base === null || !base.endsWith(".gguf") || !isFile(base))
        return declined(
          `${running.because}; to start one it needs the base as a GGUF file (--set reviewer.base=FILE.gguf)`,
        );
      const file = resolve(base);
      wanted.set(file, (wanted.get(file) ?? new Map<string, ServableModel>()).set(model.hash, model));
      return {
        engine: name,
        identity: `llama-server on sha256:${await world.digest(file)}`,
        base: file,
        hosts: [],
        start: (signal) => serve(model, file, program, settings, world, signal),
      } satisfies Offer;
    },
    close: () => pool.close(),
  };
}

function declined(because: string): Declined {
  return { engine: name, because };
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
    return declined(error.status === null ? `${error.message} (run: ${line})` : error.message);
  }
  if (state === null) return declined(`what answers at ${endpoint.shown} is no llama-server (run: ${line})`);
  const own = state.adapters.find(({ path }) => isOurs(path, model, endpoint));
  const what = state.model ?? "its model";
  if (own === undefined)
    return declined(`${endpoint.shown} serves ${what} without this adapter (start it with: ${line})`);
  const known = state;
  return {
    engine: name,
    identity: `llama-server with ${what} at ${endpoint.baseUrl}`,
    base: state.model,
    hosts: [endpoint.host],
    start: async () => serveBy(model, own, known, endpoint, settings, world),
  };
}

/** By its very path, or by the name that holds its digest: other names may be those of other files elsewhere. */
function isOurs(path: string, model: ServableModel, endpoint: Endpoint): boolean {
  if (fileName(path).startsWith(model.loadName)) return true;
  return model.kind === "gguf-adapter" && isLoopback(endpoint) && isAbsolute(path) && resolve(path) === model.path;
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
