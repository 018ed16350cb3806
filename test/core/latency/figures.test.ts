import fc from "fast-check";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { describe, expect, test } from "vitest";
import { latencyFigures } from "../../../src/core/latency/figures.ts";
import { explainNoValue, quantileFigure } from "../../../src/core/latency/quantiles.ts";
import { sizeClassOf } from "../../../src/core/latency/size-class.ts";
import { normalQuantile } from "../../../src/core/stats/distributions.ts";
import { fewestForQuantile, quantileInterval } from "../../../src/core/stats/quantile.ts";
import { answeredAfter, missed, timedRequest } from "../../fixtures/timed-requests.ts";

const settings = { limitMs: 10_000, objectiveMs: 1000 };
const hundred = Array.from({ length: 100 }, (_, index) => index + 1);

describe("percentiles", () => {
  test("are of type 7", () => {
    const values = Float64Array.from({ length: 100 }, (_, index) => 10 * index);
    expect(quantileFigure(values, 0.5).value).toBe(495);
    expect(quantileFigure(values, 0.95).value).toBeCloseTo(940.5, 9);
  });

  test("have the published ranks as ends of their intervals", () => {
    const of = (n: number, p: number) => {
      const { lowRank, highRank } = quantileInterval(
        Float64Array.from({ length: n }, (_, index) => index),
        p,
      );
      return [lowRank, highRank];
    };
    expect([of(100, 0.5), of(100, 0.95), of(72, 0.95), of(200, 0.5), of(200, 0.95)]).toEqual([
      [40, 61],
      [90, 100],
      [64, 72],
      [86, 115],
      [184, 197],
    ]);
  });

  test.each([
    [0.5, 6],
    [0.9, 36],
    [0.95, 72],
    [0.99, 368],
  ])("a p of %d takes %d values", (p, needed) => {
    expect(fewestForQuantile(p)).toBe(needed);
    const values = Float64Array.from({ length: needed }, (_, index) => index);
    expect(quantileFigure(values, p)).toMatchObject({ n: needed, high: needed - 1 });
    const fewer = quantileFigure(values.subarray(1), p);
    expect(fewer).toMatchObject({ value: null, low: null, high: null, highOneSided: null, needed });
    expect(explainNoValue(fewer)).toContain(`takes ${needed} requests, and there are ${needed - 1}`);
  });

  test("have intervals that hold the truth as often as they say, whatever the distribution", () => {
    const generator = xoroshiro128plus(5);
    const uniform = () => ((generator.next() >>> 0) + 0.5) / 2 ** 32;
    const logNormal = (at: number) => 500 * Math.exp(0.6 * normalQuantile(at));
    const bimodal = (at: number) => (at < 0.9 ? 200 + at : 3000 + at);
    for (const [quantileOf, p, n] of [
      [logNormal, 0.5, 60],
      [logNormal, 0.95, 100],
      [bimodal, 0.95, 200],
    ] as const) {
      let [held, below] = [0, 0];
      const runs = 600;
      for (let run = 0; run < runs; run += 1) {
        const times = Float64Array.from({ length: n }, () => quantileOf(uniform())).sort();
        const { low, high, highOneSided } = quantileFigure(times, p);
        if ((low ?? Infinity) <= quantileOf(p) && quantileOf(p) <= (high ?? 0)) held += 1;
        if ((highOneSided ?? 0) < quantileOf(p)) below += 1;
      }
      expect(held / runs).toBeGreaterThan(0.93);
      expect(below / runs).toBeLessThan(0.08);
    }
  });

  test("that rest on a miss say that the truth is at least as great", () => {
    const values = Float64Array.from(hundred);
    expect(quantileFigure(values, 0.95, 4).isLeast).toBe(false);
    expect(quantileFigure(values, 0.95, 5).isLeast).toBe(true);
    expect(quantileFigure(values, 0.5, 5).isLeast).toBe(false);
  });

  test("have no upper end where that is a miss: nothing bounds what never came", () => {
    const values = Float64Array.from(hundred);
    expect(quantileFigure(values, 0.95, 0)).toMatchObject({ low: 90, high: 100, highOneSided: 99 });
    expect(quantileFigure(values, 0.95, 1)).toMatchObject({ low: 90, high: null, highOneSided: 99 });
    expect(quantileFigure(values, 0.95, 2)).toMatchObject({ low: 90, high: null, highOneSided: null });
    expect(quantileFigure(values, 0.5, 50)).toMatchObject({ value: 50.5, isLeast: true, low: 40, high: null });
  });
});

