import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type NewCheckpoint, usualCheckpoints, writeTrainingRun } from "../fixtures/checkpoints.ts";
import { jsonLines, type Workspace, workspaces } from "../fixtures/command.ts";
import { linesOf, pairOf } from "../fixtures/small-dataset.ts";

const makeWorkspace = workspaces();
const env = { NITBENCH_LLAMA_THREADS: "1" };
const measured = ["tiny.yaml", "--out", "runs", "--model", "./checkpoints", "--set", "reviewer.base=./base.gguf"];

interface Wishes {
  checkpoints?: readonly NewCheckpoint[];
  splits?: readonly string[];
  suite?: Record<string, unknown>;
}

/** A training run and a dataset of pairs, each of one of these splits. */
async function workspaceWith({ checkpoints, splits = [], suite = {} }: Wishes = {}): Promise<Workspace> {
  const pairs =
    splits.length === 0 ? [pairOf("one"), pairOf("two")] : splits.map((split, index) => pairOf(`p${index}`, { split }));
  const workspace = makeWorkspace({
    dataset: linesOf(pairs.flat()),
    suite: {
      reviewer: { prompt: "prompt.md", retries: 0, maxTokens: 12 },
      scorers: { detection: {}, contract: {} },
      gates: [{ metric: "contract.valid_rate", min: 0.9 }],
      ...suite,
    },
  });
  await writeTrainingRun(workspace.folder, checkpoints);
  return workspace;
}

const parted = ["validation", "test", "validation", "test", "test", "train"];
const casesOf = (workspace: Workspace) => Map.groupBy(workspace.readRun().lines, ({ reviewer }) => reviewer);

describe("nitbench --model ./checkpoints, where the dataset has no split to choose on", () => {
  test("measures all and their base on the same cases, gates the best at an adjusted level, and says so", async () => {
    const workspace = await workspaceWith();
    const { code, stdout, stderr } = await workspace.run(measured, env);
    expect(stderr).not.toContain("defect");
    const { report } = workspace.readRun();
    const { sweep, reviewers, verdict } = report;
    expect(reviewers.map(({ id, role, cases }) => [id, role, cases]).toSorted()).toEqual(
      [
        ["./checkpoints (base)", "company", 4],
        ...[20, 40, 60].map((step) => [
          `./checkpoints/checkpoint-${step}`,
          step === sweep?.chosen?.step ? "measured" : "company",
          4,
        ]),
      ].toSorted(),
    );
    expect(sweep).toMatchObject({
      ref: "./checkpoints",
      metric: "contract.valid_rate",
      choice: { split: null, cases: 4 },
      gated: { split: null, cases: 4 },
      chosen: { step: 20 },
      base: { reviewer: "./checkpoints (base)", gated: "./checkpoints (base)" },
    });
    expect(sweep?.alpha).toBeCloseTo(0.05 / 3, 12);
    expect(
      sweep?.points.map(({ step, loss, evalLoss, isTrainersBest }) => [step, loss, evalLoss, isTrainersBest]),
    ).toEqual([
      [20, 1.9, 1.8, false],
      [40, 1.2, 1.3, true],
      [60, 0.7, 1.6, false],
    ]);
    expect(sweep?.losses).toHaveLength(4);
    expect(verdict.sentence).toContain("chosen and gated on the same 4 cases, so its gates are decided at 98.33 %");
    expect(verdict.sentence).toContain("40 and 60 cannot be told from it at n = 4");
    expect(code).toBe(verdict.exitCode);
    expect(stdout).toContain("sweep of ./checkpoints");
    expect(workspace.read("runs/latest/report.html")).toContain('id="sweep"');
    // All are proved to be applied, and served by one engine.
    const served = reviewers.flatMap((reviewer) => reviewer.served ?? []);
    expect(served).toHaveLength(3);
    for (const { engine, proof } of served) {
      expect(engine).toBe("llama");
      expect(proof?.different).toBeGreaterThan(0);
    }
    expect(reviewers.every(({ provider }) => provider === "llama")).toBe(true);
  });

  test("answers reject where the best fails its gate, and gate says the same again", async () => {
    const workspace = await workspaceWith({
      suite: { gates: [{ metric: "contract.valid_rate", min: 0.9, decide: "point" }] },
    });
    const { code, stdout } = await workspace.run(measured, env);
    expect(code).toBe(1);
    expect(stdout.replaceAll(/\s+/g, " ")).toContain("fail · Reject: checkpoint 20 is the best of 3 by valid rate");
    expect(workspace.readRun().report.sweep?.decision).toBe("reject");
    const again = await workspace.run(["gate", "runs/latest"], env);
    expect(again.code).toBe(1);
    expect(again.stdout.replaceAll(/\s+/g, " ")).toContain("Reject: checkpoint 20 is the best of 3");
  });

  test("answers promote where it passes", async () => {
    const workspace = await workspaceWith({ suite: { gates: [{ metric: "detection.false_alarm_rate", max: 1 }] } });
    const { code, stdout } = await workspace.run(measured, env);
    expect(code).toBe(0);
    expect(stdout).toContain("pass · Promote checkpoint 20");
  });
});

