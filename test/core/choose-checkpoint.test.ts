import { describe, expect, test } from "vitest";
import { canChooseBy, chooseBest, choosingMetric, compareWithBest } from "../../src/core/choose-checkpoint.ts";
import { Suite } from "../../src/core/suite.ts";
import { seeded } from "../fixtures/run-synthetic.ts";
import { judgedPass, recallRows } from "../fixtures/sweep-rows.ts";

const suiteOf = (more: Record<string, unknown>) =>
  Suite.parse({
    version: 1,
    name: "s",
    dataset: { path: "d" },
    scorers: { detection: {}, load: {}, contract: {} },
    ...more,
  });

describe("what the best checkpoint is chosen by", () => {
  test("is what the suite says before all else", () => {
    const gates = [{ metric: "detection.recall", min: 0.5 }];
    expect(choosingMetric(suiteOf({ gates, sweep: { metric: "detection.precision" } }))).toBe("detection.precision");
  });

  test("is the metric of the first required gate that says case by case which is better", () => {
    const gates = [
      { metric: "detection.precision", min: 0.5, required: false },
      { metric: "load.p95_ms", max: 900 },
      { metric: "detection.recall", min: 0.5 },
    ];
    expect(choosingMetric(suiteOf({ gates }))).toBe("detection.recall");
  });

  test("is F1 without a gate, or the first headline that the scorers give", () => {
    expect(choosingMetric(suiteOf({}))).toBe("detection.f1");
    expect(choosingMetric(suiteOf({ scorers: { contract: {}, overlap: {} } }))).toBe("overlap.f1");
    expect(choosingMetric(suiteOf({ scorers: { load: {} } }))).toBeNull();
  });

  test.each([
    ["detection.false_alarm_rate", true],
    ["judge.pass_rate", true],
    ["load.p95_ms", false],
    ["form.words_per_review", false],
    ["cost.usd", false],
  ] as const)("can be %s: %s", (metric, can) => {
    expect(canChooseBy(metric)).toBe(can);
  });
});

describe("the best of several", () => {
  const candidate = (id: string, passed: readonly boolean[]) => ({ id, rows: recallRows(passed) });
  const few = candidate("few", [true, false, false]);
  const many = candidate("many", [true, true, false]);
  const asMany = candidate("as many", [false, true, true]);

  test("has the highest value, the earliest of those that share it", () => {
    expect(chooseBest([few, many, asMany], "detection.recall")?.id).toBe("many");
    expect(chooseBest([asMany, many], "detection.recall")?.id).toBe("as many");
  });

  test("has the lowest where less is better", () => {
    const alarmed = (id: string, alarms: readonly boolean[]) => ({
      id,
      rows: recallRows(alarms).map((row) => ({
        ...row,
        fields: { bugs: 0 },
        scores: { "detection.false_alarm_rate": row.scores["detection.recall"]! },
      })),
    });
    const noisy = alarmed("noisy", [true, true]);
    expect(chooseBest([noisy, alarmed("quiet", [true, false])], "detection.false_alarm_rate")?.id).toBe("quiet");
  });

  test("leaves out those without a value, and is nobody where none has one", () => {
    const nothing = { id: "nothing", rows: [] };
    expect(chooseBest([nothing, few], "detection.recall")?.id).toBe("few");
    expect(chooseBest([nothing], "detection.recall")).toBeNull();
  });

  test("goes by the median of a judge's runs where a judge says it", () => {
    const split = {
      id: "split",
      rows: judgedPass([
        [true, true, false],
        [false, true, true],
      ]),
    };
    const steady = {
      id: "steady",
      rows: judgedPass([
        [true, true, true],
        [false, true, true],
      ]),
    };
    expect(chooseBest([split, steady], "judge.pass_rate")?.id).toBe("steady");
  });
});

describe("beside the best", () => {
  const draw = (random: () => number, rate: number, n: number) => Array.from({ length: n }, () => random() < rate);

  test("one that is far worse is told apart, one that is alike is not", () => {
    const random = seeded(3);
    const [best, alike, worse] = [0.8, 0.78, 0.4].map((rate, index) => ({
      id: String(index),
      rows: recallRows(draw(random, rate, 100)),
    }));
    const beside = compareWithBest(best!, [alike!, worse!], "detection.recall", 1);
    expect(beside.get("1")?.isToldApart).toBe(false);
    expect(beside.get("2")).toMatchObject({ isToldApart: true, comparison: { cases: 100 } });
    expect(beside.get("2")?.comparison.difference).toBeGreaterThan(0.2);
  });

  test("two that never differ are not told apart", () => {
    const rows = recallRows(draw(seeded(4), 0.5, 40));
    const beside = compareWithBest({ id: "a", rows }, [{ id: "b", rows }], "detection.recall", 1);
    expect(beside.get("b")).toMatchObject({ adjustedP: 1, isToldApart: false });
  });

  test("of ten that are alike at most 5 % of runs tell any from the best", () => {
    const random = seeded(8);
    const runs = 400;
    let [told, toldUnadjusted] = [0, 0];
    for (let run = 0; run < runs; run++) {
      const candidates = Array.from({ length: 10 }, (_, index) => ({
        id: String(index),
        rows: recallRows(draw(random, 0.6, 60)),
      }));
      const best = chooseBest(candidates, "detection.recall")!;
      const others = candidates.filter(({ id }) => id !== best.id);
      const beside = [...compareWithBest(best, others, "detection.recall", 1).values()];
      if (beside.some(({ isToldApart }) => isToldApart)) told += 1;
      if (beside.some(({ comparison }) => (comparison.p ?? 1) < 0.05)) toldUnadjusted += 1;
    }
    expect(toldUnadjusted / runs).toBeGreaterThan(0.3);
    expect(told / runs).toBeLessThanOrEqual(0.05);
  });
});
