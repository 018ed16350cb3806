import { resolve } from "node:path";
import { readBaseName } from "../../core/adapter/base-model.ts";
import type { Declined, Engine, EngineSettings, EngineWorld, Offer, ServableModel, Served } from "../../core/engine.ts";
import { isFolder } from "../../io/readable.ts";
import { vllm } from "../vllm.ts";
import { findProgram } from "./server/find-program.ts";
import { freePort } from "./server/free-port.ts";
import { highestRank, maxRankFor, runtimeLora } from "./server/line.ts";
import { serverEndpoint } from "./server/address.ts";
import { openServerPool } from "./server/pool.ts";
import { onServer, type Patience, type ServerProcess, startServer } from "./server/process.ts";
import { openAdapterLoader } from "./vllm/adapters.ts";
import { openModel, openVllm, serveAdapter } from "./vllm/served.ts";

const name = "vllm-process";
/** Weights may have to be fetched first, and graphs to be compiled. */
const usualPatience: Patience = { readyMs: 45 * 60_000, pollMs: 500, noteMs: 20_000, graceMs: 15_000 };

/**
 * The program `vllm` on the PATH: it is started on a free port of this machine with the base, and the adapters of all
 * reviewers with that base are loaded into it. It is ended when the engine is closed.
 */
export function createEngine(patience: Patience = usualPatience): Engine {
  const loader = openAdapterLoader();
  const pool = openServerPool();
  // Offers come before anything is started: a server can be started for the highest rank of all.
  const ranks = new Map<string, number>();

  async function serve(
    model: ServableModel,
    served: string,
    program: string,
    settings: EngineSettings,
    world: EngineWorld,
    signal: AbortSignal,
  ): Promise<Served> {
    const rank = ranks.get(served);
    const lora = rank === undefined ? [] : ["--enable-lora", "--max-lora-rank", String(rank)];
    const args = ["serve", served, ...lora];
    const held = await pool.take(args.join(" "), () => start(program, args, patience, world, signal));
    try {
      const own = { timeoutMs: settings.timeoutMs, baseUrl: `http://127.0.0.1:${held.server.port}/v1` };
      const server = openVllm(serverEndpoint(model, own, world.env, vllm), served, own, world);
      const release = async () => held.release();
      const answering: Served =
        model.kind === "model"
          ? { provider: await openModel(server, model.ref, served), base: null, close: release }
          : await serveAdapter(server, model, served, loader, signal);
      return {
        provider: onServer(answering.provider, held.server),
        base: answering.base === null ? null : onServer(answering.base, held.server),
        async close() {
          // A server that ended took its adapters with it.
          if (held.server.whyEnded() === null) await answering.close();
          await release();
        },
      };
    } catch (error) {
      await held.drop();
      throw error;
    }
  }

  return {
    name,
    async offer(model, settings, world) {
      const served = whatToServe(model, settings);
      if (typeof served !== "string") return served;
      const program = findProgram("vllm", world.env);
      if (program === null) return declined("vllm is not on the PATH (pip install vllm, on Linux with a GPU)");
      const rank = model.kind === "model" ? null : maxRankFor(model.rank);
      if (rank !== null) ranks.set(served, Math.max(rank, ranks.get(served) ?? 0));
      return {
        engine: "vllm",
        identity: `vllm with ${served}`,
        base: model.kind === "model" ? null : served,
        hosts: [],
        start: (signal) => serve(model, served, program, settings, world, signal),
      } satisfies Offer;
    },
    close: () => pool.close(),
  };
}

function declined(because: string): Declined {
  return { engine: name, because };
}

/** What vLLM is to be started with: a folder, or an id of the Hub; or why it cannot be. */
function whatToServe(model: ServableModel, settings: EngineSettings): string | Declined {
  if (settings.baseUrl !== undefined)
    return declined("reviewer.baseUrl names a server (leave it out to have one started)");
  if (model.kind === "model") return model.path;
  if (model.kind === "gguf-adapter") return declined("it takes adapters as PEFT folders (name the folder instead)");
  if (maxRankFor(model.rank) === null)
    return declined(`the adapter has rank ${model.rank}, and vLLM takes ${highestRank} at most`);
  const wanted = settings.base ?? model.base;
  const base = readBaseName(wanted);
  const advice = "name it: --set reviewer.base=ORG/NAME, or the path of its folder";
  if (base.kind === "missing") return declined(`the adapter does not say what it was trained on (${advice})`);
  const written = base.kind === "hub" ? base.id : base.kind === "path" ? base.path : base.word;
  if (isFolder(resolve(written))) return resolve(written);
  if (written.endsWith(".gguf")) return declined(`its base ${written} is a GGUF file (${advice})`);
  if (base.kind === "hub") return base.id;
  if (base.kind === "path" && base.id !== null) return base.id;
  return declined(`its base ${written} is no folder of this machine (${advice})`);
}

async function start(
  program: string,
  args: readonly string[],
  patience: Patience,
  world: EngineWorld,
  signal: AbortSignal,
): Promise<ServerProcess> {
  const port = await freePort();
  const command = {
    name: "vllm",
    program,
    args: [...args, "--host", "127.0.0.1", "--port", String(port)],
    env: { ...world.env, [runtimeLora]: "True" },
    port,
  };
  return await startServer(command, patience, world, signal);
}
