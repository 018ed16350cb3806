import { type Provider, ProviderError } from "./core/provider.ts";
import type { AdapterProof } from "./core/served.ts";

const maxTokens = 48;

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
 * to answer with the base and say nothing. The base is asked twice, since some engines do not answer the same twice.
 * @throws ProviderError ADAPTER_NOT_APPLIED where all answers are those of the base, and where no answer came
 */
export async function proveApplied(adapter: Provider, base: Provider, signal: AbortSignal): Promise<AdapterProof> {
  const proof = { prompts: prompts.length, different: 0, unsteady: 0 };
  for (const prompt of prompts) {
    const own = await answerOf(adapter, prompt, signal);
    const first = await answerOf(base, prompt, signal);
    if (own !== first) proof.different += 1;
    if ((await answerOf(base, prompt, signal)) !== first) proof.unsteady += 1;
  }
  if (proof.different > 0) return proof;
  throw new ProviderError(
    `ADAPTER_NOT_APPLIED: ${adapter.ref} answers ${prompts.length} of ${prompts.length} prompts exactly as its base, so the adapter is not what would be measured (check that the engine loaded it, and that it was trained)`,
    { isRetryable: false },
  );
}

async function answerOf(provider: Provider, prompt: string, signal: AbortSignal): Promise<string> {
  const parameters = { maxTokens, temperature: 0, seed: 1 };
  const request = { caseId: "proof", case: { diff: "", language: "" }, part: 0, repeat: 0, prompt, parameters };
  const { text, outcome } = await provider.generate(request, signal);
  if (outcome === "completed" || outcome === "truncated") return text;
  throw new ProviderError(
    `${provider.ref} cannot be proved to be applied: it answered a short prompt with ${outcome}`,
    {
      isRetryable: false,
    },
  );
}
