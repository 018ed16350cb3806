import { plural, shortRef } from "./core/format.ts";
import type { ReviewerReport } from "./core/report.ts";
import { explainOutage } from "./core/verdict.ts";
import type { PreparedRun } from "./prepare.ts";
import type { Outage } from "./run/generate.ts";

/** How a run ended, as far as it decides what is left. */
interface RunEnding {
  run: {
    reviewers: readonly { provider: Pick<PreparedRun["reviewers"][number]["provider"], "ref" | "isTimed"> }[];
    judges: readonly Pick<PreparedRun["judges"][number], "ref" | "outages">[];
  };
  reviewers: readonly Pick<ReviewerReport, "ref" | "outcomes" | "generations" | "errors">[];
  isWhole: boolean;
  outages: readonly (Outage & { reviewer: string })[];
  /** What of its budget the run spent, so that it was stopped; null where it was not. */
  overspent: string | null;
}

/**
 * What a resumed run would ask once more or at last, in one line; null where that is nothing. What a recording does not
 * have, nobody gives when asked again.
 */
export function explainLeft({ run, reviewers, isWhole, outages, overspent }: RunEnding): string | null {
  const givenUp = outages.map((outage) => `${outage.reviewer}: ${explainOutage(outage)}`);
  const isAskable = (ref: string) =>
    run.reviewers.some(({ provider }) => provider.ref === ref && provider.isTimed) &&
    outages.every(({ reviewer }) => reviewer !== ref);
  const failed = reviewers.flatMap(({ ref, outcomes, generations, errors }) => {
    const count = outcomes["transport-error"] ?? 0;
    const cause = errors[0] === undefined ? "" : ` (${errors[0].message})`;
    return count > 0 && isAskable(ref)
      ? [`${ref}: ${count} of ${plural(generations, "generation")} failed${cause}`]
      : [];
  });
  const unanswered = run.judges.flatMap(({ ref, outages: { count } }) =>
    count > 0 ? [`judge ${shortRef(ref)}: ${plural(count, "question")} had no answer`] : [],
  );
  const told = [...givenUp, ...(overspent === null ? [] : [overspent]), ...failed, ...unanswered];
  if (told.length === 0 && !isWhole) told.push("the run was cut short by its deadline");
  return told.length === 0 ? null : told.join("; ");
}
