import { costOf, noSpending } from "./core/cost.ts";
import { planCase } from "./core/plan.ts";
import type { PreparedReviewer, PreparedRun } from "./prepare.ts";

/** Fewer than a token of code or English has, so that a cost that is expected is rather too high. */
const charsPerToken = 3;

/**
 * How often a reviewer will be asked, and what that costs about at most: prompts by their length, answers by the most
 * tokens that they may have. Tries after a failure, and a latency phase, are left out.
 * @param cases how many of the run's cases it is asked about; of a part of them a share is taken
 */
export function expectAsking(
  { suite, dataset, prompt }: Pick<PreparedRun, "suite" | "dataset" | "prompt">,
  { provider, price = null }: Pick<PreparedReviewer, "provider" | "price">,
  cases: number,
): { requests: number; costUsd?: number } {
  const { unit, repeats, maxTokens, temperature } = suite.reviewer;
  const settings = {
    reviewer: provider.ref,
    seesTruth: false,
    prompt: prompt.prompt,
    unit: provider.isWholeCase === true ? ("case" as const) : unit,
    repeats: 1,
    parameters: { maxTokens, temperature, seed: 0 },
  };
  let jobs = 0;
  let chars = 0;
  for (const entry of dataset.entries) {
    const asked = planCase(dataset.read(entry), settings).jobs;
    jobs += asked.length;
    chars += asked.reduce((sum, { request }) => sum + request.prompt.length, 0);
  }
  const share = dataset.entries.length === 0 ? 0 : (cases * repeats) / dataset.entries.length;
  const requests = Math.round(jobs * share);
  const { usd } = costOf(
    { ...noSpending(), answers: requests, tokensIn: (chars * share) / charsPerToken, tokensOut: requests * maxTokens },
    price,
  );
  return usd === null ? { requests } : { requests, costUsd: usd };
}
