import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Case } from "../src/core/case.ts";

/** A made-up case of some twenty changed lines with one bug (even numbers) or none, alike in size to real ones. */
export function makeCase(number: number): Case {
  const file = `src/module${number}.ts`;
  const before = Array.from({ length: 6 }, (_, line) => ` const before${line} = load(${number}, ${line});`);
  const added = Array.from(
    { length: 14 },
    (_, line) => `+  const value${line} = account.items[${line}].total * rate(${number});`,
  );
  const removed = Array.from({ length: 4 }, (_, line) => `-  const old${line} = ${line};`);
  const lines = [...before.slice(0, 3), ...removed, ...added, ...before.slice(3)];
  const header = [
    `diff --git a/${file} b/${file}`,
    `--- a/${file}`,
    `+++ b/${file}`,
    "@@ -10,10 +10,20 @@ export function total() {",
  ];
  const bug: NonNullable<Case["bugs"]>[number] = {
    id: "null-item",
    anchor: { side: "new", file, lines: [15, 16] },
    category: "null-handling",
    severity: "high",
    description: "items may be shorter than the index, so total is read off undefined and the request fails.",
  };
  return {
    id: `case-${number}`,
    diff: `${[...header, ...lines].join("\n")}\n`,
    language: number % 3 === 0 ? "go" : "typescript",
    bugs: number % 2 === 0 ? [bug] : [],
    references:
      number % 2 === 0
        ? [{ text: "What if items is shorter than that? Could we guard the lookup?", author: "ines" }]
        : [],
  };
}

/** Writes a dataset of so many cases and a suite that measures `reviewer` on it; returns the suite's path. */
export function writeBenchSuite(folder: string, cases: number, reviewer: string, concurrency: number): string {
  mkdirSync(folder, { recursive: true });
  const lines = Array.from({ length: cases }, (_, number) => JSON.stringify(makeCase(number)));
  writeFileSync(join(folder, "cases.jsonl"), `${lines.join("\n")}\n`);
  writeFileSync(join(folder, "prompt.md"), "Review this change.\n\n{{diff}}\n");
  const suite = {
    version: 1,
    name: "perf",
    dataset: { path: "cases.jsonl" },
    reviewer: { prompt: "prompt.md", concurrency },
    reviewers: [reviewer],
    scorers: { detection: {}, contract: {}, load: {} },
  };
  const file = join(folder, "perf.yaml");
  writeFileSync(file, JSON.stringify(suite));
  return file;
}
