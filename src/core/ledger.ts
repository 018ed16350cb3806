import { z } from "zod";
import { Severity } from "./case.ts";

/**
 * What became of a finding: `matched` to a bug; `duplicate` (describes a bug that another finding holds); `ignored` (a
 * nit the suite leaves out); `unlisted` (no bug: wrong, or right but not annotated); `unjudged` (the matcher could not
 * decide and nothing else matched). Each finding is in exactly one state.
 */
const findingStates = ["matched", "duplicate", "ignored", "unlisted", "unjudged"] as const;

export const LedgerFinding = z.strictObject({
  state: z.enum(findingStates),
  /** The bug of a matched or duplicate finding. */
  bugId: z.string().optional(),
  /** True when the finding describes a bug but at another place, so that only recall_theme counts it. */
  offPlace: z.boolean(),
  /** True when it points where the case has no code; null when it names no place. */
  invented: z.boolean().nullable(),
});
export type LedgerFinding = z.infer<typeof LedgerFinding>;

/** Null where a pair that the matcher could not decide might have made it true. */
const level = z.boolean().nullable();

/** What became of a bug at each level of strictness. `unjudged` is neither found nor missed. */
export const LedgerBug = z.strictObject({
  bugId: z.string(),
  category: z.string(),
  severity: Severity,
  state: z.enum(["found", "missed", "unjudged"]),
  /** Index of the finding that holds it. */
  finding: z.int().nullable(),
  theme: level,
  /** Null for a bug whose place is not known, as for `location`. */
  file: level,
  location: level,
  /** Found with a tolerance of 0, 1, 3, 5 and 10 lines. */
  within: z.strictObject({ 0: level, 1: level, 3: level, 5: level, 10: level }),
  /** Whether any finding is the bug at its place, also one that holds another bug; of published counting only. */
  credited: z.boolean().optional(),
});
export type LedgerBug = z.infer<typeof LedgerBug>;

/** The full account of one review against one annotated case. `places` tells, for a clean twin, which were touched. */
export const Ledger = z.strictObject({
  findings: z.array(LedgerFinding),
  bugs: z.array(LedgerBug),
  places: z.array(z.strictObject({ bugId: z.string(), touched: z.boolean() })),
});
export type Ledger = z.infer<typeof Ledger>;

/** Whether the matcher left a question of this review open, so that its scores are only part of what they should be. */
export function isUndecided({ bugs, findings }: Ledger): boolean {
  return bugs.some(({ state }) => state === "unjudged") || findings.some(({ state }) => state === "unjudged");
}
