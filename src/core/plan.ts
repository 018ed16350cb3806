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
  /** The JSON schema that answers shall keep; absent where none is asked for. */
  schema?: Record<string, unknown>;
}

/** What is asked of one case. */
export interface CasePlan {
  parts: Part[];
  jobs: Job[];
}

/** Plans one case: a job for each repeat and part. A repeat has a seed of its own, the same in every run. */
export function planCase(source: Case, settings: PlanSettings): CasePlan {
  const parts = partsOf(source, settings.unit);
  const jobs: Job[] = [];
  for (let repeat = 0; repeat < settings.repeats; repeat += 1) {
    for (const part of parts) jobs.push(planPart(source, part, repeat, settings));
  }
  return { parts, jobs };
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
      ...(settings.schema === undefined ? {} : { schema: settings.schema }),
    },
  };
}
