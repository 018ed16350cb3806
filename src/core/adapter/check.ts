import { checkConfig } from "./check-config.ts";
import { type AdapterConfig, alphaOf, rankOf } from "./config.ts";
import { failure, nameSome, type PreflightFinding, warning } from "./finding.ts";
import { type AdaptedModule, type AdapterLayout, type AdapterTensor, layOut, summariseAdapter } from "./layout.ts";
import { compileTargets, type ModuleTest } from "./module-pattern.ts";

/** What is known of an adapter beside its own files. */
export interface AdapterFacts {
  /** The weights file, as messages name it. */
  file: string;
  /** The id of the base that is served; undefined where none is known. */
  servedBase?: string | undefined;
}

/**
 * The pre-flight of an adapter: all that its files alone say against its use. Errors first.
 * @param tensors empty where the weights file has none
 */
export function checkAdapter(
  config: AdapterConfig,
  tensors: readonly AdapterTensor[],
  facts: AdapterFacts,
): PreflightFinding[] {
  const layout = layOut(tensors);
  const findings = [...checkConfig(config, layout, facts.servedBase), ...checkWeights(config, tensors, layout, facts)];
  return findings.sort((a, b) => Number(a.level === "warning") - Number(b.level === "warning"));
}

function checkWeights(
  config: AdapterConfig,
  tensors: readonly AdapterTensor[],
  layout: AdapterLayout,
  { file }: AdapterFacts,
): PreflightFinding[] {
  if (config.peft_type !== "LORA") return [];
  const { modules } = layout;
  return [
    ...checkMatrices(tensors, layout, file),
    ...checkPlacement(tensors),
    ...checkRanks(config, modules),
    ...checkAlpha(config, modules),
  ];
}

/**
 * What the matrices of an adapter say against its use, whatever format they were stored in.
 * @param file as messages name it
 */
export function checkMatrices(
  tensors: readonly AdapterTensor[],
  layout: AdapterLayout,
  file: string,
): PreflightFinding[] {
  if (tensors.length === 0) return [failure("empty", `${file} holds no tensor`, "save the adapter again")];
  if (layout.modules.length === 0) {
    const message = `${file} holds no LoRA matrices (its first tensor is ${tensors[0]?.name})`;
    return [failure("no-lora", message, "save it with PEFT, whose tensors are named MODULE.lora_A.weight")];
  }
  return [...checkValues(tensors, file), ...checkPairs(layout.modules), ...checkEffect(layout)];
}

function checkValues(tensors: readonly AdapterTensor[], file: string): PreflightFinding[] {
  const broken = tensors.filter(({ nonFinite }) => (nonFinite ?? 0) > 0);
  if (broken.length === 0) return [];
  const values = broken.reduce((sum, { nonFinite }) => sum + (nonFinite ?? 0), 0);
  const message = `${values} values of ${file} are NaN or infinite, in ${nameSome(broken.map(({ name }) => name))}`;
  return [failure("non-finite", message, "its training diverged: use an earlier checkpoint, or a lower learning rate")];
}

function checkPlacement(tensors: readonly AdapterTensor[]): PreflightFinding[] {
  const { language, other } = summariseAdapter(tensors).placement;
  if (other === 0) return [];
  const count = `${language} language / ${other} other`;
  if (language > 0)
    return [
      warning(
        "placement",
        `${other} of its tensors are in the vision or audio tower (${count})`,
        "engines may leave those out: for code review, train the language model alone",
      ),
    ];
  const message = `all its tensors are in the vision or audio tower, none in the language model (${count})`;
  return [failure("placement", message, "train it with target_modules that name the language model's layers")];
}

function checkPairs(modules: readonly AdaptedModule[]): PreflightFinding[] {
  const orphans = modules.flatMap(({ a, b }) => (a === null || b === null ? [(a ?? b)?.name ?? ""] : []));
  if (orphans.length === 0) return [];
  const message = `${nameSome(orphans)} ${orphans.length === 1 ? "has" : "have"} no partner: a module needs lora_A and lora_B`;
  return [failure("orphan", message, "the file is not whole: save or copy it again")];
}

function checkRanks(config: AdapterConfig, modules: readonly AdaptedModule[]): PreflightFinding[] {
  const isStacked = stackedBy(config);
  const wrong = modules.flatMap(({ module, a, b }) => {
    const own = [a?.shape[0], b?.shape[1]].filter((rank) => rank !== undefined);
    const wanted = rankOf(config, module);
    const fits = own.every((rank) => (isStacked(module) ? rank % wanted === 0 : rank === wanted));
    return fits && new Set(own).size <= 1 ? [] : [`${module} (${own.join(" and ")} in place of ${wanted})`];
  });
  if (wrong.length === 0) return [];
  const message = `ranks differ from those of adapter_config.json: ${nameSome(wrong)}`;
  return [failure("rank", message, "config and weights are of different adapters: copy both from one save")];
}

/** PEFT stacks the experts of a parameter with three dimensions, such as `mlp.experts.gate_up_proj`, along the rank. */
function stackedBy({ target_parameters: parameters }: AdapterConfig): ModuleTest {
  const isOwner = compileTargets(parameters.map((parameter) => parameter.replace(/\.[^.]*$/, "")));
  return (module) => isOwner?.(module.replace(/(?:\.base_layer)+$/, "")) === true;
}

function checkAlpha(config: AdapterConfig, modules: readonly AdaptedModule[]): PreflightFinding[] {
  const silenced = modules.filter(({ module }) => alphaOf(config, module) === 0);
  if (silenced.length === 0) return [];
  const message = `lora_alpha is 0 for ${countOf(silenced.length, modules.length)}, which switches it off`;
  const fix = "write the alpha that it was trained with in adapter_config.json";
  return [(silenced.length === modules.length ? failure : warning)("alpha-zero", message, fix)];
}

/** An adapter without effect is its base: whoever measures it measures that. */
function checkEffect({ modules, magnitudes, others }: AdapterLayout): PreflightFinding[] {
  const idle = modules.filter(({ a, b }) => a?.isZero === true || b?.isZero === true);
  if (idle.length === 0) return [];
  if (idle.length < modules.length) {
    const names = nameSome(idle.map(({ module }) => module));
    const message = `${countOf(idle.length, modules.length)} change nothing, as lora_B or lora_A is zero: ${names}`;
    return [warning("partly-untrained", message, "look whether its training reached these modules")];
  }
  const matrix = modules.every(({ b }) => b?.isZero === true) ? "lora_B" : "lora_B or lora_A";
  const fix = "use a checkpoint of a later step, or look whether its training reached the adapter";
  const rest = magnitudes.length + others.length;
  if (rest > 0)
    return [warning("untrained", `every ${matrix} is zero: only its ${rest} other tensors may change its base`, fix)];
  return [failure("untrained", `every ${matrix} is zero: it is untrained, and answers as its base does`, fix)];
}

function countOf(count: number, all: number): string {
  if (count === all) return "every module";
  return `${count} of ${all} modules`;
}
