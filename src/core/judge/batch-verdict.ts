import { z } from "zod";
import { dropReasoning } from "../parse/reasoning.ts";
import type { PairBatch } from "./batch.ts";
import {
  answerSchemas,
  type Asked,
  evidenceLimit,
  expectedAnswers,
  expectedNonce,
  onlyObject,
  type ParsedVerdict,
  reasoningLimit,
  reasonOf,
  repeatedKey,
} from "./verdict.ts";

type Pair = PairBatch["pairs"][number];

/** What an entry must have for anybody to know which pair it is about. */
const numbered = z.looseObject({ finding: z.int(), bug: z.int() });

/**
 * The JSON schema for structured output about several pairs, keys in order: of each pair its numbers, evidence and
 * reasoning before any verdict. As that of a single question it is the same for all and names neither nonce nor lengths.
 */
export function batchJsonSchema({ axes }: Asked): Record<string, unknown> {
  const entry = z.strictObject({
    finding: z.int(),
    bug: z.int(),
    evidence: z.string(),
    reasoning: z.string(),
    ...answerSchemas(axes),
  });
  const { $schema: _, ...schema } = z.toJSONSchema(z.strictObject({ pairs: z.array(entry), nonce: z.string() }), {
    // The bounds of a whole number are JavaScript's, and grammars refuse such wide ranges.
    override({ jsonSchema }) {
      if (jsonSchema.type !== "integer") return;
      delete jsonSchema.minimum;
      delete jsonSchema.maximum;
    },
  });
  return schema;
}

/**
 * Reads what a judge wrote about several pairs: for each of these, in their order, its verdict, or why there is none. What
 * is wrong with one entry is the failure of its pair alone. Where nobody can tell which pair is meant (another shape or
 * nonce, a pair that was not asked about, a key too many) all fail; nothing is ever filled in.
 */
export function parseBatch(text: string, asked: Asked, pairs: readonly Pair[], nonce: string): ParsedVerdict[] {
  const entries = readEntries(dropReasoning(text), asked, pairs, nonce);
  if (typeof entries === "string") return pairs.map(() => ({ ok: false, reason: entries }));
  return pairs.map((pair) => {
    const own = entries.filter((entry) => isAbout(entry, pair));
    const [only] = own;
    if (only === undefined) return { ok: false, reason: "pairs: expected one entry for the pair, got none" };
    if (own.length > 1) return { ok: false, reason: `pairs: expected one entry for the pair, got ${own.length}` };
    return readEntry(only, asked);
  });
}

/** The entries as they were written, or why none of them can be taken. */
function readEntries(answer: string, asked: Asked, pairs: readonly Pair[], nonce: string): Pair[] | string {
  const found = onlyObject(answer);
  if (typeof found === "string") return found;
  const schema = z.strictObject({ pairs: z.array(numbered), nonce: z.literal(nonce) });
  const result = schema.safeParse(found);
  if (!result.success) return frameReason(result.error.issues, schema, found);
  const { pairs: entries } = found as { pairs: Pair[] };
  const keys = ["pairs", "nonce", "finding", "bug", "evidence", "reasoning", ...asked.axes.map(({ name }) => name)];
  const repeated = repeatedKey(answer, keys, [found, ...entries]);
  if (repeated !== undefined) return `expected every key once, got "${repeated}" again`;
  const strange = entries.find((entry) => !pairs.some((pair) => isAbout(entry, pair)));
  if (strange === undefined) return entries;
  return `pairs: expected those that were asked about, got finding ${strange.finding} and bug ${strange.bug}`;
}

/** What is wrong with the object around the entries, or with the numbers of one, told by its place in the list. */
function frameReason(issues: readonly z.core.$ZodIssue[], schema: z.ZodType, found: object): string {
  const isWithin = ({ path }: z.core.$ZodIssue) => path.length > 1;
  const around = issues.filter((issue) => !isWithin(issue));
  const expected = new Map([
    ["pairs", "a list with an entry for each pair"],
    ["nonce", expectedNonce],
  ]);
  if (around.length > 0) return reasonOf(around, schema, found, expected);
  return reasonOf(issues.slice(0, 1), schema, found, new Map());
}

function isAbout(entry: Pair, { finding, bug }: Pair): boolean {
  return entry.finding === finding && entry.bug === bug;
}

function readEntry(entry: Pair, asked: Asked): ParsedVerdict {
  const schema = z.strictObject({
    finding: z.int(),
    bug: z.int(),
    evidence: z.string().max(evidenceLimit),
    reasoning: z.string().max(reasoningLimit),
    ...answerSchemas(asked.axes),
  });
  const result = schema.safeParse(entry);
  if (!result.success)
    return { ok: false, reason: reasonOf(result.error.issues, schema, entry, new Map(expectedAnswers(asked))) };
  const { finding: _, bug: __, evidence, reasoning, ...answers } = result.data;
  return { ok: true, verdict: { evidence, reasoning, answers } };
}
