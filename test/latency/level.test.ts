import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { describe, expect, test } from "vitest";
import { latencyFigures } from "../../src/core/latency/figures.ts";
import type { Level } from "../../src/core/latency/settings.ts";
import type { TimedRequest } from "../../src/core/latency/timed-request.ts";
import { normalQuantile } from "../../src/core/stats/distributions.ts";
import { quantile } from "../../src/core/stats/quantile.ts";
import { type LevelEnd, type LevelOptions, runLevel } from "../../src/latency/level.ts";
import { virtualClock } from "../fixtures/virtual-clock.ts";
import { plainQuestions, type VirtualServer, virtualTarget } from "../fixtures/virtual-load.ts";

const closed = (concurrency: number): Level => ({ mode: "closed", concurrency });
const open = (rate: number, arrivals: "poisson" | "constant" = "constant"): Level => ({ mode: "open", rate, arrivals });
const settings = { limitMs: 60_000, objectiveMs: null };

interface Ran {
  lines: TimedRequest[];
  warmups: TimedRequest[];
  givenUp: LevelEnd["givenUp"];
  targets: ReturnType<typeof virtualTarget>[];
}

async function run(level: Level, servers: VirtualServer[], more: Partial<LevelOptions> = {}): Promise<Ran> {
  const clock = virtualClock();
  const targets = servers.map((server, index) => virtualTarget(`r${index}`, clock, server));
  const all: TimedRequest[] = [];
  const { givenUp } = await runLevel({
    stage: 0,
    level,
    targets,
    questions: plainQuestions,
    limits: { requests: 200, durationMs: Infinity },
    warmup: 0,
    seed: 7,
    nextWord: () => null,
    clock,
    signal: new AbortController().signal,
    refuse: () => null,
    onLine: (line) => void all.push(line),
    ...more,
  });
  return { lines: all.filter((one) => !one.isWarmup), warmups: all.filter((one) => one.isWarmup), givenUp, targets };
}

/** Times drawn from a distribution by its quantile function. */
function draw(count: number, quantileOf: (uniform: number) => number): number[] {
  const generator = xoroshiro128plus(11);
  return Array.from({ length: count }, () => quantileOf(((generator.next() >>> 0) + 0.5) / 2 ** 32));
}

describe("a server of a known distribution is measured as it is", () => {
  const bimodal = (uniform: number) => (uniform < 0.8 ? 200 + 10 * uniform : 1500 + 10 * uniform);
  test.each([
    ["constant", () => 800],
    ["log-normal", (uniform: number) => 500 * Math.exp(0.5 * normalQuantile(uniform))],
    ["bimodal", bimodal],
  ])("%s", async (_, quantileOf) => {
    const times = draw(400, quantileOf);
    const { lines } = await run(closed(1), [{ serviceMs: (nth) => times[nth] ?? 0 }], {
      limits: { requests: 400, durationMs: Infinity },
    });
    const sorted = Float64Array.from(times).sort();
    for (const { p, value } of latencyFigures(lines, settings).endToEnd)
      expect(value).toBeCloseTo(quantile(sorted, p) ?? 0, 6);
  });
});

describe("a closed loop", () => {
  test("keeps its slots busy, and a request is due when its slot is free", async () => {
    const { lines } = await run(closed(4), [{ serviceMs: (nth) => (nth % 3 === 0 ? 300 : 100) }], {
      limits: { requests: 60, durationMs: Infinity },
    });
    expect(lines).toHaveLength(60);
    const inFlight = lines.map(
      ({ dispatchedMs }) =>
        lines.filter((other) => other.dispatchedMs <= dispatchedMs && dispatchedMs < other.endMs).length,
    );
    expect(Math.max(...inFlight)).toBe(4);
    expect(lines.every((one) => one.scheduledMs === one.dispatchedMs)).toBe(true);
    expect(new Set(lines.map(({ index }) => index)).size).toBe(60);
  });

  test("ends after its time, and waits for what is under way", async () => {
    const { lines } = await run(closed(2), [{ serviceMs: () => 300 }], {
      limits: { requests: Infinity, durationMs: 1000 },
    });
    expect(lines).toHaveLength(8);
    expect(Math.max(...lines.map(({ scheduledMs }) => scheduledMs))).toBe(900);
  });

  test("hides the queue behind a stall that the open loop shows", async () => {
    // A server that works on one request at a time and stands still from 2 s to 4 s; a person sends one every 100 ms.
    const server = { serviceMs: () => 50, stall: { fromMs: 2000, toMs: 4000 }, slots: 1 };
    const [hidden, shown] = [await run(closed(1), [server]), await run(open(10), [server])];
    const slow = ({ lines }: Ran) => lines.filter((one) => (one.lastContentMs ?? 0) - one.scheduledMs > 500).length;
    expect(slow(hidden)).toBe(1);
    expect(slow(shown)).toBeGreaterThan(25);
    const p95 = ({ lines }: Ran) => latencyFigures(lines, settings).endToEnd[2]?.value ?? 0;
    expect(p95(hidden)).toBeCloseTo(50, 6);
    // 200 requests: the p95 is the tenth slowest, which waited about 2,000 - 10 * 50 ms.
    expect(p95(shown)).toBeGreaterThan(1400);
    expect(p95(shown)).toBeLessThan(2000);
  });
});

