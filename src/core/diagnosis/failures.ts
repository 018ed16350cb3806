import { medianPass } from "../judge/aggregate.ts";
import type { CaseRow } from "../row.ts";
import type { Reviewed } from "./candidate.ts";
import type { LikelyCause } from "./cause.ts";
import { isUnusable } from "./detection-rules.ts";
import { clusterName } from "./name.ts";

/** Ways to fail, with the words for them. */
const failureKinds = {
  "missed-bugs": "bugs that were missed",
  "false-alarms": "clean cases that were flagged",
  "judge-failed": "reviews that the judge fails",
  "unusable-outputs": "answers that are no reviews",
} as const;

/** One thing that went wrong with one review. */
export interface Failure {
  kind: keyof typeof failureKinds;
  why: string;
  bugId?: string;
  /** Clusters of its severity, category, language and tags. */
  tags: readonly string[];
}

/** Failures of one sort, under a name that is the same in every run. */
export interface FailureCluster {
  name: string;
  what: string;
  failures: number;
  cases: readonly string[];
}

/**
 * What went wrong with one review. An answer that is no review is one failure, and its bugs are not counted apart. Nothing
 * for a review that was not scored.
 */
export function failuresOf({ row, signs }: Reviewed): Failure[] {
  const tags = tagsOf(row);
  if (isUnusable({ row, signs }))
    return [{ kind: "unusable-outputs", why: `its answer is no review (${signs.outcome})`, tags }];
  const alarm = row.scores["detection.false_alarm_rate"];
  const failedAxes = signs.isJudgedByWords ? null : axesFailedBy(row);
  return [
    ...row.bugs
      .filter(({ state }) => state === "missed")
      .map(({ bugId, category, severity, theme }): Failure => ({
        kind: "missed-bugs",
        why: `it misses bug ${bugId} (${category}, ${severity})${theme === true ? ", which it describes at another place" : ""}`,
        bugId,
        tags: [...tags, clusterName("category", category), clusterName("severity", severity)],
      })),
    ...(alarm !== undefined && "numerator" in alarm && alarm.numerator > 0
      ? [{ kind: "false-alarms", why: "it flags a clean case", tags } as const]
      : []),
    ...(failedAxes === null ? [] : [{ kind: "judge-failed", why: `the judge fails it${failedAxes}`, tags } as const]),
  ];
}

/** Every cluster of a reviewer's failures: by likely cause, by the way it failed, then by tag, the larger first. */
export function clusterFailures(reviews: readonly Reviewed[], causes: readonly LikelyCause[]): FailureCluster[] {
  const clusters = new Map<string, { what: string; failures: number; cases: Set<string> }>();
  const add = (name: string, what: string, caseId: string) => {
    const cluster = clusters.get(name) ?? { what, failures: 0, cases: new Set() };
    cluster.failures += 1;
    cluster.cases.add(caseId);
    clusters.set(name, cluster);
  };
  for (const review of reviews) {
    for (const { kind, tags } of failuresOf(review)) {
      add(kind, failureKinds[kind], review.row.caseId);
      for (const tag of tags) add(tag, `failures with ${tag.replace(":", " ")}`, review.row.caseId);
    }
  }
  const kinds = Object.keys(failureKinds);
  const rank = (name: string) => (kinds.includes(name) ? kinds.indexOf(name) : kinds.length);
  const found = [...clusters]
    .map(([name, { what, failures, cases }]): FailureCluster => ({ name, what, failures, cases: [...cases] }))
    .sort((a, b) => rank(a.name) - rank(b.name) || b.cases.length - a.cases.length || (a.name < b.name ? -1 : 1));
  return [...causes.map(({ name, cause, cases }) => ({ name, what: cause, failures: cases.length, cases })), ...found];
}

function tagsOf({ fields }: CaseRow): string[] {
  const { language, tag } = fields;
  return [
    ...[language ?? []].flat().map((value) => clusterName("language", String(value))),
    ...[tag ?? []].flat().map((value) => clusterName("tag", String(value))),
  ];
}

/** The axes that most runs of the judge fail, in words; null where the review passes or is open. */
function axesFailedBy({ judged, scores }: CaseRow): string | null {
  const score = scores["judge.pass_rate_consensus"];
  if (score === undefined || !("numerator" in score) || score.numerator > 0) return null;
  const axes = Object.keys(judged ?? {}).filter(
    (axis) => axis !== "pass" && medianPass(judged?.[axis] ?? []) === false,
  );
  return axes.length === 0 ? "" : ` for ${axes.join(", ")}`;
}

/** Whether a failure is of the cluster of this name, which is of a way to fail or of a tag. */
export function isOfCluster({ kind, tags }: Failure, name: string): boolean {
  return kind === name || tags.includes(name);
}
