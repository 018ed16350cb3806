import { statSync } from "node:fs";
import { join } from "node:path";
import { checkAdapter } from "../core/adapter/check.ts";
import { type AdapterConfig, parseAdapterConfig } from "../core/adapter/config.ts";
import { failure, type PreflightFinding } from "../core/adapter/finding.ts";
import { unusualSettings } from "../core/adapter/gguf-refusal.ts";
import { type AdapterSummary, type AdapterTensor, summariseAdapter } from "../core/adapter/layout.ts";
import { UsageError } from "../core/errors.ts";
import { hashFile } from "../io/file-hash.ts";
import { isFile } from "../io/readable.ts";
import { hashOf } from "./hash.ts";
import { readModelText } from "./model-json.ts";
import { readSafetensorsHeader, scanTensors, WeightsError } from "./safetensors.ts";
import { displayPath } from "./suite.ts";

/** The file that says what an adapter is. */
export const adapterConfigFile = "adapter_config.json";
/** The file that holds an adapter's tensors. */
const adapterWeightsFile = "adapter_model.safetensors";

/** A PEFT folder: its configuration was read, its weights are there, and have not been looked at. */
export interface AdapterFolder {
  folder: string;
  config: AdapterConfig;
  /** The weights file. */
  weights: string;
  bytes: number;
}

/** What the pre-flight found out about an adapter. */
export interface InspectedAdapter {
  /** Null where the weights could not be read; `findings` then says why. */
  summary: AdapterSummary | null;
  /** SHA-256 of what decides how it answers, in hexadecimal; null where the weights could not be read. */
  hash: string | null;
  findings: PreflightFinding[];
}

/**
 * Reads the configuration of a PEFT folder and finds its weights.
 * @throws UsageError where the configuration cannot be read, or there are no weights that can be used
 */
export function openAdapter(folder: string): AdapterFolder {
  const path = join(folder, adapterConfigFile);
  const config = parseAdapterConfig(readModelText(path), displayPath(path));
  const weights = join(folder, adapterWeightsFile);
  if (isFile(weights)) return { folder, config, weights, bytes: statSync(weights).size };
  const shown = displayPath(folder);
  if (isFile(join(folder, `${adapterWeightsFile}.index.json`)))
    throw new UsageError(
      `${shown}: its weights are in several files, expected one ${adapterWeightsFile} (save it with a larger max_shard_size)`,
    );
  if (isFile(join(folder, "adapter_model.bin")))
    throw new UsageError(
      `${shown}: has adapter_model.bin only, a pickle, which could run code (save it with safe_serialization=True)`,
    );
  throw new UsageError(
    `${shown}: has ${adapterConfigFile} but no ${adapterWeightsFile} (copy it there; a checkpoint without it was cut short)`,
  );
}

/**
 * Looks through an adapter's weights with flat memory, whatever their size, and judges them.
 * @param servedBase the id of the base that is served, where one is known
 */
export async function inspectAdapter(adapter: AdapterFolder, servedBase?: string): Promise<InspectedAdapter> {
  const { config, weights } = adapter;
  const file = displayPath(weights);
  try {
    const { tensors } = await readSafetensorsHeader(weights);
    const scans = await scanTensors(weights, tensors);
    const scanned = tensors.map(({ name, dtype, shape }): AdapterTensor => ({
      name,
      dtype,
      shape,
      ...(scans.get(name) ?? unknownValues),
    }));
    return {
      summary: summariseAdapter(scanned),
      hash: await hashAdapter(adapter),
      findings: checkAdapter(config, scanned, { file, servedBase }),
    };
  } catch (error) {
    if (!(error instanceof WeightsError)) throw error;
    const findings = [failure(error.code, `${file} ${error.what}`, error.fix)];
    return { summary: null, hash: null, findings };
  }
}

const unknownValues = { isZero: null, nonFinite: null };

/** The fields that decide how an adapter answers on a given base, beside unusual ones; its base is not one of them. */
const decisiveFields = [
  "peft_type",
  "r",
  "lora_alpha",
  "rank_pattern",
  "alpha_pattern",
  "target_modules",
  "target_parameters",
  "modules_to_save",
  "bias",
  "use_dora",
  "use_rslora",
  "fan_in_fan_out",
] as const;

/**
 * SHA-256, in hexadecimal, of what decides how an adapter answers: the bytes of its weights and the fields of its
 * configuration that engines heed, whatever their order. The same adapter has it on every machine.
 */
async function hashAdapter({ config, weights }: AdapterFolder): Promise<string> {
  const unusual = unusualSettings(config).map(({ key }) => key);
  const fields = [...new Set([...decisiveFields, ...unusual])].map((name) => {
    const value = config[name] ?? null;
    return [name, Array.isArray(value) ? value.toSorted() : value];
  });
  return hashOf([Object.fromEntries(fields), await hashFile(weights)]);
}

/** The name under which an engine is to load an adapter, so that none is taken for another. */
export function adapterLoadName(hash: string): string {
  return `nitbench-${hash.slice(0, 12)}`;
}
