import { type Provider, ProviderError } from "./core/provider.ts";
import type { AdapterProof } from "./core/served.ts";

const maxTokens = 48;
const furtherRounds = 5;

/** Short changes of several kinds and languages: enough for any training to show, little to compute. */
const prompts: readonly string[] = [
  "Review this change:\n-    return items[0]\n+    return items[0] if items else None",
  "Review this change:\n-for (let i = 0; i < rows.length; i++)\n+for (let i = 0; i <= rows.length; i++)",
  'Review this change:\n+    cursor.execute("SELECT * FROM users WHERE name = \'" + name + "\'")',
  "Review this change:\n-	defer file.Close()\n 	return io.ReadAll(file)",
  "What is wrong with this line? if (user = null) return;",
  "Say in one sentence what this function does: def f(xs): return sorted(set(xs))",
];

/**
 * Asks an adapter and its base the same, with temperature 0, to see that the adapter is really applied: engines are known
 * to answer with the base and say nothing. The base is asked twice, and where the adapter differs rarely five times more:
 * where it does not answer the same each time, answers that differ prove little, and only an adapter that differs
 * everywhere from a base that hardly does is taken to be applied. A base that is served in the adapter's place, with
 * answers that change by noise alone, passes at most 6 of 100 proofs, whatever the share of answers that change:
 * (1 - q) q^6 for few that differ, q being the chance that a round of prompts does not change, and less for many.
 * @param timeoutMs limit of one answer
 * @throws ProviderError ADAPTER_NOT_APPLIED where all answers are those of the base, ADAPTER_NOT_PROVED where they tell
 * nothing, and where no answer came
 */
export async function proveApplied(
  adapter: Provider,
  base: Provider,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<AdapterProof> {
  // All of one before the other: an engine may have to load anew for each change.
  const own = await answersOf(adapter, timeoutMs, signal);
  const first = await answersOf(base, timeoutMs, signal);
  const again = await answersOf(base, timeoutMs, signal);
  const differing = (answers: readonly string[]) => answers.filter((text, index) => text !== first[index]).length;
  const proof = { prompts: prompts.length, different: differing(own), unsteady: differing(again) };
  for (let round = 0; round < furtherRounds && proof.unsteady === 0 && isRare(proof.different); round++)
    proof.unsteady = differing(await answersOf(base, timeoutMs, signal));
  const { different, unsteady } = proof;
  if ([...own, ...first].every((text) => text.trim() === ""))
    throw refusal(
      `ADAPTER_NOT_PROVED: ${adapter.ref} and its base say nothing within ${maxTokens} tokens but perhaps thoughts, so nobody can see that the adapter is applied (switch thinking off on the server)`,
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

function isRare(different: number): boolean {
  return different > 0 && different < prompts.length / 2;
}

function refusal(message: string): ProviderError {
  return new ProviderError(message, { isRetryable: false });
}

async function answersOf(provider: Provider, timeoutMs: number, signal: AbortSignal): Promise<string[]> {
  const answers: string[] = [];
  for (const prompt of prompts) answers.push(await answerOf(provider, prompt, timeoutMs, signal));
  return answers;
}

async function answerOf(provider: Provider, prompt: string, timeoutMs: number, signal: AbortSignal): Promise<string> {
  const parameters = { maxTokens, temperature: 0, seed: 1 };
  const request = { caseId: "proof", case: { diff: "", language: "" }, part: 0, repeat: 0, prompt, parameters };
  const limit = AbortSignal.timeout(timeoutMs);
  const answer = await provider.generate(request, AbortSignal.any([signal, limit])).catch((error: unknown) => {
    signal.throwIfAborted();
    if (limit.aborted) throw refusal(`${provider.ref} did not answer a short prompt within ${timeoutMs / 1000} s`);
    throw error;
  });
  if (answer.outcome === "completed" || answer.outcome === "truncated") return answer.text;
  throw refusal(`${provider.ref} cannot be proved to be applied: it answered a short prompt with ${answer.outcome}`);
}
