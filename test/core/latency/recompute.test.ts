import { describe, expect, test } from "vitest";
import { z } from "zod";
import { summariseLatency } from "../../../src/core/latency/summarise.ts";
import { latencyLinesOf } from "../../fixtures/latency-run.ts";

// What a reader of `latency.jsonl` would write who has nothing but docs/latency.md: none of the program's own functions.

const Raw = z.looseObject({ kind: z.string() });
const RawRequest = z.looseObject({
  reviewer: z.string(),
  stage: z.number(),
  index: z.number(),
  isWarmup: z.boolean(),
  block: z.number(),
  diffLines: z.number(),
  scheduledMs: z.number(),
  dispatchedMs: z.number(),
  firstReasoningMs: z.number().nullable(),
  firstContentMs: z.number().nullable(),
  firstFindingMs: z.number().nullable(),
  lastContentMs: z.number().nullable(),
  endMs: z.number(),
  outcome: z.string(),
  usage: z.looseObject({
    promptTokens: z.number().nullable(),
    completionTokens: z.number().nullable(),
    cachedTokens: z.number().nullable(),
  }),
  serverTiming: z.looseObject({ loadMs: z.number().nullable() }).optional(),
});
type RawRequest = z.infer<typeof RawRequest>;

/** Ranks of the order-statistic interval from the chances of a binomial, one after the other. */
function ranksOf(n: number, p: number): { low: number; high: number | null } {
  let chance = (1 - p) ** n;
  let below = 0;
  let low = 0;
  for (let k = 0; k <= n; k += 1) {
    below += chance;
    if (below <= 0.025) low = k + 1;
    if (below >= 0.975) return { low, high: k + 1 <= n ? k + 1 : null };
    chance *= ((n - k) / (k + 1)) * (p / (1 - p));
  }
  return { low, high: null };
}

function typeSeven(sorted: readonly number[], p: number): number {
  const at = p * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)] ?? NaN, sorted[Math.ceil(at)] ?? NaN];
  return low + (at - Math.floor(at)) * (high - low);
}

const least: Readonly<Record<number, number>> = { 0.5: 6, 0.9: 36, 0.95: 72, 0.99: 368 };

/** A percentile of times of which the misses come last; null where there are too few. */
function percentile(times: readonly (number | null)[], limitMs: number, p: number): (number | null)[] {
  const known = times.filter((ms) => ms !== null).sort((a, b) => a - b);
  const misses = times.length - known.length;
  const slowest = Math.max(limitMs, known.at(-1) ?? 0);
  if (times.length < (least[p] ?? NaN)) return [null, null, null];
  const all = [...known, ...Array<number>(misses).fill(slowest)];
  const { low, high } = ranksOf(all.length, p);
  const end = high === null || high > known.length ? null : (all[high - 1] ?? null);
  return [typeSeven(all, p), all[low - 1] ?? null, end];
}

const lines = latencyLinesOf({ concurrency: [1, 4, 16], missEvery: 25 }).map((line) => {
  if (line.kind !== "request" || line.index % 2 === 0 || line.outcome !== "answered") return line;
  const usage = { ...line.usage, cachedTokens: 20 };
  return { ...line, usage, serverTiming: { totalMs: 5, loadMs: line.index, promptMs: 1, generationMs: 1 } };
});
const raw = lines.map((line) => Raw.parse(JSON.parse(JSON.stringify(line))));
const report = summariseLatency(lines);
const limitMs = 20_000;

