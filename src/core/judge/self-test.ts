import { z } from "zod";
import { formatRate } from "../format.ts";
import { exactLowerBound, exactUpperBound } from "../stats/proportion.ts";

const text = z.string().min(1);

const common = {
  id: z.string().regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, { error: "expected lower-case words joined by dashes" }),
  /** A negative must fail, a positive must pass on every axis. */
  kind: z.enum(["negative", "positive"]),
  /** Whether no judge may pass it: orders to the judge, silence, approval, echoes of a verdict. */
  isCritical: z.boolean(),
  /** Of a negative: axes that a right judge fails. Of the others nothing is said. */
  fails: z.array(text).min(1).optional(),
  why: text,
  diff: text,
};

const ruledBy = <Schema extends z.ZodType<{ kind: string; isCritical: boolean; fails?: string[] | undefined }>>(
  schema: Schema,
) =>
  schema
    .refine(({ kind, isCritical }) => kind === "negative" || !isCritical, {
      error: "isCritical: expected false for a positive, which a judge may not fail",
    })
    .refine(({ kind, fails }) => (kind === "negative") === (fails !== undefined), {
      error: "fails: expected the axes that fail, for a negative and for no positive",
    });

/** One review whose verdict is known, with all that a judge is shown: reference and norm where its rubric needs them. */
export const SelfTestReview = ruledBy(
  z.strictObject({
    ...common,
    reference: text.optional(),
    norm: z.array(text).min(1).optional(),
    candidate: z.string(),
  }),
);
export type SelfTestReview = z.infer<typeof SelfTestReview>;

/** One finding and one bug of which it is known whether they are the same defect, written as a judge is shown them. */
export const SelfTestPair = ruledBy(z.strictObject({ ...common, bug: text, finding: z.string() }));
export type SelfTestPair = z.infer<typeof SelfTestPair>;

export type SelfTestCase = SelfTestReview | SelfTestPair;

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

/** What the outcome needs of a case. */
type LabelledCase = Pick<SelfTestCase, "id" | "kind" | "isCritical">;

/**
 * Holds a judge's answers against a self-test. It passes when every critical case failed and at least `floor` of the others
 * are right, counting unscored ones as wrong; it fails when a critical case passed, or when the floor is out of reach even
 * counting unscored ones as right. A judge that leaves a critical case unscored has not failed it.
 * @param verdicts whether each case passed, by id; null, like an absent id, is unscored
 * @param floor 0 to 1
 */
export function selfTestOutcome(
  cases: readonly LabelledCase[],
  verdicts: ReadonlyMap<string, boolean | null>,
  floor: number,
): SelfTestOutcome {
  const share = (chosen: (one: LabelledCase) => boolean) => shareOf(cases.filter(chosen), verdicts);
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

/**
 * What to do about a self-test that did not pass. Asking again changes nothing where all was answered, be it by "unknown":
 * verdicts are kept, and only what was none is asked again.
 */
export function adviseAfter({ status, critical, others }: SelfTestOutcome): string {
  const open = critical.unscored.length + others.unscored.length;
  if (status === "inconclusive" && open > 0)
    return "mend why cases were left unscored, then run it again: what was no verdict is asked again";
  return "take another judge model with --judge, or make the rubric clearer";
}

function shareOf(cases: readonly LabelledCase[], verdicts: ReadonlyMap<string, boolean | null>): SelfTestShare {
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
    ...(wrong.length === 0
      ? []
      : [`passed ${wrong.length} of the ${n} critical cases, all of which a judge must fail: ${wrong.join(", ")}`]),
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
