import { z } from "zod";
import { UsageError } from "../errors.ts";
import { explainIssues } from "../explain.ts";
import { compilePatternKey, endingsOf, isPlainKey, type ModuleTest } from "./module-pattern.ts";
import { parseModelJson } from "./python-json.ts";

/** Of the systems that have paths. */
const longestPath = 4096;
/** Each is tried on each module. */
const mostExpressions = 100;

const patterns = z
  .record(z.string(), z.number())
  .refine((value) => Object.keys(value).filter((key) => !isPlainKey(key)).length <= mostExpressions, {
    error: `expected at most ${mostExpressions} keys that are regular expressions`,
  })
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
    .max(longestPath)
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
  const json = parseModelJson(text, place);
  const result = AdapterConfig.safeParse(json);
  if (result.success) return result.data;
  throw new UsageError(
    `${place}: ${explainIssues(result.error.issues, AdapterConfig, json)} (mend it, or save the adapter again)`,
  );
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

/** The keys of a pattern in their order: a plain one is looked up, for there may be one for each module. */
interface Rules {
  plain: ReadonlyMap<string, number>;
  expressions: readonly { means: ModuleTest; order: number }[];
  values: readonly number[];
}

const compiled = new WeakMap<Patterns, Rules>();

function rulesOf(pattern: Patterns): Rules {
  const keys = Object.keys(pattern).map((key, order) => ({ key, order }));
  return {
    plain: new Map(keys.filter(({ key }) => isPlainKey(key)).map(({ key, order }) => [key, order])),
    expressions: keys
      .filter(({ key }) => !isPlainKey(key))
      .map(({ key, order }) => ({ means: compilePatternKey(key), order })),
    values: Object.values(pattern),
  };
}

/** The value of the first key that means a module; undefined where none does. */
function valueFor(pattern: Patterns, module: string): number | undefined {
  const rules = compiled.get(pattern) ?? rulesOf(pattern);
  compiled.set(pattern, rules);
  const named = endingsOf(module).flatMap((ending) => rules.plain.get(ending) ?? []);
  const matched = rules.expressions.find(({ means }) => means(module));
  return rules.values[Math.min(...named, matched?.order ?? Infinity)];
}

/**
 * By what B times A is multiplied before it is added to the base: alpha / r, or alpha / √r for rank-stabilised LoRA
 * (Kalajdzievski 2023, arXiv 2312.03732).
 */
export function scaleOf(config: AdapterConfig, module: string): number {
  const rank = rankOf(config, module);
  return alphaOf(config, module) / (config.use_rslora ? Math.sqrt(rank) : rank);
}

/** First values of the matrices that leave the base as it is. */
const harmlessStarts: ReadonlySet<unknown> = new Set([true, false, null, undefined, "gaussian", "eva", "orthogonal"]);

/**
 * How the matrices began, where that changed the base's own weights before training (PiSSA, OLoRA, CorDA, LoftQ and
 * their like): such an adapter belongs on the base as it was changed, and on no other. Null where the base stayed as it
 * was; saving with `path_initial_model_for_weight_conversion` makes such an adapter of one that had changed it.
 */
export function startThatChangedBase(config: AdapterConfig): string | null {
  const start = config["init_lora_weights"];
  return harmlessStarts.has(start) ? null : JSON.stringify(start).slice(0, 60);
}

/** What to do about an adapter whose start changed its base. */
export const startAdvice =
  "save it with path_initial_model_for_weight_conversion of PEFT's save_pretrained, which PiSSA, OLoRA and CorDA have; " +
  "else merge it in PEFT, and measure the merged model";

/** Whether it is an activated LoRA, which is to be applied only after its invocation tokens. */
export function isActivated(config: AdapterConfig): boolean {
  const tokens = config["alora_invocation_tokens"];
  return Array.isArray(tokens) && tokens.length > 0;
}

/** What to do about an activated LoRA. */
export const activatedAdvice =
  "llama-server alone knows those, as GGUF files: serve it there yourself, and name it as openai:NAME@URL";
