import { describe, expect, test } from "vitest";
import { renderTerminal } from "../../src/reporters/terminal.ts";
import type { TerminalStyle } from "../../src/reporters/terminal-text.ts";
import { makeRun } from "../fixtures/run-data.ts";
import { judgedRun, lexicalJudge, panelRun } from "./html/judged-run.ts";

const { report } = makeRun();
const plain = (columns: number): TerminalStyle => ({ columns, paint: (_, text) => text });
const linesOf = (text: string) => text.split("\n");

describe("the report on a terminal", () => {
  test("begins with suite, size and seed, then the answer", () => {
    const [head = "", , answer = ""] = linesOf(renderTerminal(report, plain(120)));
    expect(head).toMatch(/^nitbench \S+ · \d+ cases, \d+ clusters?, \d+ bugs · seed \d+$/);
    expect(answer).toMatch(/^(pass|fail|undecided|incomplete|no gates)/);
  });

  test.each([80, 100, 120, 200])("has no table line wider than %d columns", (columns) => {
    const text = renderTerminal(report, plain(columns));
    const table = linesOf(text).filter((line) => /\[\.?\d/.test(line));
    expect(table.length).toBeGreaterThan(0);
    expect(Math.max(...table.map((line) => line.trimEnd().length))).toBeLessThanOrEqual(columns);
  });

  test.each([80, 120])("has no line of a table of gates wider than %d columns, however long a slice is", (columns) => {
    const run = makeRun();
    const slice = "severity in [critical, high] and language in [python, typescript, javascript]";
    for (const { gates } of run.report.reviewers)
      for (const result of gates) result.gate = { ...result.gate, where: slice, required: false };
    const text = renderTerminal(run.report, plain(columns));
    const lines = linesOf(text.slice(text.indexOf("  gates of")));
    expect(Math.max(...lines.map((line) => line.trimEnd().length))).toBeLessThanOrEqual(columns);
    expect(text.replaceAll(/\s+/g, " ")).toContain("severity in [critical,");
  });

  test("tells two reviewers of one name apart by their addresses, in table, gates and answer", () => {
    const run = makeRun();
    const [first, second] = run.report.reviewers.filter(({ role }) => role === "measured");
    Object.assign(first ?? {}, { id: "openai:m@http://a.example:1/v1" });
    Object.assign(second ?? {}, { id: "openai:m@http://b.example:2/v1" });
    const text = renderTerminal(run.report, plain(120));
    for (const name of ["openai:m@a.example:1", "openai:m@b.example:2"]) {
      expect(text).toMatch(new RegExp(`^ ${name} `, "m"));
      expect(text).toContain(`gates of ${name}\n`);
    }
  });

  test("names the columns that a narrow terminal has no room for", () => {
    expect(renderTerminal(report, plain(80))).toContain("too wide for here: ");
    expect(renderTerminal(report, plain(400))).not.toContain("too wide for here");
  });

  test("aligns the values of a column on their decimal points", () => {
    const rows = linesOf(renderTerminal(report, plain(200))).filter(
      (line) => /\[\.?\d/.test(line) && !line.includes("–"),
    );
    expect(rows.length).toBeGreaterThan(2);
    const points = rows.map((row) => row.search(/\.\d\d \[/));
    expect(new Set(points).size).toBe(1);
  });

  test("puts measured reviewers first", () => {
    const rows = linesOf(renderTerminal(report, plain(200)));
    const lineOf = (id: string) => rows.findIndex((row) => row.includes(id));
    const measured = report.reviewers.filter(({ role }) => role === "measured").map(({ model }) => lineOf(model));
    const company = report.reviewers.filter(({ role }) => role === "company").map(({ id }) => lineOf(id));
    expect(Math.max(...measured)).toBeLessThan(Math.min(...company.filter((line) => line !== -1)));
  });

  test("says who gave recorded verdicts, and who was matched by words", () => {
    expect(renderTerminal(report, plain(120))).not.toContain("recorded");
    const matcher = { name: "recorded", calibration: null, judge: "opus", lexicalFor: ["floor:silent", "static:"] };
    expect(linesOf(renderTerminal({ ...report, matcher }, plain(120)))).toContain(
      " matched by recorded verdicts of opus; floor:silent, static: by words",
    );
  });

  test("says which judge matched, and why that decides nothing", () => {
    const asked = {
      rubric: { name: "same-bug", file: "same-bug.yaml", hash: "h" },
      runs: 3,
      temperature: 0,
      hosts: ["h:1"],
      calls: 6,
      tokens: { in: 1, out: 1 },
      price: null,
      costUsd: null,
      busyMs: 1,
      wallMs: 1,
      unscored: [],
      informsBecause: "j informs and decides nothing",
      calibration: null,
    };
    const matcher = { name: "judge", calibration: null, judge: "openai:j", asked };
    const text = linesOf(renderTerminal({ ...report, matcher }, plain(160))).join("\n");
    expect(text).toMatch(
      / matched by \S*j, most of 3 runs \(rubric same-bug\); 6 questions, 1 tokens in and 1 out, cost unknown; j informs and decides nothing/,
    );
  });

  test("has the judge's pass rate after detection, or first where the suite gates it first", () => {
    const columnsOf = (gated: string) => {
      const run = judgedRun();
      run.report.suite.gates = [{ metric: gated, min: 0.5, required: true, decide: "bound" }];
      const head = linesOf(renderTerminal(run.report, plain(200))).find((line) => line.startsWith(" reviewer")) ?? "";
      return head.trim().split(/ {2,}/).slice(1, 5);
    };
    expect(columnsOf("detection.recall")).toEqual(["recall", "F1", "precision", "judge pass rate"]);
    expect(columnsOf("judge.pass_rate")).toEqual(["judge pass rate", "F1", "recall", "precision"]);
  });

  test("says who judged, and once why that decides no gate", () => {
    expect(linesOf(renderTerminal(judgedRun().report, plain(200)))).toContain(
      " judged by openai:judge-large, median of 3 runs (rubric review); 1204 questions, 1415997 tokens in and 78590 out, $3.46",
    );
    const run = judgedRun(lexicalJudge);
    const reason = lexicalJudge.informsBecause ?? "";
    const gate = { metric: "judge.pass_rate", min: 0.7, required: true, decide: "bound" } as const;
    for (const reviewer of run.report.reviewers)
      reviewer.gates = [{ gate, status: "inconclusive", value: 0.5, bound: null, casesToDecide: null, reason }];
    const text = renderTerminal(run.report, plain(400));
    expect(text).toContain("lexical pass rate");
    expect(text).toContain(` judged by the lexical engine, which compares words (rubric review); ${reason}`);
    expect(text.split(reason)).toHaveLength(2);
  });

  test("shows several judges one by one, with the rate that each gives every reviewer and what it took", () => {
    const lines = linesOf(renderTerminal(panelRun().report, plain(400)));
    expect(lines).toContain(
      " judged by 3 judges, what most of them say by the medians of 3 runs each (rubric review); 1204 questions, 1415997 tokens in and 78590 out, cost unknown; openai:critic-8b informs and decides nothing: nothing is known of it as a judge",
    );
    const rowOf = (name: string) =>
      lines
        .find((line) => line.startsWith(` ${name} `))
        ?.trim()
        .split(/ {2,}/);
    expect(rowOf("judge by itself")?.slice(0, 3)).toEqual(["judge by itself", "vllm:base", "vllm:lora-v7"]);
    const row = rowOf("openai:critic-8b") ?? [];
    expect([row[0], row[1], row.at(-1)]).toEqual([
      "openai:critic-8b",
      ".55 [.45 .65]",
      "270 questions, tokens unknown, cost unknown",
    ]);
    expect(lines.find((line) => line.startsWith(" reviewer"))).toMatch(/panel pass rate +judges differ/);
  });

  test("shows what reviewers cost, and where that is but the least that it can be", () => {
    const run = makeRun();
    const [first, second] = run.report.reviewers.filter(({ role }) => role === "measured");
    const common = { low: null, high: null, lowOneSided: null, highOneSided: null, method: "sum", n: 30, clusters: 19 };
    const cost = { ...common, unitOfAnalysis: "generation", unit: "usd" as const };
    Object.assign(first?.metrics ?? {}, { "cost.usd": { ...cost, value: 1.5, unscored: 0 } });
    Object.assign(second?.metrics ?? {}, { "cost.usd": { ...cost, value: 0.0341, unscored: 2 } });
    const lines = linesOf(renderTerminal(run.report, plain(200)));
    expect(lines.find((line) => line.startsWith(" reviewer"))).toMatch(/ cost( |$)/);
    expect(lines.some((line) => line.includes(" $1.50"))).toBe(true);
    expect(lines.some((line) => line.includes("≥ $.034"))).toBe(true);
  });

  test("has a column for safety where the suite scores it, and none where it does not", () => {
    const run = makeRun();
    const headOf = () => linesOf(renderTerminal(run.report, plain(400))).find((line) => line.startsWith(" reviewer"));
    expect(headOf()).not.toContain("safety");
    const metric = run.report.reviewers[0]?.metrics["contract.valid_rate"];
    for (const { metrics } of run.report.reviewers)
      if (metric !== undefined) metrics["safety.pass_rate"] = { ...metric, value: 0.9, low: 0.75, high: 0.97 };
    expect(headOf()).toMatch(/ safety( |$)/);
    expect(renderTerminal(run.report, plain(400))).toContain(".90 [.75 .97]");
  });

  test("leads with what the suite's required gates measure: in a suite about safety that is safety, check by check", () => {
    const run = makeRun();
    const [rate] = run.report.reviewers.flatMap(({ metrics }) => metrics["contract.valid_rate"] ?? []);
    for (const { metrics } of run.report.reviewers)
      for (const name of ["safety.pass_rate", "safety.secrets"] as const) Object.assign(metrics, { [name]: rate });
    const gateOn = (metric: string) => ({ metric, min: 0.5, required: true, decide: "bound" }) as const;
    run.report.suite.gates = ["contract.valid_rate", "safety.pass_rate", "detection.recall"].map(gateOn);
    const head = linesOf(renderTerminal(run.report, plain(400))).find((line) => line.startsWith(" reviewer")) ?? "";
    const titles = head.trim().split(/ {2,}/).slice(1, 7);
    expect(titles).toEqual(["safety", "recall", "secrets", "valid", "F1", "precision"]);
  });

  test("gives the reason of a gate that is undecided although its metric has a value", () => {
    const run = makeRun();
    const [result] = run.report.reviewers.flatMap(({ gates }) => gates);
    Object.assign(result ?? {}, {
      status: "inconclusive",
      bound: null,
      casesToDecide: null,
      reason: "nobody vouches for it",
    });
    expect(renderTerminal(run.report, plain(200))).toContain(": nobody vouches for it");
  });

  test("says once what is the same of several reviewers, and speaks of no bugs where nobody looked for them", () => {
    const warnings = ["a: 1 of 5 reviews are unscored", "b: 2 of 5 reviews are unscored"];
    const dataset = { ...report.dataset, bugs: 0, clean: 0, unannotated: report.dataset.cases };
    const text = renderTerminal({ ...report, warnings, dataset }, plain(120));
    expect(linesOf(text)).toContain("warning: b 2, a 1 of 5 reviews are unscored");
    expect(linesOf(text)[0]).not.toContain("bug");
  });

  test("makes control characters of names and warnings visible", () => {
    const hostile = {
      ...report,
      warnings: ["\u001b[2Jgone"],
      verdict: { ...report.verdict, sentence: "a\u001b[31mb" },
    };
    const text = renderTerminal(hostile, plain(120));
    expect(text).not.toContain("\u001b");
    expect(text).toContain("\\u001b[2Jgone");
  });
});
