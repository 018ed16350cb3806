import { compareBases, readBaseName } from "./base-model.ts";
import { type AdapterConfig, scaleOf } from "./config.ts";
import { failure, nameSome, type PreflightFinding, warning } from "./finding.ts";
import type { AdapterLayout } from "./layout.ts";
import { compileTargets, isTarget } from "./module-pattern.ts";

/**
 * What an adapter's configuration says against its use, by itself and beside its tensors.
 * @param servedBase the id of the base that is served; undefined where none is known
 */
export function checkConfig(
  config: AdapterConfig,
  layout: AdapterLayout,
  servedBase: string | undefined,
): PreflightFinding[] {
  if (config.peft_type !== "LORA") {
    const message = `its peft_type is ${config.peft_type}, expected LORA`;
    return [failure("not-lora", message, "merge it into its base, and measure the merged model")];
  }
  return [
    ...checkBase(config, servedBase),
    ...checkExtras(config, layout),
    ...checkScale(config, layout),
    ...checkTargets(config, layout),
  ];
}

function checkBase({ base_model_name_or_path: name }: AdapterConfig, served: string | undefined): PreflightFinding[] {
  const base = readBaseName(name);
  const findings: PreflightFinding[] = [];
  const writeId = (id = "org/name") => `write "base_model_name_or_path": "${id}" in adapter_config.json`;
  if (base.kind === "missing")
    findings.push(warning("base-missing", "adapter_config.json does not name its base", writeId()));
  if (base.kind === "path")
    findings.push(
      warning(
        "base-path",
        `its base is a path of the machine it was trained on: ${base.path}`,
        writeId(base.id ?? undefined),
      ),
    );
  if (base.kind === "word")
    findings.push(warning("base-path", `its base "${base.word}" is no id of the Hub, which are org/name`, writeId()));
  if (served === undefined) return findings;
  const likeness = compareBases(name, served);
  if (likeness === "other")
    findings.push(
      failure(
        "base-mismatch",
        `it was trained on ${name}, but ${served} is served`,
        `serve ${name} in place of ${served}`,
      ),
    );
  if (likeness === "packed")
    findings.push(
      warning(
        "base-mismatch",
        `it was trained on ${name}, and ${served} is served`,
        "the same model packed otherwise: its answers may differ",
      ),
    );
  return findings;
}

function checkExtras(config: AdapterConfig, { magnitudes, others }: AdapterLayout): PreflightFinding[] {
  const findings: PreflightFinding[] = [];
  const merge = "merge it into its base, and serve the merged model";
  if (config.use_dora || magnitudes.length > 0)
    findings.push(warning("dora", "it uses DoRA, which vLLM refuses and llama.cpp does not know", merge));
  if (config.modules_to_save.length > 0) {
    const named = config.modules_to_save.join(", ");
    findings.push(
      warning("modules-to-save", `it carries whole modules (modules_to_save: ${named}), which vLLM refuses`, merge),
    );
  } else if (config.bias !== "none")
    findings.push(warning("bias", `it trained biases (bias: ${config.bias}), which engines leave out`, merge));
  else if (others.length > 0) {
    const message = `${others.length} of its tensors belong to no LoRA, such as ${others[0]?.name}`;
    findings.push(warning("other-tensors", message, "engines refuse them or leave them out: save the adapter alone"));
  }
  return findings;
}

function checkScale(config: AdapterConfig, { modules }: AdapterLayout): PreflightFinding[] {
  const findings: PreflightFinding[] = [];
  if (config.use_rslora) {
    const scale = scaleOf(config, modules[0]?.module ?? "").toPrecision(3);
    const message = `it uses rank-stabilised LoRA: its scale is alpha / sqrt(r) = ${Number(scale)}`;
    findings.push(
      warning("rslora", message, "vLLM knows that; a GGUF made by llama.cpp's converter scales it by alpha / r"),
    );
  }
  const patterns = (["rank_pattern", "alpha_pattern"] as const).filter((key) => Object.keys(config[key]).length > 0);
  if (patterns.length > 0) {
    const message = `it has ${patterns.join(" and ")}: not all modules have the same scale`;
    const fix =
      "vLLM scales all by lora_alpha / r, llama.cpp by lora_alpha / the rank: compare, or merge it into its base";
    findings.push(warning("rank-pattern", message, fix));
  }
  return findings;
}

function checkTargets(
  { target_modules: targets, target_parameters: parameters }: AdapterConfig,
  layout: AdapterLayout,
): PreflightFinding[] {
  const modules = layout.modules.map(({ module }) => module);
  if (targets === null || modules.length === 0) return [];
  const means = compileTargets(targets);
  if (means === null) {
    const message = "target_modules is a pattern that cannot be judged here";
    return [warning("targets", message, "compare it with the targets that its tensors have")];
  }
  const findings: PreflightFinding[] = [];
  const unnamed = parameters.length > 0 ? [] : modules.filter((module) => !means(module));
  if (unnamed.length > 0) {
    const isAll = unnamed.length === modules.length;
    const message = `target_modules does not name ${isAll ? "any module that it has" : "all modules that it has"}: ${nameSome(unnamed)}`;
    const fix = "engines may leave those out: copy config and weights from one save";
    findings.push((isAll ? failure : warning)("targets", message, fix));
  }
  const absent =
    typeof targets === "string" ? [] : targets.filter((target) => !modules.some((module) => isTarget(module, target)));
  if (absent.length > 0 && unnamed.length < modules.length) {
    const message = `target_modules names ${absent.join(", ")}, of which it has no tensor`;
    findings.push(warning("targets", message, "right where its base has no such module; else the file is not whole"));
  }
  return findings;
}
