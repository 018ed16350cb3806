import type { ProviderAnswer } from "../core/provider.ts";
import type { Finding } from "../core/review.ts";

/** The answer of a provider that runs no model: completed, without tokens, clock readings or parameters. */
export function plainAnswer(text: string): ProviderAnswer {
  return {
    text,
    outcome: "completed",
    finishReason: null,
    usage: { promptTokens: null, completionTokens: null, cachedTokens: null },
    firstChunkMs: null,
    lastChunkMs: null,
    effective: {},
  };
}

/** Findings as the text of a generation that keeps the findings contract. */
export function findingsText(findings: readonly Finding[]): string {
  return JSON.stringify({ findings });
}
