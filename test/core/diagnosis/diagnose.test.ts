import { describe, expect, test } from "vitest";
import { reportCause } from "../../../src/core/diagnosis/cause.ts";
import { diagnose } from "../../../src/core/diagnosis/diagnose.ts";
import { faultyReviewers, reviewCases, reviewsBy, type Reviewer } from "../../fixtures/faulty-reviewers.ts";

const reviewerThat = (wanted: string): Reviewer => {
  const found = faultyReviewers.find(([what]) => what === wanted);
  if (found === undefined) throw new Error(`no reviewer that ${wanted}`);
  return found[2];
};

describe("diagnose", () => {
  test.each(faultyReviewers)("names the one cause of a reviewer that %s: %s", async (_, cause, reviewer) => {
    const { causes } = diagnose(await reviewsBy(reviewer));
    expect(causes.map(({ name }) => name)).toEqual(cause === null ? [] : [cause]);
  });

  test("names nothing of five cases and their twins, whatever they show", async () => {
    expect(diagnose(await reviewsBy(reviewerThat("says nothing"), reviewCases().slice(0, 10)))).toEqual({
      causes: [],
      asked: 1,
    });
  });

  test("tells what shows it, the cases and the remedy", async () => {
    const { causes } = diagnose(await reviewsBy(reviewerThat("does not find bugs of Python")));
    expect(causes).toHaveLength(1);
    const [cause] = causes;
    expect(cause).toMatchObject({
      cause: "it is weaker where language is python",
      evidence:
        "0 of 10 bugs found (0 %, 0 to 28) where language is python, and 30 of 30 (100 %, 89 to 100) elsewhere.",
      figure: { value: 0, n: 10 },
      elsewhere: { value: 1, n: 30 },
      cases: ["c0", "c4", "c8", "c12", "c16", "c20", "c24", "c28", "c32", "c36"],
    });
    expect(cause?.p).toBeLessThan(1e-6);
    expect(cause && reportCause(cause)).toMatchObject({ cases: 10, examples: ["c0", "c4", "c8", "c12", "c16"] });
  });

  test("goes by the remedy of what happens most", async () => {
    const { causes } = diagnose(await reviewsBy(reviewerThat("is cut on most changes")));
    expect(causes[0]?.remedy).toContain("reviewer.maxTokens");
    expect(causes[0]?.evidence).toMatch(/^\d+ of 80 answers \(.*\) count as silence: \d+ truncated\.$/);
  });

  test("counts the repeats of a case once, and does not mind the order of the reviews", async () => {
    const reviews = await reviewsBy(reviewerThat("does not find races"));
    const again = reviews.map(({ row, signs }) => ({ row: { ...row, repeat: 1 }, signs }));
    const { causes } = diagnose(reviews);
    const repeated = diagnose([...again, ...reviews].toReversed());
    expect(repeated.causes.map(({ name, evidence }) => ({ name, evidence }))).toEqual(
      causes.map(({ name, evidence }) => ({ name, evidence })),
    );
  });

  test("draws no conclusion from verdicts that compare words", async () => {
    const reviews = await reviewsBy(reviewerThat("says the right thing in another voice"));
    const byWords = reviews.map(({ row, signs }) => ({ row, signs: { ...signs, isJudgedByWords: true } }));
    expect(diagnose(byWords).causes).toEqual([]);
  });

  test("does not take the style that it comments on in clean code for invented issues", async () => {
    const reviews = await reviewsBy(reviewerThat("comments on style alone"));
    const alarms = reviews.filter(({ row }) => row.fields["bugs"] === 0);
    expect(alarms.every(({ signs }) => signs.style === 1)).toBe(true);
    expect(diagnose(alarms).causes).toEqual([]);
  });
});
