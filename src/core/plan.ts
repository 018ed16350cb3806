import { type BlindCase, blindCase, type Case } from "./case.ts";
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

/** What an answer is taken to have, whatever the reviewer: nobody knows before it is asked. */
const answerChars = 2000;

/**
 * What asking about a case takes, in characters read and written: its prompts, a usual answer to each, all repeats. It is
 * the same on every machine and for every reviewer, so that parts of a dataset can be weighed against each other.
 */
export function expectedChars(source: Case, settings: Pick<PlanSettings, "prompt" | "unit" | "repeats">): number {
  const chars = partsOf(source, settings.unit).map(
    (part) => renderPrompt(settings.prompt, shownOf(source, part)).length + answerChars,
  );
  return settings.repeats * chars.reduce((sum, one) => sum + one, 0);
}

/** A part of a case as a reviewer may see it. */
function shownOf(source: Case, part: Part): BlindCase {
  const { files: _, ...blind } = blindCase(source);
  return { ...blind, diff: part.diff, ...(part.files === undefined ? {} : { files: part.files }) };
}

function planPart(source: Case, part: Part, repeat: number, settings: PlanSettings): Job {
  const shown = shownOf(source, part);
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
