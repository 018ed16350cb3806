import type { Case } from "../../src/core/case.ts";
import { blindCase } from "../../src/core/case.ts";
import { parseModelRef } from "../../src/core/model.ts";
import type { GenerationRequest, Provider, ProviderSettings, ProviderWorld } from "../../src/core/provider.ts";
import { Review } from "../../src/core/review.ts";
import { loadProvider } from "../../src/providers/index.ts";

const world: ProviderWorld = { fetch: globalThis.fetch, now: () => performance.now(), env: process.env };

/** Never aborted. */
export const calm = new AbortController().signal;

export function openProvider(
  ref: string,
  settings: Partial<ProviderSettings> = {},
  changed: Partial<ProviderWorld> = {},
): Promise<Provider> {
  return loadProvider(
    parseModelRef(ref),
    { contract: "findings", timeoutMs: 10_000, ...settings },
    { ...world, ...changed },
  );
}

/** A diff that adds new files, and the files themselves. */
export function newFiles(files: Record<string, string>): Pick<Case, "diff" | "files"> {
  const diff = Object.entries(files).map(([path, text]) => {
    const lines = text.replace(/\n$/, "").split("\n");
    const header = `diff --git a/${path} b/${path}\nnew file mode 100644\n--- /dev/null\n+++ b/${path}\n`;
    return `${header}@@ -0,0 +1,${lines.length} @@\n${lines.map((line) => `+${line}\n`).join("")}`;
  });
  return { diff: diff.join(""), files };
}

export function makeCase(fields: Partial<Case>): Case {
  return { id: "case-1", language: "python", references: [], ...newFiles({ "a.py": "x = 1\n" }), ...fields };
}

/** Asks for the whole case, or for the part of it with another diff. */
export function requestFor(
  source: Case,
  part: { diff?: string; withTruth?: boolean; repeat?: number } = {},
): GenerationRequest {
  return {
    caseId: source.id,
    case: { ...blindCase(source), diff: part.diff ?? source.diff },
    ...(part.withTruth ? { truth: source } : {}),
    part: 0,
    repeat: part.repeat ?? 0,
    prompt: "Review this.",
    parameters: { maxTokens: 100, temperature: 0, seed: 1 },
  };
}

export function findingsOf(text: string): Review["findings"] {
  return Review.parse(JSON.parse(text)).findings;
}
