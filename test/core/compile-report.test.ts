import { describe, expect, test } from "vitest";
import { compileReviewer, enabledMetrics, rankReviewers, type ReviewerFacts } from "../../src/core/compile-report.ts";
import type { Metric, ReviewerReport } from "../../src/core/report.ts";
import { rowOf } from "../../src/core/row.ts";
import { Suite } from "../../src/core/suite.ts";
import { count, emptyTally } from "../../src/core/tally.ts";
import { bugAt, caseOf, detection, findingAt } from "../fixtures/cases.ts";
import { lineOf } from "../fixtures/rows.ts";

const facts: ReviewerFacts = {
  id: "r",
  ref: "r",
  role: "measured",
  provider: "openai",
  model: "m",
  prompt: { file: "p", hash: "h" },
  effective: {},
  hosts: [],
};
const suite = Suite.parse({
  version: 1,
  name: "s",
  dataset: { path: "d" },
  scorers: { detection: {} },
  gates: [{ metric: "detection.recall", min: 0.5 }],
});

async function compiled(more: Partial<ReviewerFacts> = {}) {
  const source = caseOf({ bugs: [bugAt(10)] });
  const lines = [
    await lineOf({ source, findings: [findingAt(10)] }),
    await lineOf({ source: { ...source, id: "c2" }, findings: null }),
  ];
  const tally = emptyTally();
  for (const line of lines) count(tally, line);
  return compileReviewer({ facts: { ...facts, ...more }, rows: lines.map(rowOf), tally }, suite, 1, {});
}

const spent = ["cost.usd", "tokens.in", "tokens.out"];

describe("enabledMetrics", () => {
  test("are those of the suite's scorers, and what was spent", () => {
    expect(enabledMetrics({ contract: {} })).toEqual(["contract.valid_rate", ...spent]);
    expect(enabledMetrics({ detection, load: {} }).map((name) => name.split(".")[0])).toEqual([
      ...Array<string>(22).fill("detection"),
      "load",
      "load",
      "cost",
      "cost",
      "tokens",
      "tokens",
    ]);
    expect(enabledMetrics({})).toEqual(spent);
  });

  test("are those of published counting where the suite asks for it, and not otherwise", () => {
    const publishedOf = (counting: "one-to-one" | "published") =>
      enabledMetrics({ detection: { ...detection, counting } }).filter((name) => name.endsWith("_published"));
    expect(publishedOf("one-to-one")).toEqual([]);
    expect(publishedOf("published")).toEqual([
      "detection.recall_published",
      "detection.precision_published",
      "detection.f1_published",
    ]);
  });
});

describe("compileReviewer", () => {
  test("counts cases, generations and errors, and measures every enabled metric but what no model spent", async () => {
    const report = await compiled();
    expect(report).toMatchObject({
      id: "r",
      cases: 2,
      unscored: 1,
      generations: 2,
      outcomes: { completed: 1, "transport-error": 1 },
      errors: [{ message: "connection refused", count: 1 }],
    });
    const enabled = enabledMetrics(suite.scorers).filter((name) => !/^(?:cost|tokens)\./.test(name));
    expect(Object.keys(report.metrics)).toEqual(enabled);
    expect(report.metrics["detection.recall"]).toMatchObject({ value: 1, unscored: 1 });
  });

  test("gates a measured reviewer and never company", async () => {
    expect((await compiled()).gates).toHaveLength(1);
    expect((await compiled({ role: "company" })).gates).toEqual([]);
  });
});

describe("rankReviewers", () => {
  const ranked = (id: string, f1: number | null, recall: number | null = null, overlap: number | null = null) => {
    const metric = (value: number | null) => ({ value }) as Metric;
    return {
      id,
      metrics: { "detection.f1": metric(f1), "detection.recall": metric(recall), "overlap.f1": metric(overlap) },
    } as unknown as ReviewerReport;
  };

  test("puts the best F1 first and those without one last", () => {
    expect(rankReviewers([ranked("none", null), ranked("low", 0.1), ranked("high", 0.9)]).map(({ id }) => id)).toEqual([
      "high",
      "low",
      "none",
    ]);
  });

  test("settles ties by recall, then by overlap, then leaves the order", () => {
    const tied = [ranked("a", 0.5, 0.1), ranked("b", 0.5, 0.2, 0.1), ranked("c", 0.5, 0.2, 0.3), ranked("d", 0.5, 0.1)];
    expect(rankReviewers(tied).map(({ id }) => id)).toEqual(["c", "b", "a", "d"]);
  });

  test("does not change the list that it was given", () => {
    const given = [ranked("low", 0.1), ranked("high", 0.9)];
    rankReviewers(given);
    expect(given.map(({ id }) => id)).toEqual(["low", "high"]);
  });
});
