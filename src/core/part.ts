import type { Part } from "./fan-out.ts";
import type { Generation, Outcome } from "./generation.ts";
import { isRefusal, keepsContract, parseReview } from "./parse/review.ts";
import { parseDiff } from "./diff.ts";
import type { Review } from "./review.ts";
import type { ParsedPart } from "./scorer.ts";

/** A generation as read: its review is silence where the reviewer answered badly, null after a transport error, or where it cannot read such. */
export interface ReadPart extends ParsedPart {
  review: Review | null;
}

const silence: Review = { findings: [] };

/**
 * Reads one generation. A completed one that cannot be parsed becomes `invalid`, a mere refusal `refused`; these and
 * the cut and overflown ones count as silence and break the output contract. Findings that were recorded as such are
 * the review: none is dropped or merged, so that a verdict that names one by its index finds it.
 */
export function readPart(generation: Generation, part: Part, contract: "findings" | "prose"): ReadPart {
  const bad = (outcome: Outcome): ReadPart => ({
    generation,
    outcome,
    isContractValid: false,
    isCapped: false,
    review: silence,
  });
  if (generation.outcome === "transport-error" || generation.outcome === "not-applicable") {
    return { ...bad(generation.outcome), isContractValid: null, review: null };
  }
  if (generation.outcome !== "completed") return bad(generation.outcome);
  const isContractValid = keepsContract(generation.text, contract);
  if (generation.findings !== undefined) {
    const review = nameOnlyFile({ findings: [...generation.findings] }, part);
    return { generation, outcome: "completed", isContractValid, isCapped: false, review };
  }
  const parsed = parseReview(generation.text);
  if (!parsed.ok) return bad("invalid");
  if (parsed.form === "prose" && isRefusal(generation.text)) return bad("refused");
  return {
    generation,
    outcome: "completed",
    isContractValid,
    isCapped: parsed.isCapped === true,
    review: nameOnlyFile(parsed.review, part),
  };
}

/** Where the reviewer was shown one file, a remark on "line 42" can only mean that file. */
function nameOnlyFile(review: Review, part: Part): Review {
  if (review.findings.every((finding) => finding.file !== undefined || finding.lines === undefined)) return review;
  const [only, ...others] = parseDiff(part.diff);
  if (only === undefined || only.path === "" || others.length > 0) return review;
  return {
    findings: review.findings.map((finding) =>
      finding.file === undefined && finding.lines !== undefined ? { ...finding, file: only.path } : finding,
    ),
  };
}

const severityOfOutcome: readonly Outcome[] = [
  "not-applicable",
  "completed",
  "refused",
  "truncated",
  "invalid",
  "overflow",
  "transport-error",
];

/** The outcome that a case is shown with: that of the part that fared worst. At least one is expected. */
export function worstOutcome(outcomes: readonly Outcome[]): Outcome {
  return outcomes.reduce((worst, outcome) =>
    severityOfOutcome.indexOf(outcome) > severityOfOutcome.indexOf(worst) ? outcome : worst,
  );
}
