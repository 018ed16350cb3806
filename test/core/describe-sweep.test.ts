import { describe, expect, test } from "vitest";
import { applyGates } from "../../src/core/apply-gates.ts";
import { chooseBest } from "../../src/core/choose-checkpoint.ts";
import {
  answerSweep,
  decideSweep,
  describeChoice,
  gateAlpha,
  type SweepInput,
  type SweptCheckpoint,
} from "../../src/core/describe-sweep.ts";
import type { GateResult, ReviewerReport, Verdict } from "../../src/core/report.ts";
import { Gate } from "../../src/core/suite.ts";
import { Sweep } from "../../src/core/sweep.ts";
import { seeded } from "../fixtures/run-synthetic.ts";
import { recallRows } from "../fixtures/sweep-rows.ts";

const metric = "detection.recall" as const;
const noProgress = { epoch: null, loss: null, evalLoss: null, isTrainersBest: false };
const draw = (random: () => number, rate: number, n: number) => Array.from({ length: n }, () => random() < rate);
const passes = (n: number, passed: number) => Array.from({ length: n }, (_, index) => index < passed);

const checkpoint = (step: number, found: readonly boolean[]): SweptCheckpoint => ({
  id: `checkpoint-${step}`,
  step,
  rows: recallRows(found),
  ...noProgress,
});

function choiceOf(checkpoints: SweptCheckpoint[], more: Partial<SweepInput> = {}) {
  return describeChoice({
    ref: "./out",
    metric,
    checkpoints,
    base: null,
    apart: null,
    seed: 1,
    choice: { split: null, cases: 60, clusters: 60 },
    leftOut: [],
    losses: [],
    evalLosses: [],
    ...more,
  });
}

describe("ten checkpoints whose true rate is just what the gate asks for", () => {
  const gates = [Gate.parse({ metric, min: 0.7 })];
  const isPromoted = (found: readonly boolean[], alpha: number) =>
    applyGates(gates, recallRows(found), 1, {}, null, alpha).every(({ status }) => status === "pass");

  /** The share of runs that promote the best of ten; `gate` gets the cases that chose it. */
  function promoteRate(gate: (found: readonly boolean[], random: () => number) => boolean): number {
    const random = seeded(21);
    const runs = 1000;
    let promoted = 0;
    for (let run = 0; run < runs; run++) {
      const found = Array.from({ length: 10 }, () => draw(random, 0.7, 100));
      const best = chooseBest(
        found.map((one, index) => ({ id: String(index), rows: recallRows(one) })),
        metric,
      );
      if (gate(found[Number(best?.id)] ?? [], random)) promoted += 1;
    }
    return promoted / runs;
  }

  test("are promoted far too often when the best is gated like any other on the cases that chose it", () => {
    expect(promoteRate((found) => isPromoted(found, 0.05))).toBeGreaterThan(0.2);
  });

  test("are promoted in at most 5 % of runs on the same cases at the level of a sweep", () => {
    expect(promoteRate((found) => isPromoted(found, gateAlpha(10, false)))).toBeLessThanOrEqual(0.05);
  });

  test("are promoted in at most 5 % of runs on cases of their own", () => {
    const rate = promoteRate((_, random) => isPromoted(draw(random, 0.7, 100), gateAlpha(10, true)));
    expect(rate).toBeLessThanOrEqual(0.05);
    expect(rate).toBeGreaterThan(0.005);
  });
});

describe("the level of the chosen one's gates", () => {
  test.each([
    [1, false, 0.05],
    [10, false, 0.005],
    [10, true, 0.05],
  ])("of %d checkpoints, apart %s, is %f", (checkpoints, isApart, alpha) => {
    expect(gateAlpha(checkpoints, isApart)).toBeCloseTo(alpha, 12);
  });
});

describe("a choice", () => {
  const equal = [checkpoint(20, passes(60, 40)), checkpoint(40, passes(60, 42)), checkpoint(60, passes(60, 12))];

  test("names what cannot be told from the best, and on how many cases", () => {
    const choice = choiceOf(equal);
    expect(choice.chosen).toEqual({ reviewer: "checkpoint-40", point: "checkpoint-40", step: 40 });
    expect(choice.alike).toEqual({ steps: [20, 40], cases: 60 });
    expect(choice.points.map(({ beside }) => beside?.isToldApart ?? null)).toEqual([false, null, true]);
  });

  test("has nobody alike where all are told apart", () => {
    expect(choiceOf([checkpoint(20, passes(60, 55)), checkpoint(40, passes(60, 12))]).alike).toBeNull();
  });

  test("puts the base beside the chosen one on the cases that gate, where these are others", () => {
    const base = { id: "base on validation", rows: recallRows(passes(60, 50)) };
    const apart = {
      cases: { split: "test", cases: 40, clusters: 40 },
      chosen: { id: "checkpoint-40 again", rows: recallRows(passes(40, 30)) },
      base: { id: "base", rows: recallRows(passes(40, 10)) },
    };
    const choice = choiceOf(equal, { base, apart });
    expect(choice).toMatchObject({
      chosen: { reviewer: "checkpoint-40 again", point: "checkpoint-40" },
      base: { reviewer: "base on validation", gated: "base" },
      gated: { split: "test" },
      alpha: 0.05,
    });
    expect(choice.base?.beside?.comparison).toMatchObject({ first: 0.25, second: 0.75, cases: 40 });
  });

  test("counts the base among those that the best was looked out of, where the cases are the same", () => {
    const base = { id: "base", rows: recallRows(passes(60, 33)) };
    const { beside } = choiceOf(equal, { base }).base!;
    expect(beside?.adjustedP).toBeGreaterThan(beside?.comparison.p ?? 1);
  });

  test("is none where no checkpoint has a value", () => {
    const choice = choiceOf([checkpoint(20, []), checkpoint(40, [])]);
    expect(choice).toMatchObject({ chosen: null, alike: null });
  });
});

