import { z } from "zod";
import { UsageError } from "../errors.ts";
import { explainIssues } from "../explain.ts";
import { compilePatternKey, type ModuleTest } from "./module-pattern.ts";
import { parsePythonJson } from "./python-json.ts";

const patterns = z
  .record(z.string(), z.number())
  .nullish()
  .transform((value) => value ?? {});
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);
const words = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? []);

/** `adapter_config.json` of PEFT, as far as it says what the adapter does to its base; all else is let through. */
export const AdapterConfig = z.looseObject({
  peft_type: z
    .string()
    .nullish()
    .transform((value) => value ?? "LORA"),
  task_type: z.string().nullish(),
  base_model_name_or_path: z
    .string()
    .nullish()
    .transform((value) => (value ?? "") || null),
  revision: z
    .string()
    .nullish()
    .transform((value) => value ?? null),
  r: z.int().min(1).optional(),
  lora_alpha: z.number().optional(),
  rank_pattern: patterns,
  alpha_pattern: patterns,
  target_modules: z
    .union([z.string(), z.array(z.string())])
    .nullish()
    .transform((value) => value ?? null),
  target_parameters: words,
  modules_to_save: words,
  bias: z
    .string()
    .nullish()
    .transform((value) => value ?? "none"),
  use_dora: flag,
  use_rslora: flag,
  fan_in_fan_out: flag,
});
export type AdapterConfig = z.infer<typeof AdapterConfig>;

/**
 * Reads the text of an `adapter_config.json`.
 * @param place the file, with which a message begins
 * @throws UsageError for what is no JSON, or has a field of another type
 */
export function parseAdapterConfig(text: string, place: string): AdapterConfig {
  const json = parseJson(text, place);
  const result = AdapterConfig.safeParse(json);
  if (result.success) return result.data;
  throw new UsageError(
    `${place}: ${explainIssues(result.error.issues, AdapterConfig, json)} (mend it, or save the adapter again)`,
  );
}

function parseJson(text: string, place: string): unknown {
  try {
    return parsePythonJson(text);
  } catch {
    const what = text.startsWith("version https://git-lfs")
      ? 'is a Git LFS pointer, not the file it stands for (run "git lfs pull" in its repository)'
      : "is not JSON (copy or save it again)";
    throw new UsageError(`${place}: ${what}`);
  }
}

/** PEFT's own defaults, for a config that does not say. */
const defaults = { rank: 8, alpha: 8 };

/** The rank that the config gives a module. */
export function rankOf(config: AdapterConfig, module: string): number {
  return valueFor(config.rank_pattern, module) ?? config.r ?? defaults.rank;
}

/** The alpha that the config gives a module. */
export function alphaOf(config: AdapterConfig, module: string): number {
  return valueFor(config.alpha_pattern, module) ?? config.lora_alpha ?? defaults.alpha;
}

type Patterns = Readonly<Record<string, number>>;

const compiled = new WeakMap<Patterns, { means: ModuleTest; value: number }[]>();

/** The value of the first key that means a module; undefined where none does. */
function valueFor(pattern: Patterns, module: string): number | undefined {
  let rules = compiled.get(pattern);
  if (rules === undefined) {
    rules = Object.entries(pattern).map(([key, value]) => ({ means: compilePatternKey(key), value }));
    compiled.set(pattern, rules);
  }
  return rules.find(({ means }) => means(module))?.value;
}

/**
 * By what B times A is multiplied before it is added to the base: alpha / r, or alpha / √r for rank-stabilised LoRA
 * (Kalajdzievski 2023, arXiv 2312.03732).
 */
export function scaleOf(config: AdapterConfig, module: string): number {
  const rank = rankOf(config, module);
  return alphaOf(config, module) / (config.use_rslora ? Math.sqrt(rank) : rank);
}
