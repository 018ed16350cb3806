import { quantile } from "../stats/quantile.ts";
import { casesOf, type Candidate, type Part, type Reviewed, sayRate, unitOf } from "./candidate.ts";
import { averageRepeats, chanceLower, rateOf } from "./evidence.ts";
import { consensusOf } from "./judge-rules.ts";
import { clusterName } from "./name.ts";

/** A role is weak where the rate there is lower than elsewhere by so much at least. */
const leastDifference = 0.15;
/** Changes below this many changed lines are never called long. */
const fewestLongLines = 40;

/** A bug or a review that went well or not, and the roles that it is of. */
export interface RoledUnit extends Part {
  roles: readonly string[];
}

/** What is compared between roles, bug by bug or review by review. */
export interface RoledUnits {
  units: readonly RoledUnit[];
  noun: "bugs found" | "reviews that the judge passes";
  /** What each role is, in words. */
  wordsOf: ReadonlyMap<string, RoleWords>;
}

interface RoleWords {
  cause: string;
  where: string;
  remedy: string;
}

/** What went well and what did not, by role: bugs where there are any, else what the judge says. */
export function roledUnits(reviews: readonly Reviewed[]): RoledUnits {
  const wordsOf = new Map<string, RoleWords>();
  const border = longBorder(reviews);
  const scored = reviews.filter(({ row }) => row.isScored);
  const isOfBugs = scored.some(({ row }) => row.bugs.length > 0);
  const rolesOf = ({ row }: Reviewed, categories: readonly string[]) => {
    const { language, tag, files, lines } = row.fields;
    const roles = [
      ...[language ?? []].flat().map((value) => remember(wordsOf, "language", String(value))),
      ...[tag ?? []].flat().map((value) => remember(wordsOf, "tag", String(value))),
      ...categories.map((value) => remember(wordsOf, "category", value)),
      ...(typeof files === "number" && files > 1 ? ["weak:multi-file"] : []),
      ...(typeof lines === "number" && lines > border ? ["weak:long-changes"] : []),
    ];
    return [...new Set(roles)];
  };
  wordsOf.set("weak:multi-file", multiFile);
  wordsOf.set("weak:long-changes", longChanges(border));
  const units = scored.flatMap((one): RoledUnit[] => {
    const { row } = one;
    if (isOfBugs)
      return row.bugs
        .filter(({ state }) => state !== "unjudged")
        .map((bug) => ({ ...unitOf(row, bug.state === "found", bug.bugId), roles: rolesOf(one, [bug.category]) }));
    const pass = consensusOf(one);
    return pass === null ? [] : [{ ...unitOf(row, pass), roles: rolesOf(one, []) }];
  });
  const averaged = averageRepeats(units, ({ caseId, part = "" }) => `${caseId}\n${part}`);
  return { units: averaged, noun: isOfBugs ? "bugs found" : "reviews that the judge passes", wordsOf };
}

/** A candidate for every role with ten cases within and ten elsewhere. */
export function weakRoles(roled: RoledUnits): Candidate[] {
  const roles = [...new Set(roled.units.flatMap((unit) => unit.roles))];
  return roles.flatMap((role) => weakRole(roled, role) ?? []);
}

/** One role against all that is not of it; null below ten cases on either side. */
export function weakRole({ units, noun, wordsOf }: RoledUnits, role: string): Candidate | null {
  const words = wordsOf.get(role);
  const own = units.filter(({ roles }) => roles.includes(role));
  const [within, without] = [rateOf(own), rateOf(units.filter(({ roles }) => !roles.includes(role)))];
  if (words === undefined || within === null || without === null) return null;
  const [here, there] = [within.figure, without.figure];
  return {
    name: role,
    cause: words.cause,
    remedy: words.remedy,
    evidence: `${sayRate(here, noun)} ${words.where}, and ${sayRate(there)} elsewhere.`,
    figure: here,
    elsewhere: there,
    p: chanceLower({ ...within, value: here.value }, { ...without, value: there.value }),
    isLarge: here.value <= there.value - leastDifference,
    cases: casesOf(own.filter(({ numerator }) => numerator < 1)),
  };
}

function remember(wordsOf: Map<string, RoleWords>, field: "language" | "tag" | "category", value: string): string {
  const role = clusterName("weak", field, value);
  wordsOf.set(role, {
    cause: field === "category" ? `it misses bugs of the kind ${value}` : `it is weaker where ${field} is ${value}`,
    where: field === "category" ? `of the kind ${value}` : `where ${field} is ${value}`,
    remedy: `Add training cases ${field === "category" ? `of the kind ${value}` : `with ${field} ${value}`}, or leave these to another reviewer.`,
  });
  return role;
}

const multiFile: RoleWords = {
  cause: "it is weaker on changes of several files",
  where: "where a change touches several files",
  remedy: "Set reviewer.unit to file, or add changes of several files to its training data.",
};

function longChanges(border: number): RoleWords {
  return {
    cause: "it is weaker on long changes",
    where: `where more than ${border} lines change`,
    remedy:
      "Set reviewer.unit to file or hunk, check that no prompt was cut, and add longer changes to its training data.",
  };
}

/** Changed lines above which a change is long: half of the cases have no more, and 40 at least. */
function longBorder(reviews: readonly Reviewed[]): number {
  const linesOf = new Map(
    reviews.flatMap(({ row }) =>
      typeof row.fields["lines"] === "number" ? [[row.caseId, row.fields["lines"]] as const] : [],
    ),
  );
  const sorted = [...linesOf.values()].sort((a, b) => a - b);
  return Math.max(fewestLongLines, Math.floor(quantile(sorted, 0.5) ?? 0));
}
