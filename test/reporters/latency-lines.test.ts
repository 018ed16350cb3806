import { describe, expect, test } from "vitest";
import { summariseLatency } from "../../src/core/latency/summarise.ts";
import { renderLatency } from "../../src/reporters/latency-lines.ts";
import { renderTerminal } from "../../src/reporters/terminal.ts";
import type { TerminalStyle } from "../../src/reporters/terminal-text.ts";
import { latencyLinesOf, latencyRun } from "../fixtures/latency-run.ts";

const plain = (columns: number): TerminalStyle => ({ columns, paint: (_, text) => text });
const textOf = (run: Parameters<typeof renderLatency>[0], columns = 160) =>
  renderLatency(run, plain(columns)).join("\n");

describe("latency on a terminal", () => {
  const { report } = latencyRun();

  test("says level by level what was measured, with intervals and what the client itself adds", () => {
    const text = textOf(report);
    expect(text).toContain("latency in ms · 1 in flight, 200 requests each, cold");
    expect(text).toMatch(/openai:fast +\d+ \[\d+ \d+\]/);
    expect(text).toContain(
      "the client itself adds 1.0 ms (p50) and 1.0 ms (p95), in 72 requests to a server of its own; its event loop was late by 0.5 ms",
    );
    expect(text).toMatch(
      /openai:slow against openai:fast: 1\.\d\dx slower \[1\.\d\d 1\.\d\d\] in the median of 200 pairs, 1\.\d\dx slower \[.*\] by the p95, p < \.001/,
    );
  });

  test("says why a percentile is not printed", () => {
    const spoilt = summariseLatency(latencyLinesOf({ overMs: 60 })) ?? undefined;
    const text = textOf({ ...report, ...(spoilt === undefined ? {} : { latency: spoilt }) });
    expect(text).toContain("the client itself added 60 ms, over 5 % of");
    expect(text).not.toMatch(/openai:fast +\d+ \[/);
  });

  test.each([80, 100, 120, 200])("has no line wider than %d columns", (columns) => {
    const lines = textOf(report, columns).split("\n");
    expect(Math.max(...lines.map((line) => line.trimEnd().length))).toBeLessThanOrEqual(columns);
  });

  test("has a level after the other in a sweep, and the knee", () => {
    const swept = latencyRun({ concurrency: [1, 4, 16] });
    const text = textOf(swept.report);
    expect(text.match(/latency in ms · \d+ in flight/g)).toEqual([
      "latency in ms · 1 in flight",
      "latency in ms · 4 in flight",
      "latency in ms · 16 in flight",
    ]);
    expect(text).toContain("openai:fast: its p95 stays within twice its least up to 4 in flight");
    expect(text).toContain("openai:fast: keeps 900 ms in 95 of 100 requests up to 4 in flight");
    expect(text).toContain("openai:slow: keeps 900 ms in 95 of 100 requests at no level");
  });

  test("stands in the report, and takes the place of the times under load", () => {
    const text = renderTerminal(report, plain(200));
    expect(text).toContain("latency in ms · 1 in flight");
    expect(text).not.toContain("p50 / p95 ms");
    const { latency: _, ...without } = report;
    expect(renderLatency(without, plain(120))).toEqual([]);
  });
});
