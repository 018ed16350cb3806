import { blindCase, type Case } from "./case.ts";
import { type Part, partsOf } from "./fan-out.ts";
import { type Prompt, renderPrompt } from "./prompt.ts";
import type { GenerationParameters, GenerationRequest } from "./provider.ts";

/** One generation to be made. Keys are deterministic: the same suite, dataset and reviewer give the same keys. */
export interface Job {
  key: string;
  reviewer: string;
  caseId: string;
  part: number;
  repeat: number;
  request: GenerationRequest;
}

export interface PlanSettings {
  /** The reviewer's id. */
  reviewer: string;
  seesTruth: boolean;
  prompt: Prompt;
  unit: "case" | "file" | "hunk";
  repeats: number;
  parameters: GenerationParameters;
}

/** The jobs of one case: one for each repeat and part. A repeat has a seed of its own, the same in every run. */
export function planCase(source: Case, settings: PlanSettings): Job[] {
  const parts = partsOf(source, settings.unit);
  return Array.from({ length: settings.repeats }, (_, repeat) =>
    parts.map((part) => planPart(source, part, repeat, settings)),
  ).flat();
}

function planPart(source: Case, part: Part, repeat: number, settings: PlanSettings): Job {
  const { files: _, ...blind } = blindCase(source);
  const shown = { ...blind, diff: part.diff, ...(part.files === undefined ? {} : { files: part.files }) };
  return {
    key: JSON.stringify([settings.reviewer, source.id, part.index, repeat]),
    reviewer: settings.reviewer,
    caseId: source.id,
    part: part.index,
    repeat,
    request: {
      caseId: source.id,
      case: shown,
      ...(settings.seesTruth ? { truth: source } : {}),
      part: part.index,
      repeat,
      prompt: renderPrompt(settings.prompt, shown),
      parameters: { ...settings.parameters, seed: settings.parameters.seed + repeat },
    },
  };
}
