import { describe, expect, test } from "vitest";
import { renderTerminal } from "../../src/reporters/terminal.ts";
import type { TerminalStyle } from "../../src/reporters/terminal-text.ts";
import { makeRun } from "../fixtures/run-data.ts";
import { makeSweepRun } from "../fixtures/sweep-run.ts";

const plain = (columns: number): TerminalStyle => ({ columns, paint: (_, text) => text });
const linesOf = (text: string) => text.split("\n").map((line) => line.trimEnd());

describe("a sweep on a terminal", () => {
  test("shows every checkpoint by step beside the trainer's losses, and what sets it apart from the best", async () => {
    const { report } = await makeSweepRun();
    const lines = linesOf(renderTerminal(report, plain(160)));
    const start = lines.findIndex((line) =>
      line.startsWith("  sweep of ./out/checkpoints: chosen by detection.recall"),
    );
    expect(lines.slice(start, start + 9)).toEqual([
      "  sweep of ./out/checkpoints: chosen by detection.recall on the validation split (80 cases), gated on the test split (80 cases)",
      " step   loss    eval loss   detection.recall",
      " base                        .31 [.22 .42]",
      "  200   1.550   1.520        .46 [.36 .57]     worse by .35 (p < .001)",
      "  400   1.092   1.280        .63 [.52 .72]     worse by .19 (p = .048)",
      "  600   0.770   1.200        .79 [.69 .86]     not told apart; the trainer's best",
      "  800   0.543   1.280        .81 [.71 .88]     chosen",
      " 1000   0.382   1.520        .75 [.65 .83]     not told apart",
      " 1200   0.269   1.920        .56 [.45 .67]     worse by .25 (p = .011)",
    ]);
  });

  test("has in its table of reviewers those alone that were measured on the cases that gate", async () => {
    const { report } = await makeSweepRun();
    const text = renderTerminal(report, plain(160));
    expect(text).not.toContain("on validation");
    expect(text).toContain(" ./out/checkpoints (base) ");
    const same = (await makeSweepRun({ isParted: false, cases: 20 })).report;
    expect(renderTerminal(same, plain(160))).toContain(" ./out/checkpoints/checkpoint-200 ");
  });

  test("tells what the chosen one gains over its base, and what was left out", async () => {
    const { report } = await makeSweepRun();
    const text = renderTerminal(report, plain(300));
    expect(text).toContain(
      "  checkpoint 800 against its base on the test split: detection.recall +.51, 95 % interval +.36 to +.63, p < .001 (n = 80)\n",
    );
    expect(text).toContain("  left out: checkpoint-1400 has no adapter_model.safetensors");
  });

  test("says at which level it was gated where the same cases chose it", async () => {
    const { report } = await makeSweepRun({ isParted: false, cases: 20 });
    expect(renderTerminal(report, plain(300))).toContain(
      "and gated on the same 20 cases at 99.17 % (Holm over 6 checkpoints)",
    );
  });

  test("keeps to the width, and has dashes where a trainer noted nothing", async () => {
    const { report } = await makeSweepRun({ isParted: false, cases: 20, hasLosses: false });
    const lines = linesOf(renderTerminal(report, plain(80)));
    expect(lines.find((line) => line.startsWith("  200"))).toMatch(/^ {2}200 +– +– +\./);
    expect(
      Math.max(...lines.filter((line) => /told|chosen|Holm/.test(line)).map((line) => line.length)),
    ).toBeLessThanOrEqual(80);
  });

  test("makes what comes from outside harmless", async () => {
    const { report } = await makeSweepRun({ isParted: false, cases: 20 });
    const hostile = { ...report.sweep!, ref: "./\u001b[31m", leftOut: [{ name: "x\u001b[2J", reason: "y\u202e" }] };
    const text = renderTerminal({ ...report, sweep: hostile }, plain(100));
    expect(text).not.toContain("\u001b");
    expect(text).not.toContain("\u202e");
  });

  test("is not there without one", () => {
    expect(renderTerminal(makeRun().report, plain(100))).not.toContain("sweep");
  });
});
