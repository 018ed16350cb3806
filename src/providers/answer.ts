import type { ProviderAnswer, ProviderSettings } from "../core/provider.ts";
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

/** The answer to a prompt that does not fit the model's context. */
export function overflowAnswer(effective: Record<string, unknown>): ProviderAnswer {
  return { ...plainAnswer(""), outcome: "overflow", effective };
}

/**
 * Findings as the text of a generation that keeps its contract. In prose each is a paragraph, "src/a.py:3-5: [high] …",
 * and none at all is "LGTM"; category, confidence and suggestion are left out, and line breaks become blanks. Reading it
 * gives file, lines, side, severity and message back, unless the message itself begins as such a paragraph does. Deleted
 * lines are named as such in the brackets of the severity; without a severity these words become part of the message.
 */
export function findingsText(findings: readonly Finding[], contract: ProviderSettings["contract"]): string {
  if (contract === "findings") return JSON.stringify({ findings });
  return findings.length === 0 ? "LGTM" : findings.map(paragraphOf).join("\n\n");
}

function paragraphOf({ file, lines, side, severity, message }: Finding): string {
  const range = lines === undefined ? null : lines[0] === lines[1] ? `${lines[0]}` : `${lines[0]}-${lines[1]}`;
  const inWords = range === null ? null : `${range.includes("-") ? "lines" : "line"} ${range}`;
  const place = file === undefined ? inWords : range === null ? file : `${file}:${range}`;
  const deleted = side === "old" && inWords !== null ? `(deleted ${inWords})` : null;
  const mark = severity === undefined ? deleted : `[${deleted === null ? severity : `${severity} ${deleted}`}]`;
  const said = [mark, message.replace(/\s+/g, " ").trim()].filter((one) => one !== null).join(" ");
  return place === null ? said : `${place}: ${said}`;
}