describe.each((report?.stages ?? []).flatMap(({ reviewers }, stage) => reviewers.map((one) => [stage, one] as const)))(
  "the lines alone give, of level %d,",
  (stage, { reviewer, figures }) => {
    const own = raw
      .filter(({ kind }) => kind === "request")
      .map((line) => RawRequest.parse(line))
      .filter((one) => one.stage === stage && one.reviewer === reviewer && !one.isWarmup);
    const answered = own.filter(({ outcome }) => outcome === "answered");
    const timesOf = (until: (one: RawRequest) => number | null, from: (one: RawRequest) => number, among = own) =>
      among.map((one) => {
        const at = until(one);
        return one.outcome !== "answered" || at === null ? null : at - from(one);
      });
    const due = ({ scheduledMs }: RawRequest) => scheduledMs;
    const last = ({ lastContentMs }: RawRequest) => lastContentMs;
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
    const wallMs = sum(
      [...Map.groupBy(own, ({ block }) => block).values()].map(
        (block) => Math.max(...block.map(({ endMs }) => endMs)) - Math.min(...block.map(due)),
      ),
    );

    test.each([
      ["endToEnd", timesOf(last, due)],
      ["service", timesOf(last, ({ dispatchedMs }) => dispatchedMs)],
      ["firstToken", timesOf((one) => one.firstReasoningMs ?? one.firstContentMs, due)],
      ["firstOutput", timesOf((one) => one.firstContentMs, due)],
      [
        "firstFinding",
        timesOf(
          (one) => one.firstFindingMs,
          due,
          own.filter((one) => one.outcome !== "answered" || one.firstFindingMs !== null),
        ),
      ],
      ["dispatchLag", own.map((one) => one.dispatchedMs - one.scheduledMs)],
      [
        "perToken",
        answered.map((one) => {
          const tokens = one.usage.completionTokens ?? 0;
          return ((one.lastContentMs ?? 0) - (one.firstContentMs ?? 0)) / (tokens - 1);
        }),
      ],
      [
        "tokensPerS",
        answered.map((one) => {
          const tokens = one.usage.completionTokens ?? 0;
          return (1000 * (tokens - 1)) / ((one.lastContentMs ?? 0) - (one.firstContentMs ?? 0));
        }),
      ],
    ] as const)("%s with its intervals", (name, times) => {
      expect(figures[name].length).toBeGreaterThan(0);
      for (const { p, value, low, high } of figures[name]) {
        const expected = percentile(times, limitMs, p);
        [value, low, high].forEach((number, at) => {
          if (expected[at] == null) expect(number).toBeNull();
          else expect(number).toBeCloseTo(expected[at], 6);
        });
      }
    });

    test("counts, rates and shares", () => {
      const inTime = timesOf(last, due).filter((ms) => ms !== null && ms <= 900).length;
      const told = answered.filter(({ usage }) => usage.cachedTokens !== null);
      const loads = answered.flatMap(({ serverTiming }) => serverTiming?.loadMs ?? []);
      expect(figures).toMatchObject({
        requests: own.length,
        answered: answered.length,
        timeouts: own.filter(({ outcome }) => outcome === "timeout").length,
        withoutFinding: answered.filter(({ firstFindingMs }) => firstFindingMs === null).length,
        withinObjective: { count: inTime, share: inTime / own.length },
        loading: { mostMs: Math.max(...loads), requests: loads.length },
      });
      expect(figures.wallMs).toBeCloseTo(wallMs, 6);
      expect(figures.answersPerS).toBeCloseTo((1000 * answered.length) / wallMs, 9);
      expect(figures.goodputPerS).toBeCloseTo((1000 * inTime) / wallMs, 9);
      const tokens = sum(answered.map(({ usage }) => usage.completionTokens ?? 0));
      expect(figures.outputTokensPerS).toBeCloseTo((1000 * tokens) / wallMs, 9);
      const [cached, prompts] = [
        told.map(({ usage }) => usage.cachedTokens ?? 0),
        told.map(({ usage }) => usage.promptTokens ?? 0),
      ];
      expect(figures.cachedShare).toBeCloseTo(sum(cached) / sum(prompts), 12);
    });

    test("times by the size of the diff", () => {
      const edges = [0, 20, 100, 400, Infinity];
      const classes = edges
        .slice(1)
        .map((edge, at) => own.filter(({ diffLines: one }) => (edges[at] ?? 0) < one && one <= edge));
      const known = classes.filter((of) => of.length > 0);
      expect(figures.bySize.map(({ requests }) => requests)).toEqual(known.map((of) => of.length));
      figures.bySize.forEach(({ endToEnd }, at) => {
        const [median] = percentile(timesOf(last, due, known[at] ?? []), limitMs, 0.5);
        if (median == null) expect(endToEnd[0]?.value).toBeNull();
        else expect(endToEnd[0]?.value).toBeCloseTo(median, 6);
      });
    });
  },
);

test("the lines alone give the median of the ratios, what the client adds, and how far each reviewer goes", () => {
  const [first] = report?.stages ?? [];
  const timesOf = (reviewer: string) =>
    new Map(
      raw
        .filter(({ kind }) => kind === "request")
        .map((line) => RawRequest.parse(line))
        .filter((one) => one.stage === 0 && one.reviewer === reviewer)
        .map((one) => [one.index, one.outcome === "answered" ? (one.lastContentMs ?? 0) - one.scheduledMs : limitMs]),
    );
  const [fast, slow] = [timesOf("openai:fast"), timesOf("openai:slow")];
  const ratios = [...fast].map(([index, ms]) => (slow.get(index) ?? NaN) / ms).sort((a, b) => a - b);
  const { low, high } = ranksOf(ratios.length, 0.5);
  const median = first?.comparisons[0]?.median;
  expect(median?.value).toBeCloseTo(typeSeven(ratios, 0.5), 9);
  expect([median?.low, median?.high]).toEqual([ratios[low - 1], ratios[(high ?? NaN) - 1]]);
  expect(first?.overhead).toEqual({ requests: 72, firstToken: { p50: 1, p95: 1 }, endToEnd: { p50: 1, p95: 1 } });
  const p95s = (report?.stages ?? []).map(({ reviewers }) => reviewers[0]?.figures.endToEnd[2]);
  expect(p95s.map((one) => (one?.value ?? 0) <= 2 * (p95s[0]?.value ?? 0))).toEqual([true, true, false]);
  expect(p95s.map((one) => (one?.highOneSided ?? Infinity) <= 900)).toEqual([true, true, false]);
  expect(report?.knees[0]).toEqual({ reviewer: "openai:fast", level: 4, isBent: true, within: 4 });
});