describe("nitbench --model ./checkpoints, where the dataset has a validation and a test split", () => {
  test("asks all about the one and the chosen one and its base about the other, which alone is gated", async () => {
    const workspace = await workspaceWith({ splits: parted });
    const { stderr } = await workspace.run(measured, env);
    expect(stderr).not.toContain("defect");
    const { report, lines } = workspace.readRun();
    const { sweep, reviewers, dataset } = report;
    expect(sweep).toMatchObject({
      choice: { split: "validation", cases: 4, clusters: 2 },
      gated: { split: "test", cases: 6, clusters: 3 },
      alpha: 0.05,
      chosen: { reviewer: "./checkpoints/checkpoint-20", point: "./checkpoints/checkpoint-20 on validation" },
      base: { reviewer: "./checkpoints (base) on validation", gated: "./checkpoints (base)" },
    });
    expect(dataset).toMatchObject({ cases: 6, split: "test" });
    const counted = [...casesOf(workspace)].map(([reviewer, own]) => [reviewer, own.length]);
    expect(Object.fromEntries(counted)).toEqual({
      "./checkpoints (base) on validation": 4,
      "./checkpoints/checkpoint-20 on validation": 4,
      "./checkpoints/checkpoint-40 on validation": 4,
      "./checkpoints/checkpoint-60 on validation": 4,
      "./checkpoints/checkpoint-20": 6,
      "./checkpoints (base)": 6,
    });
    for (const { reviewer, fields } of lines)
      expect(fields["split"]).toBe(reviewer.endsWith(" on validation") ? "validation" : "test");
    expect(reviewers.filter(({ role }) => role === "measured").map(({ id }) => id)).toEqual([
      "./checkpoints/checkpoint-20",
    ]);
    expect(report.verdict.sentence).toContain("the best of 3 by valid rate on the validation split");
    expect(report.verdict.sentence).not.toContain("Holm");
  });

  test("measures others beside it on the cases that are gated, as usual", async () => {
    const gates = [{ metric: "detection.false_alarm_rate", max: 0.5, decide: "point" }];
    const workspace = await workspaceWith({ splits: parted, suite: { gates } });
    const { code } = await workspace.run([...measured, "--model", "floor:shotgun", "--model", "ceiling:oracle"], env);
    const { report } = workspace.readRun();
    expect(
      report.reviewers
        .filter(({ role }) => role === "measured")
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(["./checkpoints/checkpoint-20", "ceiling:oracle", "floor:shotgun"]);
    expect(casesOf(workspace).get("ceiling:oracle")).toHaveLength(6);
    // The floor fails, which fails the run and says nothing of the checkpoint.
    expect(report.sweep?.decision).toBe("promote");
    expect(code).toBe(1);
  });

  test("chooses and gates on one split where the suite names it", async () => {
    const workspace = await workspaceWith({ splits: parted });
    await workspace.run([...measured, "--set", "dataset.split=test"], env);
    expect(workspace.readRun().report.sweep).toMatchObject({ choice: { split: null, cases: 6 }, gated: { cases: 6 } });
  });

  test("goes on where it was stopped, before the choice and after it, with the same report", async () => {
    const workspace = await workspaceWith({ splits: parted });
    await workspace.run([...measured, "--name", "whole"], env);
    const whole = workspace.readRun("whole");
    const journal = join(workspace.folder, "runs", "whole", "journal.jsonl");
    const kept = jsonLines(journal).map((line) => JSON.stringify(line));
    for (const lines of [8, kept.length - 9]) {
      writeFileSync(journal, `${kept.slice(0, lines).join("\n")}\n`);
      const { stderr } = await workspace.run(["--resume", "whole", "--out", "runs"], env);
      expect(stderr).not.toContain("defect");
      const resumed = workspace.readRun("whole");
      expect(resumed.report.sweep).toEqual(whole.report.sweep);
      expect(resumed.report.verdict).toEqual(whole.report.verdict);
      expect(resumed.lines).toHaveLength(whole.lines.length);
    }
  });

  test("times the chosen one and its base, and none of those that were only looked at", async () => {
    const latency = { requests: 8, warmup: 0 };
    const workspace = await workspaceWith({
      splits: parted,
      suite: { scorers: { detection: {}, contract: {}, latency } },
    });
    const { stderr } = await workspace.run(measured, env);
    expect(stderr).not.toContain("defect");
    const { reviewers, latency: phase } = workspace.readRun().report;
    expect(phase?.leftOut).toEqual([]);
    const timed = reviewers.filter(({ metrics }) => metrics["latency.p50_ms"]?.n === 8).map(({ id }) => id);
    expect(timed.toSorted()).toEqual(["./checkpoints (base)", "./checkpoints/checkpoint-20"]);
  });

  test("warns of a cluster that lies in both", async () => {
    const workspace = await workspaceWith({ splits: parted });
    const cases = [
      pairOf("a", { split: "validation", cluster: "k" }),
      pairOf("b", { split: "test", cluster: "k" }),
    ].flat();
    workspace.write("data/cases.jsonl", linesOf(cases));
    await workspace.run(measured, env);
    const warning = workspace.readRun().report.warnings.find((one) => one.includes("split"));
    expect(warning).toContain("1 cluster of cases lie in both the validation and the test split");
  });

  test("says before anything is asked who would be asked how much", async () => {
    const workspace = await workspaceWith({ splits: parted });
    const { code, stdout } = await workspace.run([...measured, "--dry-run"], env);
    expect(code).toBe(0);
    expect(stdout).toContain("company   ./checkpoints (base)  10 reviews");
    expect(stdout).toContain("measured  ./checkpoints/checkpoint-40  4 reviews");
    expect(stdout).toContain(
      "sweep     ./checkpoints  the best of 3 by contract.valid_rate is asked for 6 more reviews",
    );
  });
});

describe("what cannot be measured of a training run", () => {
  test("is left out with its reason: untrained checkpoints and those without weights", async () => {
    const workspace = await workspaceWith({
      checkpoints: [{ step: 0, spread: 0 }, ...usualCheckpoints, { step: 80, spread: null }],
    });
    const { stdout, stderr } = await workspace.run(measured, env);
    const { sweep } = workspace.readRun().report;
    expect(sweep?.points.map(({ step }) => step)).toEqual([20, 40, 60]);
    expect(sweep?.leftOut.map(({ name }) => name).toSorted()).toEqual(["checkpoint-0", "checkpoint-80"]);
    expect(stderr).toContain("./checkpoints/checkpoint-0 is left out: every lora_B is zero");
    expect(stderr).toContain(
      "./checkpoints/checkpoint-80 is left out: has adapter_config.json but no adapter_model.safetensors",
    );
    expect(stdout).toContain("left out: checkpoint-0");
  });

  test("is refused where nothing is left", async () => {
    const workspace = await workspaceWith({ checkpoints: [{ step: 5, spread: 0 }] });
    const { code, stderr } = await workspace.run(measured, env);
    expect(code).toBe(2);
    expect(stderr.trim().split("\n").at(-1)).toMatch(
      /^model "\.\/checkpoints": no checkpoint can be used \(checkpoint-5: every lora_B is zero/,
    );
  });

  test("is every other one where the suite asks for that, the last one always", async () => {
    const workspace = await workspaceWith();
    await workspace.run([...measured, "--set", "sweep.every=2"], env);
    expect(workspace.readRun().report.sweep?.points.map(({ step }) => step)).toEqual([20, 60]);
    await workspace.run([...measured, "--set", "sweep.every=9", "--name", "one"], env);
    const { sweep, verdict } = workspace.readRun("one").report;
    expect(sweep?.points.map(({ step }) => step)).toEqual([60]);
    expect(sweep?.alpha).toBe(0.05);
    expect(verdict.sentence).toContain("checkpoint 60 is the only one.");
  });

  test("stops the run where a checkpoint answers as its base does, before any is measured", async () => {
    const workspace = await workspaceWith({
      checkpoints: [
        { step: 20, spread: 0.6 },
        { step: 40, spread: 1e-12 },
      ],
    });
    const { code, stderr } = await workspace.run(measured, env);
    expect(code).toBe(3);
    expect(stderr).toContain("ADAPTER_NOT_APPLIED: ./checkpoints/checkpoint-40");
    expect(workspace.runs()).toEqual([]);
  });
});

describe("a sweep that makes no sense", () => {
  test.each([
    ["sweep.every=0", "sweep.every: expected"],
    ["sweep.metric=detection.recal", 'unknown metric "detection.recal" (did you mean "detection.recall"?'],
    ["sweep.metric=load.p95_ms", "does not say case by case which is better"],
    ["sweep.metric=overlap.f1", '"overlap.f1" needs the scorer overlap'],
  ])("is refused: %s", async (setting, message) => {
    const workspace = await workspaceWith();
    const { code, stderr } = await workspace.run([...measured, "--set", setting], env);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });

  test("is refused where the conditions leave a split without a case", async () => {
    const workspace = await workspaceWith({ splits: parted });
    const { code, stderr } = await workspace.run([...measured, "--where", "split != validation"], env);
    expect(code).toBe(2);
    expect(stderr.trim()).toContain("where and limit leave no case of split validation to choose a checkpoint by");
  });

  test("is refused of two training runs at once", async () => {
    const workspace = await workspaceWith();
    await writeTrainingRun(join(workspace.folder, "other"));
    const { code, stderr } = await workspace.run([...measured, "--model", "./other/checkpoints"], env);
    expect(code).toBe(2);
    expect(stderr.trim()).toBe(
      'model "./other/checkpoints": "./checkpoints" is a folder of checkpoints already (measure one training run at a time)',
    );
  });

  test("does not choose by a metric that has no value, and is incomplete", async () => {
    const workspace = await workspaceWith({ suite: { gates: [] } });
    const { code, stderr, stdout } = await workspace.run(
      [...measured, "--set", "sweep.metric=detection.precision"],
      env,
    );
    expect(stderr).not.toContain("defect");
    expect(code).toBe(3);
    expect(stdout).toContain("No checkpoint has a value of detection.precision, so none could be chosen.");
  });
});
