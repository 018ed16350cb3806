import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { z } from "zod";
import { Outcome, Usage } from "../core/generation.ts";
import type { GenerationRequest, Provider } from "../core/provider.ts";
import { toolName } from "../version.ts";
import { parseJson } from "../core/json.ts";

/** What is kept of a generation: no timing, so that a served answer can never pass for a fast one. */
const Kept = z.strictObject({
  outcome: Outcome.extract(["completed", "truncated", "refused", "overflow"]),
  text: z.string(),
  finishReason: z.string().nullable(),
  usage: Usage,
  effective: z.record(z.string(), z.unknown()),
});
export type Kept = z.infer<typeof Kept>;

const Entry = z.strictObject({ v: z.literal(1), key: z.string(), kept: Kept });

export interface Cache {
  /** The answer kept for this very question; null when there is none or its entry is damaged. */
  find(provider: Provider, request: GenerationRequest): Promise<Kept | null>;
  /** Keeps an answer; an outage is not kept. A disk that cannot be written is warned of once and stops nothing. */
  keep(
    provider: Provider,
    request: GenerationRequest,
    answer: Omit<Kept, "outcome"> & { outcome: Outcome },
  ): Promise<void>;
}

/**
 * A cache of answers, one file each under `folder`. Providers without an own time (floors, ceilings, replays) are never
 * cached: they are as fast as the cache, and what they answer depends on more than the question.
 * @param warn is told one line when nothing can be kept
 */
export function createCache(folder: string, warn: (line: string) => void = () => {}): Cache {
  let hasWarned = false;
  const fileOf = (key: string) => join(folder, key.slice(0, 2), `${key}.json`);
  return {
    async find(provider, request) {
      if (!isCacheable(provider)) return null;
      const key = cacheKey(provider, request);
      const text = await readFile(fileOf(key), "utf8").catch(() => null);
      if (text === null) return null;
      const entry = Entry.safeParse(parseJson(text));
      return entry.success && entry.data.key === key ? entry.data.kept : null;
    },
    async keep(provider, request, answer) {
      const { outcome, text, finishReason, usage, effective } = answer;
      const kept = Kept.safeParse({ outcome, text, finishReason, usage, effective });
      if (!kept.success || !isCacheable(provider)) return;
      const key = cacheKey(provider, request);
      const entry: z.infer<typeof Entry> = { v: 1, key, kept: kept.data };
      try {
        await mkdir(join(folder, key.slice(0, 2)), { recursive: true });
        await writeFileAtomic(fileOf(key), `${JSON.stringify(entry)}\n`, { fsync: false });
      } catch (error) {
        if (!hasWarned) warn(`${folder}: answers cannot be kept (${String(error)}); the run goes on without the cache`);
        hasWarned = true;
      }
    },
  };
}

/**
 * SHA-256 over everything that can change the answer: who is asked, the prompt, the part of the case, the parameters,
 * the schema that it is held to, and the repeat (so that repeats are different generations). Each field is in a fixed place of one JSON array, so two
 * different questions never read the same.
 * @param tool name and version of this program, which runs what answers on this machine; a host answers without it
 */
export function cacheKey(provider: Provider, request: GenerationRequest, tool = toolName): string {
  const { diff, language, title, context, files, repo, changeAuthor } = request.case;
  const { maxTokens, temperature, seed } = request.parameters;
  const question = [
    3,
    [provider.identity, provider.hosts.length === 0 ? tool : null],
    request.prompt,
    [diff, language, title, context, files, repo, changeAuthor],
    [request.part, request.repeat],
    [maxTokens, temperature, seed],
    ...(request.schema === undefined ? [] : [request.schema]),
  ];
  return createHash("sha256").update(JSON.stringify(question)).digest("hex");
}

function isCacheable(provider: Provider): boolean {
  return provider.isTimed && !provider.seesTruth;
}
