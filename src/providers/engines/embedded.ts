import type { Engine, EngineWorld, Offer, ServableModel } from "../../core/engine.ts";
import { isFile, isFolder } from "../../io/readable.ts";
import { openLlama } from "../llama/llama.ts";

const name = "llama";

/** The embedded llama.cpp: puts an adapter on a base in a GGUF file, in this process. */
export function createEngine(): Engine {
  return {
    name,
    async offer(model, settings, world) {
      if (model.kind === "model")
        return { engine: name, because: "the embedded engine runs GGUF files (convert the model, and name the .gguf)" };
      const base = settings.base ?? (model.base !== null && isGgufFile(model.base) ? model.base : null);
      if (base === null)
        return {
          engine: name,
          because: `the embedded engine needs the base as a GGUF file (add --set reviewer.base=./${baseName(model.base)}.gguf)`,
        };
      if (!isFile(base)) return { engine: name, because: whyNoBase(base) };
      return offerOf(model, base, await world.digest(base), world);
    },
  };
}

function offerOf(model: ServableModel, base: string, digest: string, world: EngineWorld): Offer {
  return {
    engine: name,
    identity: `llama on sha256:${digest}`,
    base,
    hosts: [],
    concurrency: 1,
    async start(signal) {
      const adapter = model.kind === "adapter" ? await world.toGguf(model, base) : model.path;
      signal.throwIfAborted();
      const common = { model: base, world };
      const provider = await openLlama({ ...common, ref: model.ref, loras: [{ path: adapter }] });
      const bare = await openLlama({ ...common, ref: `${model.ref} without its adapter` });
      return {
        provider,
        base: bare,
        close: async () => {
          await provider.close?.();
          await bare.close?.();
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
