import { setTimeout as delay } from "node:timers/promises";
import { type Provider, type ProviderAnswer, ProviderError } from "../core/provider.ts";
import type { AdapterProof } from "../core/served.ts";

/** What the proof is given beside the two that are asked. */
export interface ProofSettings {
  /** Limit of one answer. */
  timeoutMs: number;
  signal: AbortSignal;
  /** Prompts of the suite's own, of which the first two are asked too: a faint adapter may show only there. */
  ownPrompts?: readonly string[];
  /** Before a question that failed on its way is asked once more, where the server says no other time. */
  pauseMs?: number;
}

const maxTokens = 48;
const furtherRounds = 5;
const mostOwnPrompts = 2;
const usualPauseMs = 2000;
const longestPauseMs = 30_000;

/** Short changes of several kinds and languages: enough for any training to show, little to compute. */
const fixedPrompts: readonly string[] = [
  "Review this change:\n-    return items[0]\n+    return items[0] if items else None",
  "Review this change:\n-for (let i = 0; i < rows.length; i++)\n+for (let i = 0; i <= rows.length; i++)",
  'Review this change:\n+    cursor.execute("SELECT * FROM users WHERE name = \'" + name + "\'")',
  "Review this change:\n-	defer file.Close()\n 	return io.ReadAll(file)",
  "What is wrong with this line? if (user = null) return;",
  "Say in one sentence what this function does: def f(xs): return sorted(set(xs))",
];

/**
 * Asks an adapter and its base the same, with temperature 0, to see that the adapter is really applied: engines are known
 * to answer with the base and say nothing. An answer is its text with what the model thought before it. The base is asked
 * twice, and where the adapter differs rarely five times more: where it does not answer the same each time, answers that
 * differ prove little, and only an adapter that differs everywhere from a base that hardly does is taken to be applied. A
 * base that is served in the adapter's place, with answers that change by noise alone, passes at most 6 of 100 proofs,
 * whatever the share of answers that change: (1 - q) q^6 for few that differ, q being the chance that a round of all
 * prompts does not change (so their number is no matter), and less for many, computed for 6, 7 and 8 prompts.
 * @throws ProviderError ADAPTER_NOT_APPLIED where all answers are those of the base, ADAPTER_NOT_PROVED where they tell
 * nothing, and where no answer came
 */
export async function proveApplied(adapter: Provider, base: Provider, settings: ProofSettings): Promise<AdapterProof> {
  // All of one before the other: an engine may have to load anew for each change.
  const { prompts, answers: own } = await firstAnswers(adapter, settings);
  const first = await answersOf(base, prompts, settings);
  const again = await answersOf(base, prompts, settings);
  const differing = (answers: readonly string[]) => answers.filter((said, index) => said !== first[index]).length;
  const proof = { prompts: prompts.length, different: differing(own), unsteady: differing(again) };
  const further = proof.different > 0 && proof.different < prompts.length / 2 ? furtherRounds : 0;
  for (let round = 0; round < further && proof.unsteady === 0; round++)
    proof.unsteady = differing(await answersOf(base, prompts, settings));
  const { different, unsteady } = proof;
  if ([...own, ...first].every((said) => said === ""))
    throw refusal(
      `ADAPTER_NOT_PROVED: ${adapter.ref} and its base say nothing within ${maxTokens} tokens but perhaps thoughts that the server keeps, so nobody can see that the adapter is applied (switch thinking off on the server)`,
    );
  if (unsteady === 0 && different > 0) return proof;
  if (different === prompts.length && unsteady <= 1) return proof;
  if (unsteady > 0)
    throw refusal(
      `ADAPTER_NOT_PROVED: ${adapter.ref} answers ${different} of ${prompts.length} prompts otherwise than its base, but the base itself answers ${unsteady} otherwise when asked again (make the server answer the same twice at temperature 0)`,
    );
  throw refusal(
    `ADAPTER_NOT_APPLIED: ${adapter.ref} answers ${prompts.length} of ${prompts.length} prompts exactly as its base, so the adapter is not what would be measured (check that the engine loaded it, and that it was trained)`,
  );
}

function refusal(message: string): ProviderError {
  return new ProviderError(message, { isRetryable: false });
}

/** Prompts of the suite's own that get no answer, such as one that is too long, are left out. */
async function firstAnswers(
  adapter: Provider,
  settings: ProofSettings,
): Promise<{ prompts: string[]; answers: string[] }> {
  const further = (settings.ownPrompts ?? []).slice(0, mostOwnPrompts);
  const prompts: string[] = [...fixedPrompts];
  const answers = await answersOf(adapter, prompts, settings);
  for (const prompt of further) {
    const answer = await ask(adapter, prompt, settings);
    if (!isAnswer(answer)) continue;
    prompts.push(prompt);
    answers.push(saidIn(answer));
  }
  return { prompts, answers };
}

async function answersOf(provider: Provider, prompts: readonly string[], settings: ProofSettings): Promise<string[]> {
  const answers: string[] = [];
  for (const prompt of prompts) {
    const answer = await ask(provider, prompt, settings);
    if (!isAnswer(answer))
      throw refusal(
        `${provider.ref} cannot be proved to be applied: it answered a short prompt with ${answer.outcome}`,
      );
    answers.push(saidIn(answer));
  }
  return answers;
}

function isAnswer({ outcome }: ProviderAnswer): boolean {
  return outcome === "completed" || outcome === "truncated";
}

/** Empty where nothing was said or thought. */
function saidIn({ text, reasoning = "" }: ProviderAnswer): string {
  return text.trim() === "" && reasoning.trim() === "" ? "" : JSON.stringify([reasoning, text]);
}

/** A failure that may pass is waited out once. */
async function ask(provider: Provider, prompt: string, settings: ProofSettings): Promise<ProviderAnswer> {
  try {
    return await askOnce(provider, prompt, settings);
  } catch (error) {
    if (!(error instanceof ProviderError) || !error.isRetryable) throw error;
    const pauseMs = error.retryAfterMs ?? settings.pauseMs ?? usualPauseMs;
    await delay(Math.min(pauseMs, longestPauseMs), undefined, { signal: settings.signal }).catch(() => undefined);
    settings.signal.throwIfAborted();
    return await askOnce(provider, prompt, settings);
  }
}

async function askOnce(
  provider: Provider,
  prompt: string,
  { timeoutMs, signal }: ProofSettings,
): Promise<ProviderAnswer> {
  const parameters = { maxTokens, temperature: 0, seed: 1 };
  const request = { caseId: "proof", case: { diff: "", language: "" }, part: 0, repeat: 0, prompt, parameters };
  const limit = AbortSignal.timeout(timeoutMs);
  return await provider.generate(request, AbortSignal.any([signal, limit])).catch((error: unknown) => {
    signal.throwIfAborted();
    if (limit.aborted) throw refusal(`${provider.ref} did not answer a short prompt within ${timeoutMs / 1000} s`);
    throw error;
  });
}