describe("an open loop", () => {
  test("sends when requests are due, whether earlier ones are answered or not", async () => {
    const { lines } = await run(open(10), [{ serviceMs: () => 5000 }], {
      limits: { requests: 30, durationMs: Infinity },
    });
    const due = lines.toSorted((a, b) => a.index - b.index).map(({ scheduledMs }) => scheduledMs);
    expect(due.map((atMs) => atMs - (due[0] ?? 0))).toEqual(Array.from({ length: 30 }, (_, index) => index * 100));
    expect(lines.every((one) => one.dispatchedMs === one.scheduledMs)).toBe(true);
  });

  test("counts from the moment at which a request was due where the client itself is late", async () => {
    const { lines } = await run(open(10), [{ serviceMs: () => 100, clientMs: 40 }]);
    const figures = latencyFigures(lines, settings);
    expect(figures.endToEnd[0]?.value).toBeCloseTo(140, 6);
    expect(figures.service[0]?.value).toBeCloseTo(100, 6);
    expect(figures.dispatchLag[0]?.value).toBeCloseTo(40, 6);
  });

  test("ends after its time", async () => {
    const { lines } = await run(open(5), [{ serviceMs: () => 10 }], {
      limits: { requests: Infinity, durationMs: 2000 },
    });
    expect(lines).toHaveLength(10);
  });

  test("has the same arrivals for every reviewer, and the same for the same seed", async () => {
    const servers = [{ serviceMs: () => 10 }, { serviceMs: () => 20 }];
    const dueOf = ({ lines }: Ran, reviewer: string) => {
      const own = lines
        .filter((one) => one.reviewer === reviewer && one.block <= 1)
        .toSorted((a, b) => a.index - b.index);
      return own.map(({ scheduledMs }) => Math.round(scheduledMs - (own[0]?.scheduledMs ?? 0)));
    };
    const first = await run(open(20, "poisson"), servers, { limits: { requests: 40, durationMs: Infinity } });
    expect(dueOf(first, "r0")).toHaveLength(10);
    expect(dueOf(first, "r0")).toEqual(dueOf(first, "r1"));
    const other = await run(open(20, "poisson"), servers, { limits: { requests: 40, durationMs: Infinity }, seed: 8 });
    expect(dueOf(other, "r0")).not.toEqual(dueOf(first, "r0"));
  });
});

describe("several reviewers", () => {
  const three = [{ serviceMs: () => 10 }, { serviceMs: () => 20 }, { serviceMs: () => 30 }];
  const orderOf = ({ lines }: Ran) =>
    lines.toSorted((a, b) => a.dispatchedMs - b.dispatchedMs).map(({ reviewer }) => reviewer);

  test("take turns request by request, the first to be asked changing each time", async () => {
    const ran = await run(closed(1), three.slice(0, 2), { limits: { requests: 4, durationMs: Infinity } });
    expect(orderOf(ran)).toEqual(["r0", "r1", "r1", "r0", "r0", "r1", "r1", "r0"]);
    const all = await run(closed(1), three, { limits: { requests: 2, durationMs: Infinity } });
    expect(orderOf(all)).toEqual(["r0", "r1", "r2", "r2", "r1", "r0"]);
  });

  test("are never under way at once", async () => {
    const { lines } = await run(closed(8), three, { limits: { requests: 100, durationMs: Infinity } });
    for (const one of lines) {
      const beside = lines.filter(
        (other) => other.reviewer !== one.reviewer && other.dispatchedMs < one.endMs && other.endMs > one.dispatchedMs,
      );
      expect(beside).toEqual([]);
    }
    const counts = [...Map.groupBy(lines, ({ reviewer }) => reviewer).values()].map((own) => own.length);
    expect(counts).toEqual([100, 100, 100]);
  });

  test("are asked the same questions, each once", async () => {
    const { targets } = await run(closed(4), three, { limits: { requests: 50, durationMs: Infinity } });
    const [first, ...others] = targets.map(({ seen }) => seen.toSorted());
    expect(new Set(first).size).toBe(50);
    for (const other of others) expect(other).toEqual(first);
  });
});

