import { basename } from "node:path";
import type { PreflightFinding } from "../core/adapter/finding.ts";
import type { AdapterSummary } from "../core/adapter/layout.ts";
import { IncompleteError, UsageError } from "../core/errors.ts";
import { byteText } from "../core/format.ts";
import { parseModelRef } from "../core/model.ts";
import { ProviderError, type ProviderWorld } from "../core/provider.ts";
import { inspectPath } from "./artefact.ts";
import type { BaseQuestion } from "./base.ts";
import { type ServingOption, serveModel } from "./serving.ts";
import { atHome } from "../io/home.ts";
import type { HubArtefact, HubWorld } from "../load/hub.ts";
import type { Artefact } from "../load/model-artefact.ts";

/** What an adapter is, in numbers. */
export interface AdapterReport extends AdapterSummary {
  base: string | null;
  /** The revision of the base that it was trained on. */
  revision: string | null;
  alpha: number | null;
  /** By what its product is scaled in its first module. */
  scale: number;
  bytes: number;
  /** SHA-256 of what decides how it answers. */
  hash: string | null;
  loadName: string | null;
}

/** One checkpoint of a training run. */
export interface CheckpointReport {
  name: string;
  step: number;
  loss: number | null;
  evalLoss: number | null;
  isBest: boolean;
  hash: string | null;
  findings: readonly PreflightFinding[];
}

/** One line about a model, for people. */
export type Fact = readonly [label: string, text: string];

/** What the doctor says of one model. */
export interface ModelReport {
  ref: string;
  kind: Artefact["kind"] | "hub-model" | "served" | null;
  /** Where it lies; null for a served model. */
  path: string | null;
  facts: readonly Fact[];
  hub: Pick<HubArtefact, "repo" | "revision" | "commit" | "bytes"> | null;
  adapter: AdapterReport | null;
  checkpoints: readonly CheckpointReport[];
  hash: string | null;
  findings: readonly PreflightFinding[];
  serving: readonly ServingOption[];
  /** Why it could not be looked at; null where it could. */
  failure: { message: string; exitCode: 2 | 3 } | null;
}

/** What looking at a model needs of the outside. */
export interface ModelWorld extends HubWorld, ProviderWorld {}

/** What is asked of the doctor beside the model. */
export interface ModelQuestion {
  ref: string;
  /** The base that adapters are held against; null where none is named. */
  base: BaseQuestion | null;
  /** How this program is called. */
  program: string;
}

const nothing: Omit<ModelReport, "ref"> = {
  kind: null,
  path: null,
  facts: [],
  hub: null,
  adapter: null,
  checkpoints: [],
  hash: null,
  findings: [],
  serving: [],
  failure: null,
};

/** Looks at a model. What the user has to mend, and a server that cannot be reached, are part of the report. */
export async function inspectModel(question: ModelQuestion, world: ModelWorld): Promise<ModelReport> {
  const { ref } = question;
  try {
    const parsed = parseModelRef(ref);
    if (parsed.kind === "hf") return { ...nothing, ref, ...(await inspectHub(parsed.target, question, world)) };
    if (parsed.kind === "adapter" || parsed.kind === "gguf" || parsed.kind === "llama") {
      return { ...nothing, ref, ...(await inspectPath(atHome(parsed.target, world.env["HOME"]), question)) };
    }
    const { probeModel } = await import("./probe.ts");
    return { ...nothing, ref, kind: "served", facts: await probeModel(parsed, world) };
  } catch (error) {
    if (error instanceof UsageError) return { ...nothing, ref, failure: { message: error.message, exitCode: 2 } };
    if (error instanceof IncompleteError || error instanceof ProviderError)
      return { ...nothing, ref, failure: { message: error.message, exitCode: 3 } };
    throw error;
  }
}

async function inspectHub(target: string, question: ModelQuestion, world: ModelWorld): Promise<Partial<ModelReport>> {
  const { resolveHub } = await import("../load/hub.ts");
  const found = await resolveHub(target, world);
  const { repo, revision, commit, bytes } = found;
  const hub = { repo, revision, commit, bytes };
  const pinned = ["on the Hub", `${repo} at ${commit}${revision === null ? "" : ` (${revision})`}`] as const;
  if (found.path !== null) {
    const report = await inspectPath(found.path, question);
    return { ...report, hub, facts: [pinned, ...(report.facts ?? [])] };
  }
  const what = `a whole model, ${byteText(bytes)}, which an engine fetches by itself`;
  const names = { model: repo, name: basename(repo), program: question.program };
  return { kind: "hub-model", hub, facts: [pinned, ["what", what]], serving: serveModel(names, commit) };
}
