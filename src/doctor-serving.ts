import { baseId } from "./core/adapter/base-model.ts";
import type { AdapterConfig } from "./core/adapter/config.ts";
import { quote } from "./command-line.ts";

/** How one engine can serve a model. */
export interface ServingOption {
  engine: "embedded" | "vllm" | "llama-server" | "ollama";
  /** Why it cannot; null where it can. */
  refusal: string | null;
  /** What has to be so before; null where nothing has. */
  needs: string | null;
  /** What to type: that which starts the engine where it does not run by itself, then that which measures. */
  lines: readonly string[];
}

/** What a model is called where it is served, and how this program is called. */
export interface ServingNames {
  /** The path or id of the model, as it is typed. */
  model: string;
  /** The name under which an engine is to load it. */
  name: string;
  /** Such as `pnpm bench`. */
  program: string;
}

/** The values that vLLM takes for --max-lora-rank. */
const vllmRanks = [8, 16, 32, 64, 128, 256, 320, 512];
const llamaServer = "http://127.0.0.1:8080/v1";

/** Which engines can serve a PEFT adapter. @param ranks of its matrices, ascending */
export function serveAdapter(config: AdapterConfig, ranks: readonly number[], names: ServingNames): ServingOption[] {
  const { model, program } = names;
  const base = baseId(config.base_model_name_or_path);
  const shownBase = base ?? "BASE";
  const gguf = `./${shownBase.split("/").at(-1)}.gguf`;
  const needs = "its base as a GGUF file";
  const rank = vllmRanks.find((one) => one >= (ranks.at(-1) ?? 1));
  const needsBase = base === null ? "the id or the path of its base in place of BASE" : null;
  const withRevision = config.revision === null ? "" : ` --revision ${quote(config.revision)}`;
  const dora = config.use_dora ? "it does not know DoRA" : null;
  const toGguf = config.modules_to_save.length > 0 ? "it does not know modules_to_save" : dora;
  return [
    option("vllm", {
      refusal: vllmRefusal(config, rank),
      needs: needsBase,
      lines: [
        `VLLM_ALLOW_RUNTIME_LORA_UPDATING=True vllm serve ${quote(shownBase)}${withRevision} --enable-lora --max-lora-rank ${rank ?? ""}`,
        `${program} --model ${quote(model)}`,
      ],
    }),
    option("embedded", { refusal: toGguf, needs, lines: [onBase(names, "llama", gguf)] }),
    option("llama-server", { refusal: toGguf, needs, lines: [onBase(names, "llama-server", gguf)] }),
    option("ollama", { refusal: toGguf, needs, lines: ["ollama serve", onBase(names, "ollama", gguf)] }),
  ];
}

function vllmRefusal(config: AdapterConfig, rank: number | undefined): string | null {
  if (config.use_dora) return "it refuses DoRA";
  if (config.modules_to_save.length > 0) return "it refuses modules_to_save";
  if (config.bias !== "none") return "it leaves trained biases out";
  return rank === undefined ? `it takes ranks up to ${vllmRanks.at(-1)} only` : null;
}

/** Which engines can serve a whole model in a folder, or by its id on the Hub. */
export function serveModel({ model, name, program }: ServingNames, commit: string | null): ServingOption[] {
  const revision = commit === null ? "" : ` --revision ${commit}`;
  const needs = "the model as a GGUF file (convert_hf_to_gguf.py of llama.cpp)";
  return [
    option("vllm", {
      lines: [`vllm serve ${quote(model)}${revision} --served-model-name ${name}`, `${program} --model vllm:${name}`],
    }),
    option("embedded", { needs, lines: [`${program} --model ./${name}.gguf`] }),
    option("llama-server", {
      needs,
      lines: [`llama-server -m ${name}.gguf --port 8080`, `${program} --model openai:${name}@${llamaServer}`],
    }),
    option("ollama", {
      needs: commit === null ? `a Modelfile with the line "FROM ${model}"` : "the model in a folder, or as a GGUF file",
      lines: ollamaLines({ model, name, program }),
    }),
  ];
}

/** Which engines can serve a GGUF model. */
export function serveGguf({ model, name, program }: ServingNames): ServingOption[] {
  return [
    option("embedded", { lines: [`${program} --model ${quote(model)}`] }),
    option("llama-server", {
      lines: [`llama-server -m ${quote(model)} --port 8080`, `${program} --model openai:${name}@${llamaServer}`],
    }),
    option("ollama", {
      needs: `a Modelfile with the line "FROM ${model}"`,
      lines: ollamaLines({ model, name, program }),
    }),
    option("vllm", { refusal: "it reads few GGUF models, and slowly" }),
  ];
}

/** Which engines can serve an adapter in a GGUF file. */
export function serveGgufAdapter(names: ServingNames): ServingOption[] {
  const needs = "its base as a GGUF file";
  return [
    option("embedded", { needs, lines: [onBase(names, "llama", "./BASE.gguf")] }),
    option("llama-server", { needs, lines: [onBase(names, "llama-server", "./BASE.gguf")] }),
    option("ollama", { needs, lines: ["ollama serve", onBase(names, "ollama", "./BASE.gguf")] }),
    option("vllm", { refusal: "it takes PEFT adapters only" }),
  ];
}

function onBase({ model, program }: ServingNames, engine: string, base: string): string {
  return `${program} --model ${quote(model)} --set reviewer.engine=${engine} --set reviewer.base=${quote(base)}`;
}

function ollamaLines({ name, program }: ServingNames): string[] {
  return [`ollama create ${name} -f Modelfile`, `${program} --model ollama:${name}`];
}

function option(engine: ServingOption["engine"], said: Partial<ServingOption>): ServingOption {
  const { refusal = null, needs = null, lines = [] } = said;
  return refusal === null ? { engine, refusal, needs, lines } : { engine, refusal, needs: null, lines: [] };
}
