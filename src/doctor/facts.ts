import { byteText, formatFixed, plural } from "../core/format.ts";
import type { AdapterReport, Fact } from "./model.ts";
import type { AdapterFolder } from "../load/adapter.ts";
import type { GgufFile } from "../load/gguf-artefact.ts";
import type { MergedModel } from "../load/merged-model.ts";

/** What people are told of an adapter. */
export function adapterFacts(folder: AdapterFolder, adapter: AdapterReport): Fact[] {
  const { config, bytes } = folder;
  const { tensors, parameters, dtypes, ranks, targets, layers, placement, alpha, scale, hash, loadName } = adapter;
  return [
    ["what", `a PEFT ${config.peft_type === "LORA" ? "LoRA" : config.peft_type} adapter, ${byteText(bytes)}`],
    baseFact(folder),
    ["size", `${plural(tensors, "tensor")}, ${countText(parameters)} parameters, ${dtypes.join(" ")}`],
    ["rank", `${ranks.join(" ") || "none"}, alpha ${alpha ?? "not named"}, scale ${Number(scale.toPrecision(3))}`],
    ["targets", `${targets.join(" ") || "none"}${layers === 0 ? "" : `, in ${plural(layers, "layer")}`}`],
    ["placement", `${placement.language} language / ${placement.other} other`],
    ["content", hash ?? ""],
    ["loaded as", loadName ?? ""],
  ];
}

/** The same of one whose weights could not be read. */
export function unreadFacts(folder: AdapterFolder): Fact[] {
  return [["what", `a PEFT adapter whose weights cannot be used, ${byteText(folder.bytes)}`], baseFact(folder)];
}

function baseFact({ config: { base_model_name_or_path: base, revision } }: AdapterFolder): Fact {
  return ["base", `${base ?? "not named"}${revision === null ? "" : ` @ ${revision}`}`];
}

/** What people are told of a whole model in a folder. */
export function modelFacts({
  architecture,
  quantisation,
  bytes,
  files,
  parameters,
  tensors,
  dtypes,
}: MergedModel): Fact[] {
  const packed = quantisation === null ? "" : `, packed by ${quantisation}`;
  return [
    ["what", `a whole model, ${architecture ?? "of an unnamed architecture"}${packed}`],
    ["size", `${byteText(bytes)} in ${plural(files.length, "file")}`],
    ["holds", `${plural(tensors, "tensor")}, ${countText(parameters)} parameters, ${dtypes.join(" ")}`],
  ];
}

/** What people are told of a GGUF file. @param what it is, in words */
export function ggufFacts(what: string, file: GgufFile): Fact[] {
  const { architecture, name, quantisation, bytes, tensors, parameters, contextLength, alpha } = file;
  return [
    ["what", `${what}, ${architecture ?? "of an unnamed architecture"}, ${byteText(bytes)}`],
    ...(name === null ? [] : [["name", name] as const]),
    [
      "holds",
      `${plural(tensors, "tensor")}, ${countText(parameters)} parameters, most of them ${quantisation ?? "of no type"}`,
    ],
    ...(contextLength === null ? [] : [["context", plural(contextLength, "token")] as const]),
    ...(alpha === null ? [] : [["alpha", String(alpha)] as const]),
  ];
}

/** A number of parameters as people write it: `40.4 M`. */
function countText(count: number): string {
  if (count < 1e6) return String(count);
  return count < 1e9 ? `${formatFixed(count / 1e6, 1)} M` : `${formatFixed(count / 1e9, 1)} B`;
}
