import { IncompleteError } from "../core/errors.ts";
import { type Provider, ProviderError } from "../core/provider.ts";

/**
 * Asks everyone, one after the other, whether they are there at all.
 * @throws IncompleteError for the first who is not
 */
export async function probeAll(providers: readonly Provider[], signal: AbortSignal): Promise<void> {
  for (const provider of providers) {
    try {
      await provider.probe?.(signal);
    } catch (error) {
      if (error instanceof ProviderError) throw new IncompleteError(`${provider.ref}: ${error.message}`);
      throw error;
    }
  }
}
