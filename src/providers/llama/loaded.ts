import type { LlamaContext, LlamaContextSequence, LlamaModel, Token } from "node-llama-cpp";
import { replaced } from "../../core/engine.ts";
import { digestOfModel } from "../../io/file-hash.ts";
import { type Engine, EngineError, startEngine } from "./engine.ts";
import { createGrammars } from "./grammar.ts";
import { createTemplate } from "./template.ts";
import type { Weights } from "./weights.ts";

/** A LoRA adapter with the factor that its weights are multiplied by. */
export interface ScaledLora {
  weights: Weights;
  scale: number;
}

/** A model in memory with its adapters on it, ready to be asked one request after the other. */
export interface Loaded {
  engine: Engine;
  model: LlamaModel;
  context: LlamaContext;
  sequence: LlamaContextSequence;
  /** What the model reads of a prompt. */
  tokensOf: (prompt: string) => Token[];
  grammarFor: ReturnType<typeof createGrammars>;
  free(): Promise<void>;
}

interface Shared {
  users: number;
  model: Promise<LlamaModel>;
}

/** Models in memory by their digest: a base model and its adapters, or a reviewer and a judge, share one. */
const models = new Map<string, Shared>();

/**
 * Loads a model, unless it is in memory already, and makes a context for it with these adapters.
 * @param contextTokens room for a prompt and its answer
 * @param threads null leaves the number to the engine
 * @throws EngineError for what the engine refuses, UsageError when the engine is not installed
 */
export async function loadModel(
  weights: Weights,
  loras: readonly ScaledLora[],
  contextTokens: number,
  threads: number | null,
): Promise<Loaded> {
  const engine = await startEngine();
  const model = await borrowModel(engine, weights);
  try {
    const tokensOf = await engine.load(async () => createTemplate(engine.package, model));
    const adapters = loras.map(({ weights: { file }, scale }) => ({ filePath: file, scale }));
    const context = await engine.load(() =>
      model.createContext({
        contextSize: contextTokens,
        sequences: 1,
        ...(threads === null ? {} : { threads }),
        ...(adapters.length === 0 ? {} : { lora: { adapters } }),
      }),
    );
    for (const used of [weights, ...loras.map((lora) => lora.weights)]) {
      if ((await digestOfModel(used.file).catch(() => null)) === used.sha256) continue;
      await context.dispose();
      throw new EngineError(replaced(used.file), null);
    }
    return {
      engine,
      model,
      context,
      sequence: context.getSequence(),
      tokensOf,
      grammarFor: createGrammars(engine),
      free: async () => {
        await context.dispose();
        await giveBackModel(weights);
      },
    };
  } catch (error) {
    await giveBackModel(weights);
    throw error;
  }
}

async function borrowModel(engine: Engine, { file, sha256 }: Weights): Promise<LlamaModel> {
  const shared = models.get(sha256) ?? {
    users: 0,
    model: engine.load(() => engine.llama.loadModel({ modelPath: file })),
  };
  models.set(sha256, shared);
  shared.users += 1;
  try {
    return await shared.model;
  } catch (error) {
    models.delete(sha256);
    throw error;
  }
}

async function giveBackModel({ sha256 }: Weights): Promise<void> {
  const shared = models.get(sha256);
  if (shared === undefined) return;
  shared.users -= 1;
  if (shared.users > 0) return;
  models.delete(sha256);
  await (await shared.model).dispose();
}
