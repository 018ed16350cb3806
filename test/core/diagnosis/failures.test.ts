import { describe, expect, test } from "vitest";
import { clusterFailures, failuresOf } from "../../../src/core/diagnosis/failures.ts";
import { comparedByWords } from "../../../src/core/judge/by-words.ts";
import { clusterName } from "../../../src/core/diagnosis/name.ts";
import { findingAt } from "../../fixtures/cases.ts";
import { hasBug, type Reviewer, reviewCases, reviewsBy, verdict } from "../../fixtures/faulty-reviewers.ts";

const cases = reviewCases().slice(0, 4);
const clusteredOf = async (reviewer: Reviewer) => clusterFailures(await reviewsBy(reviewer, cases), []);

describe("failures", () => {
  test("are clustered by how they failed and by every tag", async () => {
    const clusters = await clusteredOf((source) => ({ findings: hasBug(source) ? [] : [findingAt(25, "Why?")] }));
    expect(clusters.map(({ name, cases: own }) => [name, own])).toEqual([
      ["missed-bugs", ["c0", "c1"]],
      ["false-alarms", ["c0.clean", "c1.clean"]],
      ["language:python", ["c0", "c0.clean"]],
      ["language:typescript", ["c1", "c1.clean"]],
      ["severity:high", ["c0", "c1"]],
      ["category:off-by-one", ["c1"]],
      ["category:race", ["c0"]],
      ["tag:correctness", ["c0"]],
      ["tag:data", ["c1"]],
    ]);
  });

  test("of an answer that is no review are one, whatever it misses", async () => {
    const reviews = await reviewsBy(() => ({ findings: [], outcome: "invalid" }), cases);
    expect(reviews.map((review) => failuresOf(review).map(({ why }) => why))).toEqual(
      cases.map(() => ["its answer is no review (invalid)"]),
    );
  });

  test("of a judge name the axes that most of its runs fail", async () => {
    const judged = [verdict(true, false), verdict(true), verdict(true, false)];
    const [first] = await reviewsBy(() => ({ findings: [findingAt(10)], judged }), cases);
    expect(first && failuresOf(first)).toMatchObject([{ kind: "judge-failed", why: "the judge fails it for voice" }]);
  });

  test("of a judge are none where it compares words alone", async () => {
    const judged = [{ ...verdict(true, false), reasoning: comparedByWords }];
    const [first] = await reviewsBy(() => ({ findings: [findingAt(10)], judged }), cases);
    expect(first && failuresOf(first)).toEqual([]);
  });

  test("are none where all is right", async () => {
    expect(await clusteredOf((source) => ({ findings: hasBug(source) ? [findingAt(10)] : [] }))).toEqual([]);
  });
});

test.each([
  [["category", "Null handling"], "category:null-handling"],
  [["language", "C++"], "language:c++"],
  [["tag", "a/b: c"], "tag:a-b-c"],
])("the cluster of %j is %s", (parts, name) => expect(clusterName(...parts)).toBe(name));