describe("figures of requests", () => {
  test("count from the moment at which a request was due, and from its dispatch apart", () => {
    const requests = hundred.map((index) => {
      const one = timedRequest(index);
      return { ...one, dispatchedMs: one.scheduledMs + 30 };
    });
    const figures = latencyFigures(requests, settings);
    expect(figures.endToEnd.map(({ p, value }) => [p, value])).toEqual([
      [0.5, 800],
      [0.9, 800],
      [0.95, 800],
      [0.99, null],
    ]);
    expect(figures.service[0]?.value).toBe(770);
    expect(figures.dispatchLag.map(({ value }) => value)).toEqual([30, 30]);
    expect(figures.firstToken[0]?.value).toBe(100);
    expect(figures.firstFinding[0]?.value).toBe(400);
  });

  test("never drop a miss: it is slower than every answer, however early it failed", () => {
    const requests = hundred.map((index) =>
      index <= 60 ? answeredAfter(index, 500) : missed(index, index % 2 === 0 ? "failed" : "timeout"),
    );
    const figures = latencyFigures(requests, settings);
    expect(figures).toMatchObject({ requests: 100, answered: 60, failed: 20, timeouts: 20 });
    expect(figures.endToEnd[0]).toMatchObject({ value: 500, n: 100, isLeast: false });
    expect(figures.endToEnd[2]).toMatchObject({ value: 10_000, isLeast: true });
    expect(figures.firstToken[1]).toMatchObject({ value: 10_000, isLeast: true });
    expect(figures.withinObjective).toMatchObject({ count: 60, share: 0.6 });
    expect(figures.errors).toEqual([
      { message: "timeout", count: 20 },
      { message: "failed", count: 20 },
    ]);
  });

  test("turning an answer into a miss never makes any percentile smaller", () => {
    const times = fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 80, maxLength: 120 });
    fc.assert(
      fc.property(times, fc.nat(), (all, which) => {
        const before = all.map((ms, index) => answeredAfter(index, ms));
        const after = before.map((one, index) => (index === which % all.length ? missed(index, "failed") : one));
        const [was, is] = [latencyFigures(before, settings), latencyFigures(after, settings)];
        was.endToEnd.forEach(({ value }, at) => expect(is.endToEnd[at]?.value ?? 0).toBeGreaterThanOrEqual(value ?? 0));
      }),
      { numRuns: 40 },
    );
  });

  test("take the time per token by the server's count, never by pieces", () => {
    const requests = hundred.map((index) => timedRequest(index, { pieces: 3 }));
    expect(latencyFigures(requests, settings).perToken[0]?.value).toBe(10);
    expect(latencyFigures(requests, settings).tokensPerS[0]?.value).toBe(100);
    const uncounted = requests.map((one) => ({ ...one, usage: { ...one.usage, completionTokens: null } }));
    expect(latencyFigures(uncounted, settings).perToken[0]).toMatchObject({ value: null, n: 0 });
    expect(latencyFigures(uncounted, settings).outputTokensPerS).toBeNull();
    const whole = requests.map((one) => ({ ...one, pieces: 1 }));
    expect(latencyFigures(whole, settings).perToken[0]).toMatchObject({ value: null, n: 0 });
  });

  test("leave tokens of a reasoning that was not sent out of the time per token, and those of one that was in it", () => {
    const usage = { promptTokens: 200, completionTokens: 571, cachedTokens: null, reasoningTokens: 500 };
    const unseen = hundred.map((index) => timedRequest(index, { usage }));
    expect(latencyFigures(unseen, settings).tokensPerS[0]?.value).toBe(100);
    const seen = unseen.map((one) => ({ ...one, firstReasoningMs: one.scheduledMs + 100 }));
    expect(latencyFigures(seen, settings).tokensPerS[0]?.value).toBeCloseTo(570 / 0.7, 6);
  });

  test("say why there is no time per token and no first finding, where more requests would not help", () => {
    const requests = hundred.map((index) => timedRequest(index, { pieces: 1, firstFindingMs: null }));
    const { tokensPerS, firstFinding } = latencyFigures(requests, settings);
    expect(explainNoValue(tokensPerS[0] ?? quantileFigure([], 0.5))).toContain("no answer came in pieces");
    expect(explainNoValue(firstFinding[0] ?? quantileFigure([], 0.5))).toContain("no first finding was seen");
  });

  test("count reasoning as first token, and as no output", () => {
    const requests = hundred.map((index) => timedRequest(index, { firstReasoningMs: index * 1000 + 20 }));
    const figures = latencyFigures(requests, settings);
    expect([figures.firstToken[0]?.value, figures.firstOutput[0]?.value]).toEqual([20, 100]);
  });

  test("leave answers without a finding out of the time to the first, and no miss", () => {
    const requests = hundred.map((index) =>
      index <= 40
        ? timedRequest(index, { firstFindingMs: null })
        : index <= 90
          ? timedRequest(index)
          : missed(index, "failed"),
    );
    const figures = latencyFigures(requests, settings);
    expect(figures.withoutFinding).toBe(40);
    expect(figures.firstFinding[0]).toMatchObject({ n: 60, value: 400 });
  });

  test("tell rates over the time in which requests were under way, block by block", () => {
    const first = hundred.slice(0, 10).map((index) => timedRequest(index, { block: 0 }));
    const second = hundred
      .slice(0, 10)
      .map((index) => timedRequest(index, { block: 2, scheduledMs: 1_000_000 + index * 1000 }));
    const last = 9000 + 810;
    const moved = second.map((one, at) => ({
      ...one,
      lastContentMs: one.scheduledMs + 800,
      endMs: one.scheduledMs + 810,
      index: 10 + at,
    }));
    const figures = latencyFigures([...first, ...moved], settings);
    expect(figures.wallMs).toBe(2 * last);
    expect(figures.answersPerS).toBeCloseTo(20 / ((2 * last) / 1000), 9);
    expect(figures.goodputPerS).toBeCloseTo(20 / ((2 * last) / 1000), 9);
    expect(figures.outputTokensPerS).toBeCloseTo((20 * 71) / ((2 * last) / 1000), 9);
  });

  test("tell the share of cached tokens, loading and what was cut", () => {
    const usage = { promptTokens: 200, completionTokens: 5, cachedTokens: 50 };
    const serverTiming = { totalMs: 900, loadMs: 120, promptMs: 1, generationMs: 1 };
    const requests = [
      timedRequest(0, { usage, serverTiming }),
      timedRequest(1, { usage: { ...usage, cachedTokens: null }, finishReason: "length" }),
    ];
    expect(latencyFigures(requests, settings)).toMatchObject({
      cachedShare: 0.25,
      loading: { mostMs: 120, requests: 1 },
      cut: 1,
    });
    expect(latencyFigures([timedRequest(0)], settings)).toMatchObject({ cachedShare: null, loading: null, cut: 0 });
  });

  test("are told by the size of the diff, small ones first", () => {
    const requests = hundred.map((index) => ({
      ...answeredAfter(index, index <= 50 ? 100 : 900),
      diffLines: index <= 50 ? 5 : 500,
    }));
    const { bySize } = latencyFigures(requests, settings);
    expect(bySize.map(({ name, requests: count, endToEnd }) => [name, count, endToEnd[0]?.value])).toEqual([
      ["up to 20 lines", 50, 100],
      ["over 400 lines", 50, 900],
    ]);
    expect([0, 20, 21, 100, 101, 400, 401].map(sizeClassOf)).toEqual([0, 0, 1, 1, 2, 2, 3]);
  });

  test("of no request are empty, not zero", () => {
    const figures = latencyFigures([], settings);
    expect(figures).toMatchObject({
      requests: 0,
      answersPerS: null,
      withinObjective: null,
      goodputPerS: null,
      cachedShare: null,
    });
    expect(figures.endToEnd.every(({ value }) => value === null)).toBe(true);
  });

  test("do not hang on the order of the lines", () => {
    const requests = hundred.map((index) => answeredAfter(index, (index * 37) % 101));
    expect(latencyFigures(requests.toReversed(), settings)).toEqual(latencyFigures(requests, settings));
  });
});
