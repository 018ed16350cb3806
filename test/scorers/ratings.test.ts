import fc from "fast-check";
import { expect, test } from "vitest";
import type { RecordedRating } from "../../src/core/source.ts";
import { createRatingsScorer } from "../../src/scorers/ratings.ts";
import { caseOf } from "../fixtures/cases.ts";

const source = caseOf({ id: "a" });
const scoresOf = async (...ratings: RecordedRating[]) =>
  (await createRatingsScorer(ratings).score({ source, repeat: 0, review: { findings: [] }, parts: [] })).scores;
const nobody = (reason: string) => ({ value: null, reason });

test("1 to 5 becomes 0 to 1, each axis by itself", async () => {
  const rating = { caseId: "a", by: "ann", relevance: 1, conciseness: 5, comprehensiveness: 2 };
  expect(await scoresOf(rating)).toEqual({
    "ratings.relevance": { numerator: 0, denominator: 1 },
    "ratings.conciseness": { numerator: 1, denominator: 1 },
    "ratings.comprehensiveness": { numerator: 0.25, denominator: 1 },
  });
});

test("of several people the mean counts, over those who rated the axis", async () => {
  const ann = { caseId: "a", by: "ann", relevance: 1, conciseness: 4 };
  const ben = { caseId: "a", by: "ben", relevance: 4 };
  expect(await scoresOf(ann, ben)).toMatchObject({
    "ratings.relevance": { numerator: 0.375, denominator: 1 },
    "ratings.conciseness": { numerator: 0.75, denominator: 1 },
    "ratings.comprehensiveness": nobody("nobody rated this review"),
  });
});

test("a review that nobody rated has no score, and neither has a reviewer that nobody rated", async () => {
  const axes = ["relevance", "conciseness", "comprehensiveness"];
  const all = (reason: string) => Object.fromEntries(axes.map((axis) => [`ratings.${axis}`, nobody(reason)]));
  expect(await scoresOf({ caseId: "b", by: "ann", relevance: 3 })).toEqual(all("nobody rated this review"));
  expect(await scoresOf()).toEqual(all("nobody rated this reviewer"));
});

test("a score is within 0 and 1 and between those of the raters, whatever their order", async () => {
  const marks = fc.array(fc.double({ min: 1, max: 5, noNaN: true }), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(marks, async (values) => {
      const relevanceOf = async (given: readonly number[]) => {
        const ratings = given.map((relevance, index) => ({ caseId: "a", by: `rater ${index}`, relevance }));
        const score = (await scoresOf(...ratings))["ratings.relevance"];
        return score !== undefined && "numerator" in score ? score.numerator : null;
      };
      const relevance = await relevanceOf(values);
      expect(relevance).toBeGreaterThanOrEqual((Math.min(...values) - 1) / 4 - 1e-12);
      expect(relevance).toBeLessThanOrEqual((Math.max(...values) - 1) / 4 + 1e-12);
      expect(await relevanceOf(values.toReversed())).toBeCloseTo(relevance ?? NaN, 12);
    }),
  );
});
