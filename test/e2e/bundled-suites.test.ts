import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { Report } from "../../src/core/report.ts";
import { Suite } from "../../src/core/suite.ts";
import { packageRoot } from "../../src/load/files.ts";
import { workspaces } from "../fixtures/command.ts";

const makeWorkspace = workspaces();
const folder = join(packageRoot, "suites");
const gated = readdirSync(folder)
  .filter((file) => file.endsWith(".yaml"))
  .map((file) => Suite.parse(parse(readFileSync(join(folder, file), "utf8"))))
  .filter(({ gates }) => gates.length > 0)
  .map(({ name }) => name);

test("some bundled suites have gates", () => {
  expect(gated).toEqual(expect.arrayContaining(["nitpicker", "standard"]));
});

describe.each(gated)("the suite %s", (suite) => {
  const measured: Partial<Record<"ceiling:oracle" | "floor:silent", { code: number | null; report: Report }>> = {};

  // One run for each reviewer: what the tests look at is read before its folder goes.
  beforeAll(async () => {
    for (const model of ["ceiling:oracle", "floor:silent"] as const) {
      const workspace = makeWorkspace();
      const { code } = await workspace.run([
        suite,
        "--out",
        "runs",
        "--quiet",
        "--set",
        "company=[]",
        "--model",
        model,
      ]);
      measured[model] = { code, report: workspace.readRun().report };
    }
  });
  const reviewer = (model: keyof typeof measured) => measured[model]!.report.reviewers.find(({ id }) => id === model)!;
  const requiredOf = (model: keyof typeof measured) => reviewer(model).gates.filter(({ gate }) => gate.required);

  test("has every required gate passed by ceiling:oracle, but for those of a judge that nobody named and of time", () => {
    const required = requiredOf("ceiling:oracle").map(({ gate, status }) => ({ metric: gate.metric, status }));
    // The time of a ceiling is no reviewer's.
    const isOpen = ({ metric }: { metric: string }) => /^(judge|latency)\./.test(metric);
    expect(required).toEqual(
      required.map((one) => ({ metric: one.metric, status: isOpen(one) ? "inconclusive" : "pass" })),
    );
    expect(measured["ceiling:oracle"]?.code).toBe(required.some(isOpen) ? 4 : 0);
  });

  test("lets ceiling:oracle find every bug, find nothing else and keep the contract", () => {
    const { metrics } = reviewer("ceiling:oracle");
    const names = ["detection.recall", "detection.precision", "contract.valid_rate"];
    expect(names.map((name) => [name, metrics[name]?.value])).toEqual(names.map((name) => [name, 1]));
  });

  test("does not let floor:silent pass", () => {
    expect(requiredOf("floor:silent").some(({ status }) => status === "fail")).toBe(true);
    expect(measured["floor:silent"]?.code).toBe(1);
  });
});
