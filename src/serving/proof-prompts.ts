import { planCase } from "../core/plan.ts";
import type { Prompt } from "../core/prompt.ts";
import type { Suite } from "../core/suite.ts";
import type { Dataset } from "../load/dataset.ts";

const looksAt = 20;
const mostCharacters = 8000;
const wanted = 2;

/**
 * Prompts of a suite by which an adapter can be proved to be applied: the shortest of its first cases, as reviewers get
 * them. None is longer than 8000 characters, for each is asked several times.
 */
export function promptsForProof(
  dataset: Pick<Dataset, "entries" | "read">,
  prompt: Prompt,
  { reviewer }: Suite,
): string[] {
  const { unit, maxTokens, temperature } = reviewer;
  const parameters = { maxTokens, temperature, seed: 1 };
  const plan = { reviewer: "", seesTruth: false, prompt, unit, repeats: 1, parameters };
  return dataset.entries
    .slice(0, looksAt)
    .flatMap((entry) => planCase(dataset.read(entry), plan).jobs.map(({ request }) => request.prompt))
    .filter((text) => text.length <= mostCharacters)
    .toSorted((a, b) => a.length - b.length)
    .slice(0, wanted);
}
