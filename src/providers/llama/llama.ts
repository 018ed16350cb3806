import { availableParallelism } from "node:os";
import { UsageError } from "../../core/errors.ts";
import { type CreateProvider, type Provider, ProviderError, type ProviderWorld } from "../../core/provider.ts";
import { atHome } from "../../io/home.ts";
import { askOnce } from "./answer.ts";
import { EngineError, firstLine } from "./engine.ts";
import { type Loaded, loadModel, type ScaledLora } from "./loaded.ts";
import { inspectWeights, type Weights } from "./weights.ts";

/** A model file with the adapters that are put on it. */
export interface LlamaOptions {
  /** What the reviewer is called: the reference that named it. */
  ref: string;
  /** Path of a GGUF model; of one in parts that of the first. */
  model: string;
  /** GGUF adapters of that model; none asks the model as it is. A scale of 1 is as trained. */
  loras?: readonly { path: string; scale?: number }[];
  /** Tokens of a prompt and its answer together; what the model was trained with, at most 8192, unless told. */
  contextTokens?: number;
  /** Threads that compute; one fewer than there are cores unless told. */
  threads?: number;
  /** The provider's kind in the report; `llama` unless told. */
  name?: string;
  /** The model's name in the report; that of its metadata unless told. */
  title?: string;
  world: Pick<ProviderWorld, "now" | "env">;
}

const mostContextByDefault = 8192;
/** The engine counts in 32 bits. */
const mostContext = 2 ** 28;
const mostThreads = 1024;

/**
 * The embedded engine: `llama:PATH` or a path that ends with `.gguf` runs the model in this process by llama.cpp. Nothing
 * leaves the machine. `NITBENCH_LLAMA_CONTEXT` and `NITBENCH_LLAMA_THREADS` set the tokens of context and the threads.
 * @throws UsageError for a file that is no whole GGUF model, and where the engine is not installed
 */
export const createProvider: CreateProvider = async (ref, _settings, world) => {
  return openLlama({ ref: ref.ref, model: atHome(ref.target, world.env["HOME"]), world });
};

/**
 * A provider that runs a GGUF model with these adapters on it. The files are read through for their digests at once, but
 * loaded only when they are asked, or probed. Providers of the same model share it in memory. Requests are answered one
 * after the other, each from an empty state, so that the same request has the same answer whatever was asked before.
 * @throws UsageError for a file that is missing, damaged or of the wrong kind, and where the engine is not installed
 */
export async function openLlama(options: LlamaOptions): Promise<Provider> {
  const { ref, world } = options;
  const weights = await inspectWeights(ref, options.model, "model");
  const loras: ScaledLora[] = [];
  for (const { path, scale = 1 } of options.loras ?? [])
    loras.push({ weights: await inspectWeights(ref, path, "adapter"), scale });
  const wanted = options.contextTokens ?? numberIn(world.env, "NITBENCH_LLAMA_CONTEXT", mostContext);
  const contextTokens = wanted ?? Math.min(weights.trainedContext ?? mostContextByDefault, mostContextByDefault);
  // One core is left to everything else: threads that wait for a busy core hold up all the others.
  const threads =
    options.threads ??
    numberIn(world.env, "NITBENCH_LLAMA_THREADS", mostThreads) ??
    Math.max(1, availableParallelism() - 1);
  let loading: Promise<Loaded> | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  let isClosed = false;

  async function load(): Promise<Loaded> {
    if (isClosed) throw new ProviderError(`${ref} was closed`, { isRetryable: false });
    loading ??= loadModel(weights, loras, contextTokens, threads);
    try {
      return await loading;
    } catch (error) {
      const message = error instanceof EngineError ? cannotLoad(options, error, contextTokens) : firstLine(error);
      throw new ProviderError(message, { isRetryable: false, cause: error });
    }
  }

  /** Whoever gave up waiting leaves its place at once when its turn comes. */
  function inTurn<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const done = turn.then(() => {
      signal.throwIfAborted();
      return work();
    });
    turn = done.catch(() => undefined);
    return done;
  }

  return {
    ref,
    name: options.name ?? "llama",
    model: options.title ?? weights.name,
    identity: identityOf(weights, loras, contextTokens),
    hosts: [],
    seesTruth: false,
    isTimed: true,
    concurrency: 1,
    probe: async (signal) => {
      await raced(load(), signal);
    },
    generate: async (request, signal) => {
      const loaded = await raced(load(), signal);
      const facts = factsOf(loaded, weights, loras, contextTokens);
      try {
        return await inTurn(signal, () => askOnce(loaded, request, { contextTokens, now: world.now, signal, facts }));
      } catch (error) {
        signal.throwIfAborted();
        throw new ProviderError(`${ref}: the engine failed: ${firstLine(error)}`, { isRetryable: false, cause: error });
      }
    },
    close: async () => {
      isClosed = true;
      await turn;
      await loading?.then(
        (loaded) => loaded.free(),
        () => undefined,
      );
      loading = undefined;
    },
  };
}

/** @throws UsageError for a value that is no whole number from 1 to `most` */
function numberIn(env: ProviderWorld["env"], name: string, most: number): number | null {
  const text = env[name];
  if (text === undefined || text === "") return null;
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1 || number > most)
    throw new UsageError(`${name}: expected a whole number from 1 to ${most}, got "${text}" (write ${name}=4)`);
  return number;
}

/** Contents, not names: a copy of a file is the same reviewer, and a file that was replaced is another. */
function identityOf(weights: Weights, loras: readonly ScaledLora[], contextTokens: number): string {
  const adapters = loras.map(({ weights: { sha256 }, scale }) => ` + lora sha256:${sha256} x${scale}`);
  return `llama sha256:${weights.sha256}${adapters.join("")}, ${contextTokens} tokens`;
}

function factsOf(
  { engine, model, context }: Loaded,
  { hasChatTemplate }: Weights,
  loras: readonly ScaledLora[],
  contextTokens: number,
): Record<string, unknown> {
  const adapters = loras.map(({ weights: { name, sha256 }, scale }) => ({ name, sha256, scale }));
  return {
    contextTokens,
    threads: context.idealThreads,
    device: engine.llama.gpu === false ? "cpu" : engine.llama.gpu,
    weights: model.typeDescription,
    ...(adapters.length === 0 ? {} : { adapters }),
    chatTemplate: hasChatTemplate ? "the model's own" : "none: plain completion",
    engine: engine.version,
  };
}

function cannotLoad({ model, loras = [] }: LlamaOptions, error: EngineError, contextTokens: number): string {
  const adapters = loras.map(({ path }) => ` with adapter ${path}`);
  const advice = / too large for the available /.test(error.message)
    ? ` (free memory, or set NITBENCH_LLAMA_CONTEXT below ${contextTokens})`
    : "";
  return `cannot load ${model}${adapters.join("")}: ${error.message}${advice}`;
}

/** Stops waiting when aborted; what was waited for goes on. */
async function raced<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