describe("a level", () => {
  test("warms every reviewer up first, over as many connections as there will be, about something else", async () => {
    const { warmups, lines, targets } = await run(closed(8), [{ serviceMs: () => 10 }], {
      warmup: 3,
      limits: { requests: 20, durationMs: Infinity },
    });
    expect(warmups).toHaveLength(8);
    expect(targets[0]?.seen.slice(0, 8).every((id) => id.startsWith("warm-up"))).toBe(true);
    expect(lines.every(({ caseId }) => caseId.startsWith("case-"))).toBe(true);
    expect((await run(closed(8), [{ serviceMs: () => 10 }], { warmup: 0 })).warmups).toEqual([]);
  });

  test("gives a reviewer up that answers nothing, and goes on with the others", async () => {
    const { lines, givenUp } = await run(closed(1), [
      { serviceMs: () => 10, answers: () => false },
      { serviceMs: () => 10 },
    ]);
    const reason = "given up after its first 10 requests had all failed (the server answered 503)";
    expect(givenUp).toEqual([{ reviewer: "r0", reason }]);
    expect(lines.filter(({ reviewer }) => reviewer === "r0")).toHaveLength(10);
    expect(lines.filter(({ reviewer }) => reviewer === "r1")).toHaveLength(200);
  });

  test("gives a reviewer up that fails at once, without an end to its requests", async () => {
    const { lines, givenUp } = await run(closed(1), [{ serviceMs: () => 0, answers: () => false }], {
      limits: { requests: Infinity, durationMs: 1000 },
    });
    expect(givenUp).toHaveLength(1);
    expect(lines).toHaveLength(10);
  });

  test("counts misses and goes on where some are answered", async () => {
    const { lines, givenUp } = await run(closed(1), [{ serviceMs: () => 10, answers: (nth) => nth % 2 === 1 }]);
    expect(lines).toHaveLength(200);
    expect(givenUp).toEqual([]);
  });

  test("ends early where nothing more may be asked", async () => {
    let asked = 0;
    const { lines } = await run(closed(2), [{ serviceMs: () => 10 }], {
      refuse: () => (asked > 20 ? "the budget is spent" : null),
      onLine: () => void (asked += 1),
    });
    expect(lines).toEqual([]);
    expect(asked).toBeGreaterThan(20);
    expect(asked).toBeLessThan(30);
  });

  test("records nothing of what was under way once the run is stopped", async () => {
    const stop = new AbortController();
    const seen: TimedRequest[] = [];
    const running = run(open(100), [{ serviceMs: () => 50 }], {
      signal: stop.signal,
      onLine: (line) => {
        seen.push(line);
        if (seen.length === 5) stop.abort(new Error("stopped"));
      },
    });
    await expect(running).rejects.toThrow("stopped");
    expect(seen).toHaveLength(5);
  });

  test("asks for a word for each request, of the warm-up too", async () => {
    let words = 0;
    await run(closed(1), [{ serviceMs: () => 1 }, { serviceMs: () => 1 }], {
      nextWord: () => String((words += 1)),
      warmup: 2,
      limits: { requests: 9, durationMs: Infinity },
    });
    expect(words).toBe(22);
  });

  test("gives a reviewer up soon whose limit is waited for each time, in the warm-up too", async () => {
    const hung: VirtualServer = { serviceMs: () => 60_000, answers: () => false, missedAs: "timeout" };
    const { lines, warmups, givenUp } = await run(closed(1), [hung], { warmup: 5 });
    // When the third is read the fourth is under way.
    expect([warmups.length, lines.length, givenUp.length]).toEqual([4, 4, 1]);
  });
});
