import { resolve } from "node:path";
import { readBaseName } from "../../core/adapter/base-model.ts";
import type { Declined, Engine, EngineSettings, EngineWorld, Offer, ServableModel, Served } from "../../core/engine.ts";
import { isFolder } from "../../io/readable.ts";
import { vllm } from "../vllm.ts";
import { findProgram } from "./server/find-program.ts";
import { freePort } from "./server/free-port.ts";
import { baseRevision, declineForVllm } from "./server/adapter-config.ts";
import { baseWords, highestRank, maxRankFor, runtimeLora } from "./server/line.ts";
import { serverEndpoint } from "./server/address.ts";
import { openServerPool } from "./server/pool.ts";
import { onServer, type Patience, type ServerProcess, startServer } from "./server/process.ts";
import { openAdapterLoader } from "./vllm/adapters.ts";
import { askInstalled, type InstalledVllm } from "./vllm/installed.ts";
import { contextOf, openModel, openVllm, serveAdapter } from "./vllm/served.ts";

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
  let installed: Promise<InstalledVllm> | undefined;

  async function serve(
    model: ServableModel,
    base: StartedBase,
    program: string,
    settings: EngineSettings,
    world: EngineWorld,
    signal: AbortSignal,
  ): Promise<Served> {
    const { served } = base;
    const words = baseWords(served, base.revision);
    const rank = ranks.get(words.join("\0"));
    const lora = rank === undefined ? [] : ["--enable-lora", "--max-lora-rank", String(rank)];
    const args = [...words, ...lora];
    const held = await pool.take(args.join("\0"), () => start(program, args, patience, world, signal));
    try {
      const own = { timeoutMs: settings.timeoutMs, baseUrl: `http://127.0.0.1:${held.server.port}/v1` };
      const server = openVllm(serverEndpoint(model, own, world.env, vllm), served, base.revision, own, world);
      const release = async () => held.release();
      const answering: Served =
        model.kind === "model"
          ? { provider: await openModel(server, model.ref, served), base: null, close: release }
          : await serveAdapter(server, model, served, loader, signal);
      const context = await contextOf(server, served);
      return {
        ...(context === null ? {} : { identity: `${context} tokens` }),
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
      const started = whatToServe(model, settings);
      if ("because" in started) return started;
      const { served, revision } = started;
      const program = findProgram("vllm", world.env);
      if (program === null) return { because: "vllm is not on the PATH (pip install vllm, on Linux with a GPU)" };
      if (installed === undefined) world.note(`vllm: looking whether ${program} runs`);
      const found = await (installed ??= askInstalled(program, world.env));
      if ("because" in found) return found;
      const rank = model.kind === "model" ? null : maxRankFor(model.rank);
      const key = baseWords(served, revision).join("\0");
      if (rank !== null) ranks.set(key, Math.max(rank, ranks.get(key) ?? 0));
      const file = model.kind !== "model" && isFolder(served) ? served : null;
      const digest = file === null ? null : await world.digest(file);
      const shown = revision === null ? served : `${served}@${revision}`;
      return {
        engine: "vllm",
        identity: `vllm ${found.version} with ${shown}${digest === null ? "" : `, sha256:${digest}`}`,
        base: model.kind === "model" ? null : { name: shown, digest, file },
        hosts: [],
        start: (signal) => serve(model, started, program, settings, world, signal),
      } satisfies Offer;
    },
    close: () => pool.close(),
  };
}

/** What vLLM is started with. */
interface StartedBase {
  /** The folder, or the id of the Hub. */
  served: string;
  /** Of the Hub's model; null where nobody names one. */
  revision: string | null;
}

function whatToServe(model: ServableModel, settings: EngineSettings): StartedBase | Declined {
  if (settings.baseUrl !== undefined)
    return { because: "reviewer.baseUrl names a server (leave it out to have one started)" };
  if (model.kind === "model") return { served: model.path, revision: null };
  const declined = declineForVllm(model);
  if (declined !== null) return declined;
  if (maxRankFor(model.rank) === null)
    return { because: `the adapter has rank ${model.rank}, and vLLM takes ${highestRank} at most` };
  const wanted = settings.base ?? model.base;
  const base = readBaseName(wanted);
  const advice = "name it: --set reviewer.base=ORG/NAME, or the path of its folder";
  if (base.kind === "missing") return { because: `the adapter does not say what it was trained on (${advice})` };
  const written = base.kind === "hub" ? base.id : base.kind === "path" ? base.path : base.word;
  if (isFolder(resolve(written))) return { served: resolve(written), revision: null };
  if (written.endsWith(".gguf")) return { because: `its base ${written} is a GGUF file (${advice})` };
  const id = base.kind === "hub" || base.kind === "path" ? base.id : null;
  if (id !== null) return { served: id, revision: baseRevision(model, settings.base) };
  return { because: `its base ${written} is no folder of this machine (${advice})` };
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
