import { join } from "node:path";
import { unusualSettings } from "../../../core/adapter/gguf-refusal.ts";
import { isOlder } from "../../ollama/facts.ts";
import { readAdapterConfig } from "../server/adapter-config.ts";
import type { Base } from "./base.ts";
import { readTensorNames } from "./file.ts";

/** The first version that makes models of files that were sent to it. */
const firstWithFiles = "0.5.5";
/** The last version that makes models of adapters, and of safetensors. */
const lastWithAdapters = "0.34.0";
/** After this version llama.cpp's own server runs all models, and applies adapters to every family. */
const lastOfOwnEngine = "0.29.999";

/** Families that older versions run in an engine of their own: "loras are not yet implemented". Seen with 0.17.4. */
const withoutAdapters: ReadonlySet<string> = new Set(
  `deepseek2 gemma3 gemma3n glm4moelite gptoss gpt-oss lfm2 lfm2moe llama4 mistral3 nemotron_h nemotron_h_moe olmo3
  qwen25vl qwen3 qwen3moe qwen35 qwen35moe qwen3next qwen3vl qwen3vlmoe`.split(/\s+/),
);

const elsewhere = "serve it with llama-server or vLLM, or in this process with --set reviewer.base=./BASE.gguf";

/** Why a version makes no model of what lies on this machine's disk; null where it does, as far as is known. */
export function refuseVersion(version: string, what: "adapter" | "model"): string | null {
  if (isOlder(version, firstWithFiles))
    return `Ollama ${version} makes no models of files that are sent to it (update it to ${firstWithFiles} or newer)`;
  if (!isOlder(lastWithAdapters, version)) return null;
  return what === "adapter"
    ? `Ollama ${version} takes no adapters any more; ${lastWithAdapters} was the last that did (${elsewhere})`
    : `Ollama ${version} makes no models of safetensors any more; ${lastWithAdapters} was the last that did (convert the model, and name the .gguf)`;
}

/** Why a version applies no adapter to a family; null where it does, as far as is known. */
export function refuseFamily(version: string, family: string | null): string | null {
  if (family === null || !withoutAdapters.has(family) || !isOlder(version, lastOfOwnEngine)) return null;
  return `Ollama ${version} applies no adapters to models of the family ${family} (${elsewhere})`;
}

/** Whether a version runs models itself, by its own templates; one that does not say its version is taken to. */
export function isRunByOllama(version: string): boolean {
  return !isOlder(lastOfOwnEngine, version);
}

/** What to say beside the server's own words where it cannot load an adapter on a base; empty where they suffice. */
export function adviceForLoading(said: string, { family, shown }: Base): string {
  if (said.includes("loras are not yet implemented"))
    return ` (it applies no adapters to models of the family ${family ?? "of this base"}: ${elsewhere})`;
  return /terminated|failed to load/.test(said)
    ? ` (was it trained on another base than ${shown}? its log says more)`
    : "";
}

/**
 * Why the server's own conversion of a PEFT folder would give another adapter than was trained, or none; null where it does
 * not. It heeds `lora_alpha` and nothing else of the configuration, and for llama it brings the rows of A into the order of
 * the engine in place of those of B, seen with 0.17.4: such an adapter answers otherwise than its base, but is not the one.
 */
export async function refuseConversion(folder: string, family: string | null): Promise<string | null> {
  if (family !== "llama" && family !== "gemma2")
    return `Ollama converts adapters for llama and gemma2 alone ("unsupported architecture" for ${family ?? "this family"})`;
  const config = readAdapterConfig({ path: folder });
  const unheeded = [
    ...unusualSettings(config).map(({ key }) => [key, true] as const),
    ["bias", config.bias !== "none"],
    ["use_rslora", config.use_rslora],
    ["alpha_pattern", Object.keys(config.alpha_pattern).length > 0],
    ["a lora_alpha that is no whole number", !Number.isInteger(config.lora_alpha)],
  ] as const;
  const found = unheeded.find(([, is]) => is)?.[0];
  if (found !== undefined) return `Ollama's conversion of adapters does not heed ${found}`;
  const names = await readTensorNames(join(folder, "adapter_model.safetensors"));
  const hasTurned = names.some((name) => /\.[qk]_proj\./.test(name));
  return family === "llama" && hasTurned ? "Ollama converts q_proj and k_proj of llama adapters wrongly" : null;
}