describe("the decision", () => {
  const gate = (status: GateResult["status"], required = true, decide: "bound" | "point" = "bound") =>
    ({ gate: Gate.parse({ metric, min: 0.5, required, decide }), status }) as GateResult;
  const reviewer = (id: string, gates: GateResult[]) => ({ id, gates, role: "measured" }) as unknown as ReviewerReport;
  const verdictOf = (status: Verdict["status"], exitCode = 0): Verdict => ({ status, exitCode, sentence: "So it is." });
  const three = () => choiceOf([20, 40, 60].map((step) => checkpoint(step, passes(60, 30 + step / 20))));
  const decide = (gates: GateResult[], verdict = verdictOf("pass"), choice = three()) =>
    decideSweep(choice, [reviewer("checkpoint-60", gates), reviewer("openai:x", [gate("fail")])], verdict);

  test.each([
    [[gate("pass"), gate("pass")], "promote", "Promote checkpoint 60, the best of 3 by recall; "],
    [
      [gate("pass"), gate("fail"), gate("inconclusive")],
      "reject",
      "Reject: checkpoint 60 is the best of 3 by recall; ",
    ],
    [
      [gate("pass"), gate("inconclusive")],
      "undecided",
      "Neither promote nor reject yet: checkpoint 60 is the best of 3",
    ],
    [[gate("fail", false)], "undecided", "Checkpoint 60 is the best of 3 by recall; "],
  ] as const)("goes by the chosen one's required gates alone: %#", (gates, decision, beginning) => {
    const sweep = decide([...gates]);
    expect(sweep.decision).toBe(decision);
    expect(sweep.sentence.slice(0, beginning.length)).toBe(beginning);
    expect(Sweep.safeParse(sweep).success).toBe(true);
  });

  test("is told with the level and with whom it cannot be told apart", () => {
    expect(decide([gate("pass")]).sentence).toBe(
      "Promote checkpoint 60, the best of 3 by recall; 20 and 40 cannot be told from it at n = 60. It was chosen and gated on the same 60 cases, so its gates are decided at 98.33 % instead of 95 % (Holm over 3 checkpoints).",
    );
  });

  test("of two says which two, and of many how many", () => {
    const of = (steps: number[]) =>
      decide([], verdictOf("ungated"), choiceOf(steps.map((step) => checkpoint(step, passes(60, 30))))).sentence;
    expect(of([20, 40])).toContain("; 20 and 40 cannot be told apart at n = 60. No gate is required");
    expect(of([1, 2, 3, 4, 5, 6, 7])).toContain("; none of the other 6 can be told from it at n = 60");
  });

  test("warns of a gate by the point estimate, which no level adjusts", () => {
    const warning = "A gate that decides by the point estimate is not adjusted for the choice.";
    expect(decide([gate("pass", true, "point")]).sentence).toContain(warning);
    expect(decide([gate("pass")]).sentence).not.toContain(warning);
  });

  test("is none in a run that is incomplete, whose own sentence stands", () => {
    const incomplete = verdictOf("incomplete", 3);
    const sweep = decide([gate("pass")], incomplete);
    expect(sweep.decision).toBe("undecided");
    expect(answerSweep(incomplete, sweep)).toEqual(incomplete);
  });

  test("stands before what the verdict says, and changes no exit code", () => {
    const failed = verdictOf("fail", 1);
    const sweep = decide([gate("fail")], failed);
    expect(answerSweep(failed, sweep)).toEqual({ ...failed, sentence: `${sweep.sentence} So it is.` });
  });

  test("without a choice makes the run incomplete, never green", () => {
    const sweep = decide([], verdictOf("ungated"), choiceOf([checkpoint(20, []), checkpoint(40, [])]));
    expect(answerSweep(verdictOf("ungated"), sweep)).toEqual({
      status: "incomplete",
      exitCode: 3,
      sentence: "No checkpoint has a value of detection.recall, so none could be chosen.",
    });
  });

  test("of a single checkpoint speaks of no choice", () => {
    const only = choiceOf([checkpoint(60, passes(60, 50))]);
    expect(decide([gate("pass")], verdictOf("pass"), only).sentence).toBe("Promote checkpoint 60, the only one.");
  });
});
