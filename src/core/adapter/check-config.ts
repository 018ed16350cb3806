import { compareBases, readBaseName } from "./base-model.ts";
import {
  activatedAdvice,
  type AdapterConfig,
  isActivated,
  scaleOf,
  startAdvice,
  startThatChangedBase,
} from "./config.ts";
import { failure, listSome, nameSome, type PreflightFinding, warning } from "./finding.ts";
import { unusualSettings } from "./gguf-refusal.ts";
import type { AdapterLayout } from "./layout.ts";
import { compileTargets, endingsOf } from "./module-pattern.ts";

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
    ...checkKind(config),
    ...checkExtras(config, layout),
    ...checkScale(config, layout),
    ...checkTargets(config, layout),
  ];
}

/** What is to be heeded where a base is likely the right one. */
const doubts = {
  named: "nothing but the name says that they are the same: look whether they are",
  packed: "the same model packed otherwise: its answers may differ",
};

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
  const doubt = likeness === "named" || likeness === "packed" ? doubts[likeness] : null;
  if (doubt !== null)
    findings.push(warning("base-mismatch", `it was trained on ${name}, and ${served} is served`, doubt));
  return findings;
}

/** What engines would apply without a word, and wrongly: none of them knows more than the matrices. */
function checkKind(config: AdapterConfig): PreflightFinding[] {
  const findings: PreflightFinding[] = [];
  const start = startThatChangedBase(config);
  if (start !== null) {
    const message = `init_lora_weights ${start} changed the base's weights before training: it does not fit the original base`;
    findings.push(failure("base-changed", message, startAdvice));
  }
  if (isActivated(config))
    findings.push(
      failure(
        "activated",
        "it is an activated LoRA (alora_invocation_tokens), which engines would apply to the whole text",
        activatedAdvice,
      ),
    );
  return findings;
}

const merge = "merge it into its base, and serve the merged model";

function checkExtras(config: AdapterConfig, { magnitudes, others }: AdapterLayout): PreflightFinding[] {
  const findings: PreflightFinding[] = [];
  if (config.use_dora || magnitudes.length > 0)
    findings.push(warning("dora", "it uses DoRA, which vLLM refuses and llama.cpp does not know", merge));
  if (config.modules_to_save.length > 0) {
    const named = listSome(config.modules_to_save);
    findings.push(
      warning("modules-to-save", `it carries whole modules (modules_to_save: ${named}), which vLLM refuses`, merge),
    );
  }
  if (config.bias !== "none")
    findings.push(warning("bias", `it trained biases (bias: ${config.bias}), which engines leave out`, merge));
  findings.push(...checkUnusual(config));
  // Tensors of their own are just what these settings bring.
  if (findings.some(({ code }) => code !== "dora")) return findings;
  return [...findings, ...checkOthers(others.map(({ name }) => name))];
}

/** What has findings of its own, and stacked experts, which vLLM knows. */
const toldApart: readonly string[] = ["use_dora", "modules_to_save", "alora_invocation_tokens", "target_parameters"];

function checkUnusual(config: AdapterConfig): PreflightFinding[] {
  return unusualSettings(config)
    .filter(({ key }) => !toldApart.includes(key))
    .map(({ key, meaning }) =>
      key === "layer_replication"
        ? failure("unusual", `it has ${meaning} (${key}): engines would apply it to other layers`, merge)
        : warning("unusual", `it has ${meaning} (${key}), which engines refuse or leave out`, merge),
    );
}

/** @param names of tensors that belong to no LoRA */
function checkOthers(names: readonly string[]): PreflightFinding[] {
  const findings: PreflightFinding[] = [];
  const isEmbedding = (name: string) => /(?:^|\.)(?:embed_tokens|lm_head)\.(?:base_layer\.)?weight$/.test(name);
  const [embeddings, rest] = [names.filter(isEmbedding), names.filter((name) => !isEmbedding(name))];
  if (embeddings.length > 0) {
    const message = `it carries embeddings of its base, of which engines use their own: ${listSome(embeddings)}`;
    const fix = `save it with save_embedding_layers=False; where tokens were added to its base, ${merge}`;
    findings.push(warning("embeddings", message, fix));
  }
  if (rest.length > 0) {
    const message = `${rest.length} of its tensors belong to no LoRA, such as ${rest[0]}`;
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
  const named = new Set(modules.flatMap(endingsOf));
  const absent = typeof targets === "string" ? [] : targets.filter((target) => !named.has(target));
  if (absent.length > 0 && unnamed.length < modules.length) {
    const message = `target_modules names ${listSome(absent)}, of which it has no tensor`;
    findings.push(warning("targets", message, "right where its base has no such module; else the file is not whole"));
  }
  return findings;
}
