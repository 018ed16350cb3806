import type { MetricName } from "../core/metric.ts";
import type { Score } from "../core/score.ts";
import type { Scorer } from "../core/scorer.ts";
import type { RecordedRating } from "../core/source.ts";

const axes = ["relevance", "conciseness", "comprehensiveness"] as const;

/**
 * Scores what people said of a recorded review: each axis from 1 to 5 as (x - 1) / 4, from 0 to 1, the mean over those
 * who rated it. A review that nobody rated on an axis has no score there.
 * @param ratings of the one reviewer whose reviews are scored; none for a reviewer that was not recorded
 */
export function createRatingsScorer(ratings: readonly RecordedRating[]): Scorer {
  const byCase = Map.groupBy(ratings, (rating) => rating.caseId);
  return {
    name: "ratings",
    score({ source }) {
      const own = byCase.get(source.id) ?? [];
      const scores = axes.map((axis): [MetricName, Score] => {
        const given = own.map((rating) => rating[axis]).filter((value) => value !== undefined);
        return [`ratings.${axis}`, scoreOf(given, ratings.length === 0)];
      });
      return { scores: Object.fromEntries(scores) };
    },
  };
}

function scoreOf(given: readonly number[], isUnknown: boolean): Score {
  if (given.length === 0)
    return { value: null, reason: isUnknown ? "nobody rated this reviewer" : "nobody rated this review" };
  const mean = given.reduce((sum, value) => sum + value, 0) / given.length;
  return { numerator: (mean - 1) / 4, denominator: 1 };
}
