import { basename, isAbsolute } from "node:path";
import { scaleOf } from "../core/adapter/config.ts";
import { nameSome, type PreflightFinding, warning } from "../core/adapter/finding.ts";
import { plural } from "../core/format.ts";
import { checkOnBase } from "./base.ts";
import type { AdapterReport, CheckpointReport, Fact, ModelQuestion, ModelReport } from "./model.ts";
import { adapterFacts, ggufFacts, modelFacts, unreadFacts } from "./facts.ts";
import { serveAdapter, serveGguf, serveGgufAdapter, serveModel } from "./serving.ts";
import { type AdapterFolder, adapterLoadName, inspectAdapter } from "../load/adapter.ts";
import { hashGguf, inspectGgufAdapter } from "../load/gguf-artefact.ts";
import { type Artefact, resolveArtefact } from "../load/model-artefact.ts";
import { displayPath } from "../load/suite.ts";

/** Looks at what lies at a path. @throws UsageError for what is neither adapter nor model, or is damaged */
export async function inspectPath(path: string, question: ModelQuestion): Promise<Partial<ModelReport>> {
  const artefact = await resolveArtefact(path);
  const { program } = question;
  switch (artefact.kind) {
    case "adapter": {
      const beside = artefact.checkpoints.length;
      const more: Fact[] =
        beside === 0 ? [] : [["beside it", `${plural(beside, "checkpoint")}, which can be named as well`]];
      const report = await reportAdapter(artefact, question);
      return { kind: "adapter", path, ...report, facts: [...report.facts, ...more] };
    }
    case "checkpoints":
      return { kind: "checkpoints", path, ...(await reportCheckpoints(artefact, question)) };
    case "model": {
      const names = { model: typedPath(path), name: plainName(path), program };
      return { kind: "model", path, facts: modelFacts(artefact), serving: serveModel(names, null) };
    }
    case "gguf-model": {
      const { file } = artefact;
      const names = { model: typedPath(file), name: plainName(file), program };
      return { kind: "gguf-model", path: file, facts: ggufFacts("a GGUF model", artefact), serving: serveGguf(names) };
    }
    case "gguf-adapter": {
      const { file } = artefact;
      const onBase = await checkOnBase({ ref: file, kind: "gguf-adapter", path: file }, question.base);
      const findings = [...onBase, ...(await inspectGgufAdapter(artefact))];
      const hash = await hashGguf(artefact);
      const names = { model: typedPath(file), name: adapterLoadName(hash), program, ...fileOf(question) };
      const facts: Fact[] = [...ggufFacts("an adapter in a GGUF file", artefact), ["content", hash]];
      const serving = hasError(findings) ? [] : serveGgufAdapter(names);
      return { kind: "gguf-adapter", path: file, facts, hash, findings, serving };
    }
  }
}

type AdapterPart = Pick<ModelReport, "facts" | "adapter" | "hash" | "findings" | "serving">;

async function reportAdapter(folder: AdapterFolder, question: ModelQuestion): Promise<AdapterPart> {
  const { config, bytes } = folder;
  const { base: asked } = question;
  const inspected = await inspectAdapter(folder, asked?.kind === "id" ? asked.id : undefined);
  const { summary, hash } = inspected;
  const loadName = hash === null ? null : adapterLoadName(hash);
  if (summary === null || loadName === null)
    return { facts: unreadFacts(folder), adapter: null, hash, findings: inspected.findings, serving: [] };
  const path = folder.folder;
  const findings = [...(await checkOnBase({ ref: path, kind: "adapter", path }, asked)), ...inspected.findings];
  const adapter: AdapterReport = {
    ...summary,
    base: config.base_model_name_or_path,
    revision: config.revision,
    alpha: config.lora_alpha ?? null,
    scale: scaleOf(config, ""),
    bytes,
    hash,
    loadName,
  };
  const facts = adapterFacts(folder, adapter);
  const names = { model: typedPath(path), name: loadName, program: question.program, ...fileOf(question) };
  const serving = hasError(findings) ? [] : serveAdapter(config, summary.ranks, names);
  return { facts, adapter, hash, findings, serving };
}

type Checkpoints = Extract<Artefact, { kind: "checkpoints" }>;

/** The best checkpoint stands for all where the trainer named one, else the last. */
async function reportCheckpoints(
  { checkpoints, skipped }: Checkpoints,
  question: ModelQuestion,
): Promise<Omit<AdapterPart, "hash"> & Pick<ModelReport, "checkpoints">> {
  const reports: (AdapterPart & CheckpointReport)[] = [];
  for (const checkpoint of checkpoints) {
    const { name, step, progress, isBest } = checkpoint;
    const losses = { loss: progress?.loss ?? null, evalLoss: progress?.evalLoss ?? null };
    reports.push({ ...(await reportAdapter(checkpoint, question)), name, step, isBest, ...losses });
  }
  const chosen = reports.find(({ isBest }) => isBest) ?? reports.at(-1);
  const left = skipped.map(({ name, reason }) =>
    warning(
      "partial-checkpoint",
      `${name} is left out: ${reason.replace(/ \(.*\)$/, "")}`,
      "remove it, or copy it again",
    ),
  );
  const facts: Fact[] = [
    ["what", `a training run with ${plural(reports.length, "checkpoint")}`],
    ["of them", `${chosen?.name ?? ""}, ${chosen?.isBest === true ? "the best by its trainer" : "the last"}:`],
    ...(chosen?.facts ?? []),
  ];
  return {
    facts,
    adapter: chosen?.adapter ?? null,
    checkpoints: reports.map(({ name, step, loss, evalLoss, isBest, hash, findings }) => ({
      name,
      step,
      loss,
      evalLoss,
      isBest,
      hash,
      findings,
    })),
    findings: [...joinFindings(reports), ...left],
    serving: chosen?.serving ?? [],
  };
}

/** What is said of several checkpoints is said once; an error of one stops the others only where none is left. */
function joinFindings(checkpoints: readonly Pick<CheckpointReport, "name" | "findings">[]): PreflightFinding[] {
  const isOneUsable = checkpoints.some(({ findings }) => !hasError(findings));
  const named = new Map<string, { finding: PreflightFinding; names: string[] }>();
  for (const { name, findings } of checkpoints)
    for (const finding of findings) {
      const key = `${finding.code} ${finding.message.replaceAll(name, "")}`;
      const found = named.get(key) ?? { finding, names: [] };
      named.set(key, { ...found, names: [...found.names, name] });
    }
  return [...named.values()].map(({ finding, names }) => ({
    ...finding,
    level: isOneUsable ? "warning" : finding.level,
    message: `${names.length === checkpoints.length ? "all checkpoints" : nameSome(names)}: ${finding.message}`,
  }));
}

function fileOf({ base }: ModelQuestion): { baseFile?: string } {
  return base?.kind === "file" ? { baseFile: base.file } : {};
}

/** Whether a finding stops the use of the model. */
export function hasError(findings: readonly PreflightFinding[]): boolean {
  return findings.some(({ level }) => level === "error");
}

/** A path as a model reference: it has to begin with a dot or a slash. */
function typedPath(path: string): string {
  const shown = displayPath(path);
  return isAbsolute(shown) || shown.startsWith(".") ? shown : `./${shown}`;
}

function plainName(path: string): string {
  return basename(path)
    .replace(/\.gguf$/, "")
    .replaceAll(/[^\w.-]/g, "-");
}
