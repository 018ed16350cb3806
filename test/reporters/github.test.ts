import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Report } from "../../src/core/report.ts";
import { renderAnnotations } from "../../src/reporters/github/annotations.ts";
import { renderComment } from "../../src/reporters/github/comment.ts";
import { plain } from "../../src/reporters/github/markdown.ts";
import { renderSummary } from "../../src/reporters/github/summary.ts";
import { makeRun } from "../fixtures/run-data.ts";

const nowhere = { gate: () => null, case: () => null };

function reportWith(change: (report: Report) => void): Report {
  const copy = structuredClone(makeRun({ measured: 1 }).report);
  for (const reviewer of copy.reviewers) reviewer.gates = [];
  change(copy);
  return copy;
}

const failed = (reason: string): Report["reviewers"][number]["gates"][number] => ({
  gate: { metric: "detection.recall", min: 0.5, required: true, decide: "bound" },
  status: "fail",
  value: 0.3,
  bound: 0.4,
  reason,
  casesToDecide: null,
});

function measured(report: Report) {
  const found = report.reviewers.find(({ role }) => role === "measured");
  if (found === undefined) throw new Error("fixture: nobody measured");
  return found;
}

function withBroken(count: number): Report {
  return reportWith((report) => {
    const broken = Array.from({ length: count }, (_, index) => `case-${index}`);
    report.comparisons = [
      {
        reviewer: measured(report).id,
        baseline: { name: "main", run: "r1", reviewer: "vllm:old", model: "old" },
        obstacles: [],
        metrics: [],
        flips: { fixed: [], broken, bothRight: 3, bothWrong: 0, untold: 0 },
      },
    ];
  });
}

describe("annotations", () => {
  test("escape what would end a line, a property or the command", () => {
    const report = reportWith((one) => measured(one).gates.push(failed("50 % of\r\nall: a, b")));
    const place = { file: "suites/a,b:c%.yaml", line: 7 };
    expect(renderAnnotations(report, { ...nowhere, gate: () => place })).toBe(
      "::error file=suites/a%2Cb%3Ac%25.yaml,line=7,title=detection.recall >= 0.5 fails::vllm:lora-v7: 50 %25 of%0D%0Aall: a, b\n",
    );
  });

  test("are one line each whatever the texts in them are", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const report = reportWith((one) => measured(one).gates.push(failed(text)));
        const lines = renderAnnotations(report, { ...nowhere, gate: () => ({ file: text, line: 1 }) }).split(
          /[\n\r\u2028\u2029]/,
        );
        expect(lines).toHaveLength(2);
        expect(lines[0]).toMatch(/^::error file=[^:,]*,line=1,title=[^:,]*::/);
      }),
    );
  });

  test("stand on the lines of cases that broke, at most ten warnings with a word about the others", () => {
    const place = (id: string) => ({ file: "data/cases.jsonl", line: Number(id.slice(5)) + 1 });
    const few = renderAnnotations(withBroken(10), { ...nowhere, case: place })
      .trimEnd()
      .split("\n");
    expect(few).toHaveLength(10);
    expect(few[2]).toBe(
      "::warning file=data/cases.jsonl,line=3,title=case case-2 broke::vllm:old got this case right, vllm:lora-v7 does not",
    );
    const many = renderAnnotations(withBroken(200), { ...nowhere, case: place })
      .trimEnd()
      .split("\n");
    expect(many).toHaveLength(10);
    expect(many.at(-1)).toBe("::warning title=and more::191 further warnings: see the report");
  });

  test("of an incomplete run are its one error, since its gates decide nothing", () => {
    const report = reportWith((one) => {
      measured(one).gates.push(failed("because"));
      one.verdict = { status: "incomplete", exitCode: 3, sentence: "Nothing was scored." };
    });
    expect(renderAnnotations(report, nowhere)).toBe(
      "::error title=nitbench standard is incomplete::Nothing was scored.\n",
    );
  });
});

describe("Markdown for GitHub", () => {
  test("shows text from outside as it is: no markup, link, mention or end of a cell", () => {
    expect(plain("a|b\n@team <img src=x> [x](https://e.example) **b** `c` #12 \u202e")).toBe(
      String.raw`a\|b &#64;team &lt;img src=x&gt; \[x\](https&#58;//e.example) \*\*b\*\* \`c\` \#12 \\u202e`,
    );
  });

  test("keeps every table's cells whatever a reviewer is called", () => {
    const summary = renderSummary(
      reportWith((one) => {
        measured(one).id = "vllm:a|b\n|c";
        measured(one).gates.push(failed("x | y\nz"));
      }),
    );
    const tables = summary.split("\n\n").filter((block) => block.startsWith("|"));
    expect(tables.length).toBeGreaterThan(1);
    for (const block of tables) {
      const cells = block
        .trimEnd()
        .split("\n")
        .map((line) => line.split(/(?<!\\)\|/).length);
      expect(new Set(cells)).toHaveLength(1);
    }
    expect(summary).toContain(String.raw`x \| y z`);
  });

  test("begins a comment with the mark by which it is found again, and keeps it short enough to be taken", () => {
    const small = renderComment(withBroken(3));
    expect(small.split("\n")[0]).toBe("<!-- nitbench:standard -->");
    expect(small).toContain("case-2");
    const huge = renderComment(
      reportWith((one) => {
        for (let index = 0; index < 500; index++) measured(one).gates.push(failed("long ".repeat(100)));
      }),
    );
    expect(huge.length).toBeLessThan(65_000);
    expect(huge.split("\n")[0]).toBe("<!-- nitbench:standard -->");
  });
});
