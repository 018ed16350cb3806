import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type AdapterConfig, parseAdapterConfig } from "../../../core/adapter/config.ts";
import { refuseByVllm } from "../../../core/adapter/vllm-refusal.ts";
import type { Declined, ServableModel } from "../../../core/engine.ts";

/** The configuration of a PEFT folder, which was looked through before. */
export function readAdapterConfig({ path }: Pick<ServableModel, "path">): AdapterConfig {
  const place = join(path, "adapter_config.json");
  return parseAdapterConfig(readFileSync(place, "utf8"), place);
}

/** Why vLLM has no use for a model of this kind, whatever its base; null where it has. */
export function declineForVllm(model: ServableModel): Declined | null {
  if (model.kind === "model") return null;
  if (model.kind === "gguf-adapter") return { because: "it takes adapters as PEFT folders (name the folder instead)" };
  const refused = refuseByVllm(readAdapterConfig(model));
  return refused === null ? null : { because: `${refused} (merge it into its base, and name the merged model)` };
}

/** The revision of the base that an adapter was trained on; null where it names none, or another base was told. */
export function baseRevision(model: ServableModel, toldBase: string | undefined): string | null {
  return model.kind === "adapter" && toldBase === undefined ? readAdapterConfig(model).revision : null;
}
