import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { UsageError } from "../src/core/errors.ts";
import { latencyMetrics } from "../src/core/latency/metrics.ts";
import type { LatencySettings } from "../src/core/latency/settings.ts";
import { Suite } from "../src/core/suite.ts";
import { latencyFile } from "../src/latency/journal.ts";
import { copyJudgeLog, keepLatency, type SavedRun } from "../src/saved-run.ts";
import { messageOf } from "./fixtures/complaint.ts";
import { latencyLinesOf } from "./fixtures/latency-run.ts";
import { makeRun } from "./fixtures/run-data.ts";
import { linesOf } from "./fixtures/small-dataset.ts";
import { temporaryFolders } from "./fixtures/temporary.ts";

const folderOf = temporaryFolders();
const { report } = makeRun({ cases: 2 });

function savedWith(lines: readonly unknown[]): SavedRun {
  const folder = folderOf();
  writeFileSync(latencyFile(folder), linesOf(lines.map((line) => JSON.stringify(line))));
  return { folder, report, header: {} as SavedRun["header"] };
}

function suiteWith(latency: Partial<LatencySettings> | undefined): Suite {
  const scorers = latency === undefined ? {} : { latency: { mode: "closed", objectiveMs: 900, ...latency } };
  return Suite.parse({ version: 1, name: "s", dataset: { path: "d" }, reviewer: {}, scorers });
}

test("times of a saved run are taken over with their record", () => {
  const lines = latencyLinesOf();
  const [saved, to] = [savedWith(lines), folderOf()];
  const latency = keepLatency(saved, suiteWith({}), to);
  expect(latencyMetrics(latency, "openai:fast")["latency.p50_ms"]?.value).toBeGreaterThan(0);
  expect(readFileSync(latencyFile(to), "utf8")).toBe(readFileSync(latencyFile(saved.folder), "utf8"));
});

test("a suite without a latency phase takes none over", () => {
  const to = folderOf();
  expect(keepLatency(savedWith(latencyLinesOf()), suiteWith(undefined), to)).toBeNull();
  expect(existsSync(latencyFile(to))).toBe(false);
});

test.each([
  ["measured otherwise", latencyLinesOf(), { requests: 7 }],
  ["cut short", latencyLinesOf().filter(({ kind }) => kind !== "end"), {}],
  ["not there", [], {}],
])("times that were %s are not made up", (_, lines, settings) => {
  const message = messageOf(() => keepLatency(savedWith(lines), suiteWith(settings), folderOf()), UsageError);
  expect(message).toMatch(
    /has no finished latency phase with these scorers\.latency, and times cannot be scored again/,
  );
});

test("the judge's answers are taken over once: what an interrupted try has paid for stays", () => {
  const [from, to] = [folderOf(), folderOf()];
  copyJudgeLog(from, to);
  expect(existsSync(join(to, "judge.jsonl"))).toBe(false);
  writeFileSync(join(from, "judge.jsonl"), "first\n");
  copyJudgeLog(from, to);
  writeFileSync(join(to, "judge.jsonl"), "first\nmore\n");
  copyJudgeLog(from, to);
  expect(readFileSync(join(to, "judge.jsonl"), "utf8")).toBe("first\nmore\n");
});
