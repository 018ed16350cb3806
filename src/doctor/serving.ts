import { baseId } from "../core/adapter/base-model.ts";
import type { AdapterConfig } from "../core/adapter/config.ts";
import { refuseUnconvertible } from "../core/adapter/gguf-refusal.ts";
import { refuseByVllm } from "../core/adapter/vllm-refusal.ts";
import { UsageError } from "../core/errors.ts";
import { quote } from "../io/shell-word.ts";
import {
  baseWords,
  highestRank,
  lineOf,
  maxRankFor,
  vllmLine,
  vllmModelLine,
} from "../providers/engines/server/line.ts";

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
  /** The GGUF file of an adapter's base; absent where it is not known. */
  baseFile?: string;
}

const llamaServer = "http://127.0.0.1:8080/v1";
/** What engines need that take adapters as GGUF files. */
export const needsBaseFile = "its base as a GGUF file";

/** Which engines can serve a PEFT adapter. @param ranks of its matrices, ascending */
export function serveAdapter(config: AdapterConfig, ranks: readonly number[], names: ServingNames): ServingOption[] {
  const { model, program } = names;
  const base = baseId(config.base_model_name_or_path);
  const shownBase = base ?? "BASE";
  const rank = maxRankFor(ranks.at(-1) ?? null);
  return [
    option("vllm", {
      refusal: vllmRefusal(config, rank),
      needs: base === null ? "the id or the path of its base in place of BASE" : null,
      lines: [vllmLine(shownBase, rank, "", config.revision), `${program} --model ${quote(model)}`],
    }),
    ...onBaseFile(names, `./${shownBase.split("/").at(-1)}.gguf`, ggufRefusal(config)),
  ];
}

/** What makes an adapter of no use to engines that take GGUF adapters; null where nothing does. */
function ggufRefusal(config: AdapterConfig): string | null {
  try {
    refuseUnconvertible(config);
    return null;
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
}

function vllmRefusal(config: AdapterConfig, rank: number | null): string | null {
  return refuseByVllm(config) ?? (rank === null ? `it takes ranks up to ${highestRank} only` : null);
}

/** Which engines can serve a whole model in a folder, or by its id on the Hub. */
export function serveModel({ model, name, program }: ServingNames, commit: string | null): ServingOption[] {
  const needs = "the model as a GGUF file (convert_hf_to_gguf.py of llama.cpp)";
  return [
    option("vllm", {
      lines:
        commit === null
          ? [vllmModelLine(model, ""), `${program} --model ${quote(model)}`]
          : [
              `${lineOf("vllm", baseWords(model, commit))} --served-model-name ${name}`,
              `${program} --model vllm:${name}`,
            ],
    }),
    option("embedded", { needs, lines: [`${program} --model ./${name}.gguf`] }),
    option("llama-server", {
      needs,
      lines: [`llama-server -m ${name}.gguf --port 8080`, `${program} --model openai:${name}@${llamaServer}`],
    }),
    commit === null
      ? option("ollama", {
          lines: ["ollama serve", `${program} --model ${quote(model)} --set reviewer.engine=ollama`],
        })
      : option("ollama", {
          needs: "the model in a folder, or as a GGUF file",
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
  return [...onBaseFile(names, "./BASE.gguf", null), option("vllm", { refusal: "it takes PEFT adapters only" })];
}

/** @param guess what the file of the base may be called */
function onBaseFile(names: ServingNames, guess: string, refusal: string | null): ServingOption[] {
  const { model, program, baseFile } = names;
  const needs = baseFile === undefined ? needsBaseFile : null;
  const on = (engine: string) =>
    `${program} --model ${quote(model)} --set reviewer.engine=${engine} --set reviewer.base=${quote(baseFile ?? guess)}`;
  return [
    option("embedded", { refusal, needs, lines: [on("llama")] }),
    option("llama-server", { refusal, needs, lines: [on("llama-server")] }),
    option("ollama", { refusal, needs, lines: ["ollama serve", on("ollama")] }),
  ];
}

function ollamaLines({ name, program }: ServingNames): string[] {
  return [`ollama create ${name} -f Modelfile`, `${program} --model ollama:${name}`];
}

function option(engine: ServingOption["engine"], said: Partial<ServingOption>): ServingOption {
  const { refusal = null, needs = null, lines = [] } = said;
  return refusal === null ? { engine, refusal, needs, lines } : { engine, refusal, needs: null, lines: [] };
}
