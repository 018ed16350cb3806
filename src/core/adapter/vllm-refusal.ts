import type { AdapterConfig } from "./config.ts";
import { unusualSettings } from "./gguf-refusal.ts";

/** What vLLM has against an adapter, beside its rank, such as "it refuses DoRA"; null where it has nothing. */
export function refuseByVllm(config: AdapterConfig): string | null {
  if (config.use_dora) return "it refuses DoRA";
  if (config.modules_to_save.length > 0) return "it refuses modules_to_save";
  if (config.bias !== "none") return "it leaves trained biases out";
  // Of the rest it knows stacked experts alone, and leaves out or applies wrongly what it does not know.
  const refused = unusualSettings(config).find(({ key }) => key !== "target_parameters");
  return refused === undefined ? null : `it does not know ${refused.meaning} (${refused.key})`;
}
