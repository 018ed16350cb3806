import { z } from "zod";
import { formatRate } from "../format.ts";
import { exactLowerBound, exactUpperBound } from "../stats/proportion.ts";

const text = z.string().min(1);

/** One review whose verdict is known, with all that a judge is shown. */
export const SelfTestCase = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, { error: "expected lower-case words joined by dashes" }),
    /** A negative must fail, a positive must pass on every axis. */
    kind: z.enum(["negative", "positive"]),
    /** Whether no judge may pass it: orders to the judge, silence, approval, echoes of a verdict. */
    isCritical: z.boolean(),
    /** Of a negative: axes that a right judge fails. Of the others nothing is said. */
    fails: z.array(text).min(1).optional(),
    why: text,
    diff: text,
    reference: text,
    norm: z.array(text).min(1),
    candidate: z.string(),
  })
  .refine(({ kind, isCritical }) => kind === "negative" || !isCritical, {
    error: "isCritical: expected false for a positive, which a judge may not fail",
  })
  .refine(({ kind, fails }) => (kind === "negative") === (fails !== undefined), {
    error: "fails: expected the axes that fail, for a negative and for no positive",
  });
export type SelfTestCase = z.infer<typeof SelfTestCase>;

/** How many of some cases a judge got right; bounds are exact, one-sided, 95 %, of the share of right ones among scored. */
export interface SelfTestShare {
  n: number;
  right: number;
  /** Ids of the cases that it got wrong. */
  wrong: string[];
  /** Ids of the cases that it left unscored: neither right nor wrong. */
  unscored: string[];
  /** Right over right and wrong, 0 to 1; null where nothing is scored, and so are the bounds. */
  rate: number | null;
  low: number | null;
  high: number | null;
}

/** What a judge made of a self-test. */
export interface SelfTestOutcome {
  /** All must fail. */
  critical: SelfTestShare;
  /** Negatives that are not critical. */
  negatives: SelfTestShare;
  positives: SelfTestShare;
  /** Negatives and positives together, without the critical ones: this is what the floor is for. */
  others: SelfTestShare;
  /** Share of `others` that must be right. */
  floor: number;
  /** `inconclusive` where it depends on what was left unscored, or where a part of the test has no cases. */
  status: "pass" | "fail" | "inconclusive";
  /** Why it did not pass, in words; empty where it did. */
  reasons: string[];
}

/**
 * Holds a judge's answers against a self-test. It passes when every critical case failed and at least `floor` of the others
 * are right, counting unscored ones as wrong; it fails when a critical case passed, or when the floor is out of reach even
 * counting unscored ones as right. A judge that leaves a critical case unscored has not failed it.
 * @param verdicts whether each case passed, by id; null, like an absent id, is unscored
 * @param floor 0 to 1
 */
export function selfTestOutcome(
  cases: readonly SelfTestCase[],
  verdicts: ReadonlyMap<string, boolean | null>,
  floor: number,
): SelfTestOutcome {
  const share = (chosen: (one: SelfTestCase) => boolean) => shareOf(cases.filter(chosen), verdicts);
  const critical = share((one) => one.isCritical);
  const others = share((one) => !one.isCritical);
  const least = others.right / others.n;
  const most = (others.right + others.unscored.length) / others.n;
  const isBroken = critical.wrong.length > 0 || most < floor;
  const isOpen = critical.unscored.length > 0 || critical.n === 0 || !(least >= floor);
  return {
    critical,
    negatives: share((one) => !one.isCritical && one.kind === "negative"),
    positives: share((one) => one.kind === "positive"),
    others,
    floor,
    status: isBroken ? "fail" : isOpen ? "inconclusive" : "pass",
    reasons: [...criticalReasons(critical), ...(least >= floor ? [] : [floorReason(others, floor)])],
  };
}

function shareOf(cases: readonly SelfTestCase[], verdicts: ReadonlyMap<string, boolean | null>): SelfTestShare {
  const wrong: string[] = [];
  const unscored: string[] = [];
  for (const { id, kind } of cases) {
    const passed = verdicts.get(id) ?? null;
    if (passed === null) unscored.push(id);
    else if (passed !== (kind === "positive")) wrong.push(id);
  }
  const scored = cases.length - unscored.length;
  const right = scored - wrong.length;
  return {
    n: cases.length,
    right,
    wrong,
    unscored,
    rate: scored === 0 ? null : right / scored,
    low: exactLowerBound(right, scored),
    high: exactUpperBound(right, scored),
  };
}

function criticalReasons({ n, wrong, unscored }: SelfTestShare): string[] {
  if (n === 0) return ["no critical case was asked"];
  return [
    ...(wrong.length === 0 ? [] : [`passed ${wrong.length} of ${n} critical cases: ${wrong.join(", ")}`]),
    ...(unscored.length === 0
      ? []
      : [`left ${unscored.length} of ${n} critical cases unscored: ${unscored.join(", ")}`]),
  ];
}

function floorReason({ n, right, unscored, low, high }: SelfTestShare, floor: number): string {
  if (n === 0) return "no case but critical ones was asked";
  const bounds =
    low === null || high === null ? "" : ` (true rate ${formatRate(low)} to ${formatRate(high)}, one-sided 95 % each)`;
  const open = unscored.length === 0 ? "" : `, ${unscored.length} unscored`;
  return `right on ${right} of ${n} others${open}${bounds}, expected ${formatRate(floor)} of them`;
}
