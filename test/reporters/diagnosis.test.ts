import { describe, expect, test } from "vitest";
import type { DiagnosedRun } from "../../src/core/diagnosis/diagnosed-run.ts";
import { renderDiagnosis } from "../../src/reporters/diagnosis.ts";
import { renderLikelyCauses } from "../../src/reporters/diagnosis-lines.ts";
import { likelyCause, makeRun } from "../fixtures/run-data.ts";

const style = { columns: 120, paint: (_: string, text: string) => text };
const ids = (count: number) => Array.from({ length: count }, (_, index) => `case-${index}`);
const cluster = (name: string, count: number) => ({
  name,
  what: `what ${name} is`,
  failures: count,
  cases: ids(count),
});
const { examples: _, ...common } = likelyCause;
const cause = { ...common, cases: ids(14) };

const found: DiagnosedRun = {
  version: 1,
  run: "r1",
  word: "r1",
  reviewer: "vllm:lora@http://127.0.0.1:1/v1",
  model: "lora",
  cases: 40,
  scored: 40,
  isWhole: true,
  asked: 7,
  causes: [cause],
  clusters: [cluster(cause.name, 14), cluster("unusable-outputs", 14), ...ids(12).map((id) => cluster(`tag:${id}`, 3))],
};
const render = (more: Partial<DiagnosedRun> = {}) => renderDiagnosis({ ...found, ...more }, style);

describe("a diagnosis on a terminal", () => {
  test("tells each cause with its name, what shows it, the remedy and cases, within 80 columns", () => {
    const text = render();
    expect(text).toContain("nitbench diagnose · vllm:lora (r1) · 40 cases");
    expect(text).toMatch(/^Many of its answers are no reviews +contract-broken$/m);
    expect(text).toContain("  14 of 40 answers (35 %, 22 to 50) count as silence: 14 invalid.");
    expect(text).toMatch(/^ {2}→ Show the answer's format/m);
    expect(text).toContain("  14 cases: case-0, case-1, case-2, case-3, case-4, …");
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test("lists the failures beside the causes, and says how many it leaves out", () => {
    const text = render();
    expect(text).toMatch(/^ {2}unusable-outputs +14 {2}what unusable-outputs is$/m);
    expect(text.match(/^ {2}tag:case-\d+ +3$/gm)).toHaveLength(8);
    expect(text).toContain("and 4 more (--json has all)");
    expect(text).not.toMatch(/^ {2}contract-broken/m);
  });

  test("tells doubt from health, and from nothing to look at", () => {
    expect(render({ causes: [] })).toContain("No likely cause: 7 questions could be asked");
    expect(render({ causes: [], asked: 0 })).toContain("Too few cases to say anything");
    expect(render({ causes: [], clusters: [], scored: 0 })).toContain("Nothing was scored");
    expect(render({ isWhole: false })).toContain("The run was cut short");
  });

  test("shows no control character of a name", () => {
    const text = render({ causes: [{ ...cause, name: "weak:tag:\u001b[2J", cause: "weak where tag is \u001b[2J" }] });
    expect(text).not.toContain("\u001b");
  });
});

test("a run tells the likely causes of measured reviewers, folded, and nothing where there are none", () => {
  const { report } = makeRun({ measured: 1 });
  const lines = renderLikelyCauses(report, { ...style, columns: 60 })
    .join("\n")
    .split("\n");
  expect(lines[1]).toMatch(/^ {2}likely cause of failures of /);
  expect(lines[2]).toMatch(/^ {2}many of its answers are no reviews: 14 of 40 answers/);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60);
  const healthy = report.reviewers.map((reviewer) => ({ ...reviewer, diagnosis: [] }));
  expect(renderLikelyCauses({ ...report, reviewers: healthy }, style)).toEqual([]);
});
