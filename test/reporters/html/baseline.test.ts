import { Window } from "happy-dom";
import { describe, expect, test } from "vitest";
import type { BaselineComparison, MetricComparison } from "../../../src/core/comparison.ts";
import type { RunData } from "../../../src/core/reporter.ts";
import { renderPage } from "../../../src/reporters/html/page.ts";
import { makeRun } from "../../fixtures/run-data.ts";

const recall: MetricComparison = {
  metric: "detection.recall",
  first: 0.53,
  second: 0.52,
  difference: -0.01,
  low: -0.08,
  high: 0.06,
  lowOneSided: -0.07,
  highOneSided: 0.05,
  p: 0.7,
  method: "tango, mid-p mcnemar: 8 gained, 12 lost",
  detectable: 0.1,
  cases: 200,
  clusters: 200,
  leftOut: 0,
};

function runWith(more: Partial<BaselineComparison> = {}): RunData {
  const run = makeRun({ measured: 1, company: false });
  const report = structuredClone(run.report);
  const [reviewer] = report.reviewers;
  if (reviewer === undefined) throw new Error("fixture: nobody measured");
  reviewer.gates = [
    {
      gate: { metric: "detection.recall", vsBaseline: { margin: 0.05 }, required: true, decide: "bound" },
      status: "inconclusive",
      value: 0.52,
      bound: -0.07,
      casesToDecide: 120,
      reason: "lower 95 % bound -0.070 does not settle -0.050 (difference -0.010, 200 shared cases)",
      versus: { baseline: 0.53, difference: -0.01, low: -0.08, high: 0.06, detectable: 0.1, cases: 200 },
    },
  ];
  report.comparisons = [
    {
      reviewer: reviewer.id,
      baseline: { name: "main", run: "r1", reviewer: "vllm:old@http://10.0.0.1/v1", model: "old" },
      obstacles: [],
      metrics: [recall],
      flips: { fixed: ["a"], broken: ["cart & co", "b"], bothRight: 100, bothWrong: 97, untold: 0 },
      ...more,
    },
  ];
  return { ...run, report };
}

async function page(run: RunData) {
  const window = new Window();
  window.document.write(await renderPage(run));
  const text = (selector: string) =>
    window.document.querySelector(selector)?.textContent.replaceAll(/\s+/g, " ").trim() ?? "";
  return { document: window.document, text };
}

describe("the report of a run with a baseline", () => {
  test("shows values, difference, interval, what would show, and links to the cases that turned", async () => {
    const { document, text } = await page(runWith());
    expect(text("#baseline h3")).toMatch(/lora-v7 against vllm:old of run r1$/);
    expect(text("#baseline tbody tr")).toMatch(/^recall ↑ \.53 \.52 −\.01 −\.08 to \+\.06 \.10 200$/);
    const links = [...document.querySelectorAll("#baseline a")].map((link) => link.getAttribute("href"));
    expect(links).toHaveLength(3);
    expect(links[0]).toMatch(/^#case=cart%20%26%20co&reviewer=vllm/);
    expect(document.querySelector('nav a[href="#baseline"]')).not.toBeNull();
  });

  test("says at its gate what is asked, the bound of the difference, and how many cases would decide", async () => {
    const { text } = await page(runWith());
    const row = text("#gates tbody tr");
    expect(row).toContain("> baseline − .05");
    expect(row).toContain("−.07");
    expect(row).toContain("About 120 more cases would decide.");
    expect(row).toContain("200 cases would show a difference of .10 8 times in 10.");
  });

  test("says what was not compared, and why", async () => {
    const { text } = await page(
      runWith({ obstacles: [{ concerns: "all", reason: "their cases differ" }], metrics: [], flips: null }),
    );
    expect(text("#baseline")).toContain("Not compared case by case: their cases differ.");
    expect(text("#baseline")).toContain("Nothing that both have can be compared.");
  });

  test("has no such section without one", async () => {
    const { document } = await page(makeRun({ measured: 1 }));
    expect(document.querySelector("#baseline")).toBeNull();
  });
});
