import { IncompleteError } from "../core/errors.ts";
import type { ModelRef } from "../core/model.ts";
import type { Fact } from "./model.ts";
import type { Provider, ProviderWorld } from "../core/provider.ts";
import { loadProvider } from "../providers/index.ts";

const probeTimeoutMs = 10_000;

/**
 * Asks a reviewer that is served somewhere whether it is there; it is sent no code.
 * @throws UsageError for what the reference or a key lacks; ProviderError or IncompleteError where it cannot be reached
 */
export async function probeModel(ref: ModelRef, world: ProviderWorld & { signal: AbortSignal }): Promise<Fact[]> {
  const provider = await loadProvider(ref, { contract: "findings", timeoutMs: probeTimeoutMs }, world);
  try {
    if (provider.probe !== undefined) await probe(ref, provider, world.signal);
    const place = provider.hosts.length === 0 ? "runs on this machine" : `sends code to ${provider.hosts.join(", ")}`;
    return [
      ["what", `${provider.name} ${provider.model}`.trim()],
      ["reached", provider.probe === undefined ? `needs no asking; ${place}` : `yes; ${place}`],
    ];
  } finally {
    await provider.close?.();
  }
}

async function probe(ref: ModelRef, provider: Provider, signal: AbortSignal): Promise<void> {
  const patience = AbortSignal.timeout(probeTimeoutMs);
  try {
    await provider.probe?.(AbortSignal.any([signal, patience]));
  } catch (error) {
    signal.throwIfAborted();
    if (!patience.aborted) throw error;
    throw new IncompleteError(
      `model "${ref.ref}": no answer within ${probeTimeoutMs / 1000} s (is the server running?)`,
    );
  }
}
