import { UsageError } from "../errors.ts";
import { type AdapterConfig, startAdvice, startThatChangedBase } from "./config.ts";
import { compileModulePattern, isPlainKey } from "./module-pattern.ts";

/** Settings that change what the matrices mean, each in words. A GGUF adapter has no place for them. */
const unconvertible: Readonly<Record<string, string>> = {
  use_dora: "DoRA, whose magnitudes it cannot hold",
  use_qalora: "QALoRA, whose matrices are pooled",
  use_bdlora: "block-diagonal LoRA",
  alora_invocation_tokens: "activated LoRA, which applies to a part of the text only",
  arrow_config: "a mixture of adapters",
  monteclora_config: "Monte Carlo LoRA",
  layer_replication: "replicated layers, which no base file holds",
  lora_bias: "trained biases",
  target_parameters: "parameters that belong to no linear layer",
  trainable_token_indices: "trained tokens",
  modules_to_save: "modules that were trained whole",
};

/** Those of these settings that an adapter has, each with what it means. */
export function unusualSettings(config: AdapterConfig): { key: string; meaning: string }[] {
  return Object.entries(unconvertible).flatMap(([key, meaning]) => (isSet(config[key]) ? [{ key, meaning }] : []));
}

/** What to do about an adapter that has no GGUF form. */
export const mergeAdvice = "merge it into its base and convert the merged model, or serve it with vLLM";
/** The same where vLLM has no place for it either. */
export const mergeOnly = "merge it into its base, and convert the merged model";

/**
 * Refuses an adapter that a GGUF adapter cannot stand for, so that none is applied by half.
 * @throws UsageError that begins with the setting's name
 */
export function refuseUnconvertible(config: AdapterConfig): void {
  if (config.peft_type !== "LORA")
    throw new UsageError(`peft_type: expected LORA, got ${config.peft_type} (${mergeOnly})`);
  const [unusual] = unusualSettings(config);
  if (unusual !== undefined) {
    // Of these vLLM knows stacked experts alone.
    const advice = unusual.key === "target_parameters" ? mergeAdvice : mergeOnly;
    throw new UsageError(
      `${unusual.key} ${brief(config[unusual.key])}: a GGUF adapter has no place for ${unusual.meaning} (${advice})`,
    );
  }
  if (config.bias !== "none")
    throw new UsageError(`bias "${config.bias}": a GGUF adapter has no place for biases (${mergeOnly})`);
  const start = startThatChangedBase(config);
  if (start !== null)
    throw new UsageError(
      `init_lora_weights ${start}: it changed the base's weights before training, so the adapter does not fit the ` +
        `original base (${startAdvice})`,
    );
  for (const key of [...Object.keys(config.rank_pattern), ...Object.keys(config.alpha_pattern)]) {
    if (!isTellable(key))
      throw new UsageError(`rank_pattern or alpha_pattern "${key}": cannot be told here (write the modules' names)`);
  }
}

/** What `compilePatternKey` takes for a plain name where it cannot tell the pattern would get a wrong strength. */
function isTellable(key: string): boolean {
  if (isPlainKey(key)) return true;
  return compileModulePattern(key.startsWith("^") ? key.slice(1) : `(?:.*\\.)?(?:${key})`) !== null;
}

function isSet(value: unknown): boolean {
  if (value === undefined || value === null || value === false) return false;
  return !(Array.isArray(value) && value.length === 0);
}

function brief(value: unknown): string {
  return JSON.stringify(value).slice(0, 60);
}
