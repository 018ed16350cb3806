import { resolve } from "node:path";
import type { Engine, EngineWorld, Offer, ServableModel } from "../../core/engine.ts";
import { UsageError } from "../../core/errors.ts";
import { isFile, isFolder } from "../../io/readable.ts";
import { loadPackage } from "../llama/engine.ts";
import { openLlama } from "../llama/llama.ts";

const name = "llama";

/** The embedded llama.cpp: puts an adapter on a base in a GGUF file, in this process. */
export function createEngine(): Engine {
  return {
    name,
    async offer(model, settings, world) {
      if (model.kind === "model")
        return { because: "the embedded engine runs GGUF files (convert the model, and name the .gguf)" };
      const base = settings.base ?? (model.base !== null && isGgufFile(model.base) ? model.base : null);
      if (base === null)
        return {
          because: `the embedded engine needs the base as a GGUF file (add --set reviewer.base=./${baseName(model.base)}.gguf)`,
        };
      if (!isFile(base)) return { because: whyNoBase(base) };
      try {
        await loadPackage();
      } catch (error) {
        if (error instanceof UsageError) return { because: error.message };
        throw error;
      }
      return await offerOn(base, model, world);
    },
  };
}

async function offerOn(base: string, model: ServableModel, world: EngineWorld): Promise<Offer> {
  // Opened, it says who it is; nothing is loaded before it is asked.
  const bare = await openLlama({ ref: `${model.ref} without its adapter`, model: base, world });
  const engine = await loadPackage();
  return {
    engine: name,
    identity: `${bare.identity}, node-llama-cpp ${await engine.getModuleVersion()}`,
    base: { name: base, digest: await world.digest(base), file: resolve(base) },
    hosts: [],
    concurrency: 1,
    async start(signal) {
      const adapter = model.kind === "adapter" ? await world.toGguf(model, base) : model.path;
      signal.throwIfAborted();
      const common = { model: base, world };
      const provider = await openLlama({ ...common, ref: model.ref, loras: [{ path: adapter }] });
      const unadapted = await openLlama({ ...common, ref: `${model.ref} without its adapter` });
      return {
        provider,
        base: unadapted,
        close: async () => {
          await provider.close?.();
          await unadapted.close?.();
        },
      };
    },
  };
}

function isGgufFile(path: string): boolean {
  return path.endsWith(".gguf") && isFile(path);
}

function whyNoBase(base: string): string {
  if (isFolder(base))
    return `reviewer.base ${base} is a folder, and the embedded engine needs a GGUF file (convert it)`;
  return `reviewer.base ${base} is no file (name a GGUF file of the base)`;
}

function baseName(base: string | null): string {
  return (
    base
      ?.replace(/[/\\]+$/, "")
      .split(/[/\\]/)
      .at(-1) ?? "base"
  );
}
