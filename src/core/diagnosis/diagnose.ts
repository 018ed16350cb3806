import type { CaseRow } from "../row.ts";
import { holm } from "../stats/adjust.ts";
import type { Candidate, Reviewed } from "./candidate.ts";
import type { LikelyCause } from "./cause.ts";
import {
  alwaysApproves,
  contractBroken,
  inventsIssues,
  inventsPlaces,
  styleOverBugs,
  twinsAlike,
  wrongPlace,
} from "./detection-rules.ts";
import { judgeUnsteady, memorised, offVoice } from "./judge-rules.ts";
import { type RoledUnits, roledUnits, weakRole, weakRoles } from "./slice-rules.ts";
import { tooVerbose, wrongLanguage } from "./text-rules.ts";

/** Chance that anything is named of a reviewer to which nothing applies. */
const level = 0.05;

/** What was found out about one reviewer. */
export interface Diagnosis {
  /** Most general first; empty where nothing is shown. */
  causes: LikelyCause[];
  /** How many questions had cases enough to be asked. */
  asked: number;
}

/** What of a row a diagnosis can read: its signs, where they were kept. */
export function reviewedOf(rows: readonly CaseRow[]): Reviewed[] {
  return rows.flatMap((row) => (row.signs === undefined ? [] : [{ row, signs: row.signs }]));
}

/**
 * Names likely causes of a reviewer's failures. Every rule with ten cases or more gives a p value; Holm's adjustment over
 * all of them keeps the chance to name anything of a reviewer to which nothing applies below 5 %. A cause is named where
 * that holds and its figure is large enough to matter. A part of the cases that is worse is named only if it still is so
 * without the cases of causes named before it.
 */
export function diagnose(reviews: readonly Reviewed[]): Diagnosis {
  const general = [
    contractBroken(reviews),
    alwaysApproves(reviews),
    inventsIssues(reviews),
    inventsPlaces(reviews),
    wrongPlace(reviews),
    styleOverBugs(reviews),
    twinsAlike(reviews),
    memorised(reviews),
    wrongLanguage(reviews),
    tooVerbose(reviews),
    offVoice(reviews),
    ...judgeUnsteady(reviews),
  ].filter((one) => one !== null);
  const roled = roledUnits(reviews);
  const roles = weakRoles(roled);
  const candidates = [...general, ...roles];
  const adjusted = holm(candidates.map(({ p }) => Math.min(1, p)));
  const shown = candidates.flatMap((candidate, index) => {
    const p = adjusted[index] ?? 1;
    return candidate.isLarge && p < level ? [{ candidate, p }] : [];
  });
  const names = new Set(shown.map(({ candidate }) => candidate.name));
  const generalShown = shown.filter(
    ({ candidate }) => general.includes(candidate) && !candidate.coveredBy?.some((name) => names.has(name)),
  );
  const explained = generalShown.filter(({ candidate }) => candidate.explainsMisses);
  const rolesShown = unexplained(
    shown.filter(({ candidate }) => roles.includes(candidate)).sort((a, b) => a.candidate.p - b.candidate.p),
    roled,
    new Set(explained.flatMap(({ candidate }) => candidate.cases)),
  );
  return { causes: [...generalShown, ...rolesShown].map(causeOf), asked: candidates.length };
}

interface Shown {
  candidate: Candidate;
  p: number;
}

/** Roles that are still weak without the cases of other causes and of roles named before, the surest first. */
function unexplained(roles: readonly Shown[], roled: RoledUnits, explained: ReadonlySet<string>): Shown[] {
  let left = roled.units.filter(({ caseId }) => !explained.has(caseId));
  const named: Shown[] = [];
  for (const one of roles) {
    const { name } = one.candidate;
    const again = left.length === roled.units.length ? one.candidate : weakRole({ ...roled, units: left }, name);
    if (again === null || !again.isLarge || again.p >= level) continue;
    named.push(one);
    left = left.filter((unit) => !unit.roles.includes(name));
  }
  return named;
}

function causeOf({ candidate, p }: Shown): LikelyCause {
  const { coveredBy: _, explainsMisses: __, isLarge: ___, ...cause } = candidate;
  return { ...cause, p };
}
