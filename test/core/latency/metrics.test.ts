import { describe, expect, test } from "vitest";
import { applyGates } from "../../../src/core/apply-gates.ts";
import type { LatencyLine } from "../../../src/core/latency/journal.ts";
import { latencyMetrics } from "../../../src/core/latency/metrics.ts";
import { LatencySettings } from "../../../src/core/latency/settings.ts";
import { summariseLatency } from "../../../src/core/latency/summarise.ts";
import { latencyWarnings } from "../../../src/core/latency/warnings.ts";
import { Metric } from "../../../src/core/report.ts";
import { Gate } from "../../../src/core/suite.ts";
import type { TimedRequest } from "../../../src/core/latency/timed-request.ts";
import { answeredAfter, missed, timedRequest } from "../../fixtures/timed-requests.ts";

const header = {
  v: 1 as const,
  kind: "latency" as const,
  startedAt: "2026-11-20T10:00:00.000Z",
  tool: "nitbench 0.1.0",
  seed: 1,
  settings: LatencySettings.parse({}),
  limitMs: 60_000,
  reviewers: [{ ref: "openai:m", identity: "openai m" }],
};
const stage = (p99Ms = 0): LatencyLine => ({
  v: 1,
  kind: "stage",
  stage: 0,
  loopLag: { p99Ms, mostMs: p99Ms },
  givenUp: [],
});
const reportOf = (requests: TimedRequest[], ...more: LatencyLine[]) =>
  summariseLatency([header, ...requests, ...(more.length === 0 ? [stage()] : more), { v: 1, kind: "end" }]);
const many = (count: number, ms: (index: number) => number) =>
  Array.from({ length: count }, (_, index) => answeredAfter(index, ms(index)));
const decide = (gate: object, metrics: Record<string, Metric>) =>
  applyGates([Gate.parse({ metric: "latency.p95_ms", ...gate })], [], 1, {}, null, undefined, metrics)[0];

describe("metrics of the latency phase", () => {
  test("are its percentiles with their intervals, valid as any metric", () => {
    const metrics = latencyMetrics(
      reportOf(Array.from({ length: 200 }, (_, index) => timedRequest(index))),
      "openai:m",
    );
    for (const metric of Object.values(metrics)) expect(() => Metric.parse(metric)).not.toThrow();
    expect(Object.fromEntries(Object.entries(metrics).map(([name, { value, unit }]) => [name, [value, unit]]))).toEqual(
      {
        "latency.p50_ms": [800, "ms"],
        "latency.p95_ms": [800, "ms"],
        "latency.p99_ms": [null, "ms"],
        "latency.ttft_p50_ms": [100, "ms"],
        "latency.ttft_p95_ms": [100, "ms"],
        "latency.tokens_per_s": [100, "count"],
        "latency.first_finding_p50_ms": [400, "ms"],
      },
    );
    expect(metrics["latency.p99_ms"]?.reason).toContain("a p99 takes 368 requests, and there are 200");
  });

  test("say how many requests had no answer", () => {
    const metrics = latencyMetrics(
      reportOf([...many(90, () => 500), ...[90, 91].map((index) => missed(index, "failed"))]),
      "openai:m",
    );
    expect(metrics["latency.p50_ms"]).toMatchObject({
      value: 500,
      reason: "2 of 92 requests had no answer; each counts as 60 s at least",
    });
  });

  test("are none for a reviewer that is not timed, and without a value for one that could not be", () => {
    expect(latencyMetrics(reportOf(many(90, () => 500)), "floor:silent")).toEqual({});
    expect(latencyMetrics(null, "openai:m")).toEqual({});
    const leftOut = reportOf([], { v: 1, kind: "left-out", reviewer: "openai:m", reason: "connection refused" });
    expect(latencyMetrics(leftOut, "openai:m")["latency.p95_ms"]).toMatchObject({
      value: null,
      n: 0,
      reason: "connection refused",
    });
  });
});

describe("a gate on a time", () => {
  test("passes by the upper bound and fails by the lower one", () => {
    const metrics = latencyMetrics(reportOf(many(200, (index) => 500 + index)), "openai:m");
    expect(decide({ max: 1000 }, metrics)).toMatchObject({ status: "pass", value: 500 + 0.95 * 199 });
    expect(decide({ max: 600 }, metrics)).toMatchObject({ status: "fail" });
    expect(decide({ max: 690 }, metrics)).toMatchObject({ status: "inconclusive" });
  });

  test("fails where too many requests had no answer, fast as the others were", () => {
    const requests = many(200, () => 300).map((one, index) => (index % 5 === 0 ? missed(index, "failed") : one));
    expect(decide({ max: 1000 }, latencyMetrics(reportOf(requests), "openai:m"))).toMatchObject({ status: "fail" });
  });

  test("does not pass by requests without an answer that count as less than it asks for", () => {
    const requests = many(200, () => 300).map((one, index) => (index % 5 === 0 ? missed(index, "failed") : one));
    const report = summariseLatency([{ ...header, limitMs: 500 }, ...requests, stage(), { v: 1, kind: "end" }]);
    expect(decide({ max: 1000 }, latencyMetrics(report, "openai:m"))).toMatchObject({
      status: "inconclusive",
      value: 500,
    });
  });

  test("is undecided, with the reason, where there is no value to trust", () => {
    const few = decide({ max: 1000 }, latencyMetrics(reportOf(many(50, () => 300)), "openai:m"));
    expect(few).toMatchObject({ status: "inconclusive", value: null });
    expect(few?.reason).toContain("takes 72 requests");
    const lagged = decide(
      { max: 1000 },
      latencyMetrics(
        reportOf(
          many(200, () => 300),
          stage(100),
        ),
        "openai:m",
      ),
    );
    expect(lagged?.reason).toContain("event loop");
    expect(decide({ max: 1000 }, {})).toMatchObject({ status: "inconclusive", reason: "this reviewer is not timed" });
  });
});

describe("warnings of the latency phase", () => {
  test("name misses, answers that were cut, and a cache that served a cold measurement", () => {
    const usage = { promptTokens: 100, completionTokens: 9, cachedTokens: 50 };
    const requests = [
      ...Array.from({ length: 90 }, (_, index) => timedRequest(index, { usage, finishReason: "length" })),
      missed(91, "timeout"),
    ];
    expect(latencyWarnings(reportOf(requests))).toEqual([
      "openai:m: at 1 in flight, 1 request of 91 had no answer (timeout)",
      "openai:m: at 1 in flight, 50 % of the prompts' tokens came from the server's cache, so this was not cold",
      "openai:m: at 1 in flight, 90 answers of 90 were cut by the token limit, and whole ones would take longer",
    ]);
  });

  test("are none where nothing is wrong", () => {
    expect(latencyWarnings(reportOf(many(90, () => 500)))).toEqual([]);
    expect(latencyWarnings(null)).toEqual([]);
  });
});
