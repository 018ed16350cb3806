import { appendFileSync, mkdirSync } from "node:fs";
import { expect, test } from "vitest";
import type { LatencyHeader } from "../../src/core/latency/journal.ts";
import { LatencySettings } from "../../src/core/latency/settings.ts";
import { createLatencyJournal, isFinished, latencyFile, readLatencyLines } from "../../src/latency/journal.ts";
import { temporaryFolders } from "../fixtures/temporary.ts";
import { timedRequest } from "../fixtures/timed-requests.ts";

const folderOf = temporaryFolders();
const header: LatencyHeader = {
  v: 1,
  kind: "latency",
  startedAt: "2026-11-20T10:00:00.000Z",
  tool: "nitbench 0.1.0",
  seed: 1,
  settings: LatencySettings.parse({}),
  limitMs: 60_000,
  reviewers: [{ ref: "a", identity: "a" }],
};
const end = { v: 1, kind: "end" } as const;

test("lines are read as they were written", () => {
  const folder = folderOf();
  const journal = createLatencyJournal(folder, header);
  const lines = [timedRequest(0), timedRequest(1, { error: "no\nwhole answer" })];
  for (const line of lines) journal.append(line);
  expect(readLatencyLines(folder)).toEqual([header]);
  journal.flush();
  expect(readLatencyLines(folder)).toEqual([header, ...lines]);
  journal.append(end);
  journal.close();
  expect(readLatencyLines(folder)).toEqual([header, ...lines, end]);
});

test("a record that was left unfinished is begun anew", () => {
  const folder = folderOf();
  const first = createLatencyJournal(folder, header);
  first.append(timedRequest(0));
  first.close();
  createLatencyJournal(folder, header).close();
  expect(readLatencyLines(folder)).toEqual([header]);
});

test("a torn last line is left out, and a damaged one before it named", () => {
  const folder = folderOf();
  createLatencyJournal(folder, header).close();
  appendFileSync(latencyFile(folder), '{"v":1,"kind":"req');
  expect(readLatencyLines(folder)).toEqual([header]);
  appendFileSync(latencyFile(folder), "\n");
  expect(() => readLatencyLines(folder)).toThrow(/latency\.jsonl:2: not JSON/);
});

test("a version that is not known is named", () => {
  const folder = folderOf();
  createLatencyJournal(folder, header).close();
  appendFileSync(latencyFile(folder), '{"v":2,"kind":"end"}\n');
  expect(() => readLatencyLines(folder)).toThrow(/latency\.jsonl:2/);
});

test("a run without one has no lines", () => {
  expect(readLatencyLines(folderOf())).toEqual([]);
});

test("a record is finished by its last line, for what it measured alone", () => {
  expect(isFinished([header, end], header)).toBe(true);
  expect(isFinished([header], header)).toBe(false);
  expect(isFinished([header, end], { ...header, startedAt: "2026-11-21T10:00:00.000Z" })).toBe(true);
  expect(isFinished([header, end], { ...header, seed: 2 })).toBe(false);
  expect(isFinished([header, end], { ...header, settings: LatencySettings.parse({ requests: 9 }) })).toBe(false);
  expect(isFinished([header, end], { ...header, reviewers: [{ ref: "a", identity: "other weights" }] })).toBe(false);
});

test("a folder that cannot be written is told with what to do", () => {
  const folder = folderOf();
  mkdirSync(latencyFile(folder));
  expect(() => createLatencyJournal(folder, header)).toThrow(/cannot write \(.*\); free the disk/);
});
