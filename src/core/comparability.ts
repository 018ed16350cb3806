import type { Obstacle } from "./comparison.ts";
import type { Report } from "./report.ts";

/** What of a run decides whether it can be compared with another. */
export type Comparable = Pick<Report, "matcher" | "judge"> & {
  dataset: Pick<Report["dataset"], "name" | "hash" | "cases">;
  suite: Pick<Report["suite"], "scorers">;
};

/** Whether two reports are of one run; runs in different folders may have been given the same name. */
export function isSameRun({ run: own }: Report, { run: other }: Report): boolean {
  return own.id === other.id && own.startedAt === other.startedAt;
}

/**
 * What stands against comparing two runs case by case. What reviewers are made of (model, prompt, contract, repeats) may
 * differ, for that is what is compared; what they are measured by may not.
 */
export function findObstacles(first: Comparable, second: Comparable): Obstacle[] {
  const obstacles: Obstacle[] = [];
  const [a, b] = [first.dataset, second.dataset];
  if (a.hash !== b.hash)
    obstacles.push({ concerns: "all", reason: `their cases differ: ${describe(a)} and ${describe(b)}` });
  for (const scorer of ["detection", "overlap", "contract", "form", "ratings", "safety"] as const) {
    const [own, other] = [first.suite.scorers[scorer], second.suite.scorers[scorer]];
    if (own === undefined || other === undefined) continue;
    if (JSON.stringify(own) !== JSON.stringify(other))
      obstacles.push({ concerns: scorer, reason: `${scorer} is set up differently: ${differences(own, other)}` });
  }
  if (first.suite.scorers["detection"] !== undefined && matcherOf(first) !== matcherOf(second))
    obstacles.push({
      concerns: "detection",
      reason: `findings are matched by ${matcherOf(first)} in one and by ${matcherOf(second)} in the other`,
    });
  obstacles.push(...judgeObstacles(first, second));
  return obstacles;
}

function describe({ name, cases, hash }: Comparable["dataset"]): string {
  return `${name} (${cases} cases, ${hash.slice(0, 8)})`;
}

function matcherOf({ matcher }: Comparable): string {
  if (matcher === null) return "nothing";
  const { name, judge, asked, calibration } = matcher;
  const version = asked === undefined ? calibration?.version : undefined;
  return [name, version, judge, asked?.rubric.hash.slice(0, 8), asked?.runs]
    .filter((part) => part !== undefined)
    .join(" ");
}

function judgeObstacles({ judge: own }: Comparable, { judge: other }: Comparable): Obstacle[] {
  if (own === null || other === null) return [];
  const refuse = (reason: string): Obstacle[] => [{ concerns: "judge", reason }];
  if (own.ref !== other.ref) return refuse(`the judges differ: ${own.ref} and ${other.ref}`);
  if (own.rubric.hash !== other.rubric.hash)
    return refuse(
      `the rubrics differ: ${own.rubric.name} ${own.rubric.hash.slice(0, 8)} and ${other.rubric.name} ${other.rubric.hash.slice(0, 8)}`,
    );
  if (own.runs !== other.runs)
    return refuse(`the judge was asked ${own.runs} times in one and ${other.runs} in the other`);
  return own.temperature === other.temperature
    ? []
    : refuse(`the judge's temperature is ${own.temperature} in one and ${other.temperature} in the other`);
}

/** Which settings differ, such as `tolerance 3 and 5`. */
function differences(own: unknown, other: unknown): string {
  const [a, b] = [own, other].map((one) => (typeof one === "object" && one !== null ? one : {})) as [
    Record<string, unknown>,
    Record<string, unknown>,
  ];
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  const show = (value: unknown) => (value === undefined ? "unset" : JSON.stringify(value));
  return keys
    .filter((key) => JSON.stringify(a[key]) !== JSON.stringify(b[key]))
    .map((key) => `${key} ${show(a[key])} and ${show(b[key])}`)
    .join(", ");
}
