import { Bench } from "tinybench";
import { parseDiff } from "../src/core/diff.ts";
import { scoreLedger } from "../src/core/match/detection-scores.ts";
import { lexicalMatcher } from "../src/core/match/lexical.ts";
import { matchFindings } from "../src/core/match/match.ts";
import { parseReview } from "../src/core/parse/review.ts";
import type { Review } from "../src/core/review.ts";
import { bootstrapClusters } from "../src/core/stats/bootstrap.ts";
import { makeCase } from "./dataset.ts";

const words = [
  "total",
  "undefined",
  "items",
  "guard",
  "rate",
  "loop",
  "account",
  "index",
  "missing",
  "null",
  "leak",
  "lock",
  "retry",
  "cache",
];

/** Times the core's hot paths in process, in milliseconds: the median of each, and one pass over very many hunks. */
export async function measureInside(): Promise<{ what: string; ms: number; bar: string }[]> {
  const cases = Array.from({ length: 1000 }, (_, number) => makeCase(number * 2));
  const reviews = cases.map((_, number) => makeReview(number));
  const texts = reviews.map((review) => JSON.stringify(review));
  const settings = { tolerance: 3, location: "required", ignoreNits: false } as const;
  const columns = [0, 1, 2].map((column) =>
    Float64Array.from({ length: 1000 }, (_, cluster) => (cluster * 7 + column) % 3),
  );

  const bench = new Bench({ time: 2000, warmupTime: 500 });
  bench.add("detection scoring of 1,000 cases x 10 findings", async () => {
    for (const [index, source] of cases.entries()) {
      const review = reviews[index] as Review;
      scoreLedger(source, review, await matchFindings(source, review, lexicalMatcher, settings), 1);
    }
  });
  bench.add("parsing 1,000 JSON reviews of 10 findings", () => {
    for (const text of texts) parseReview(text);
  });
  bench.add("parsing 1,000 diffs", () => {
    for (const source of cases) parseDiff(source.diff);
  });
  bench.add("BCa bootstrap of F1, 1,000 clusters x 10,000", () => {
    bootstrapClusters(columns, (sums) => (sums[1] ? (sums[0] ?? 0) / sums[1] : null), { seed: 1, range: [0, 1] });
  });
  await bench.run();
  const bars = ["< 100 ms", "", "", ""];
  const medians = bench.tasks.map((task, index) => {
    const { result } = task;
    if (!("latency" in result)) throw new Error(`${task.name} did not complete`);
    return { what: task.name, ms: result.latency.p50, bar: bars[index] ?? "" };
  });
  return [...medians, measureHunks()];
}

/** One pass over 100,000 hunks of 12 lines, each the diff of a file of its own. */
function measureHunks() {
  const diffs = Array.from({ length: 100_000 }, (_, number) => makeHunk(number));
  const start = performance.now();
  const lines = diffs.reduce((sum, diff) => sum + (parseDiff(diff)[0]?.hunks[0]?.lines.length ?? 0), 0);
  const ms = performance.now() - start;
  if (lines !== 1_200_000) throw new Error(`expected 1,200,000 lines, got ${lines}`);
  return { what: "parsing 100,000 hunks", ms, bar: "< 10 s" };
}

function makeHunk(number: number): string {
  const start = 1 + (number % 500);
  const context = (line: number) => `     ${words[(number + line) % words.length]} = retry(${number + line});`;
  const changed = (mark: string, line: number) =>
    `${mark}    ${words[(number * 3 + line) % words.length]}.push(${line});`;
  return [
    `diff --git a/src/part${number}.ts b/src/part${number}.ts`,
    `--- a/src/part${number}.ts`,
    `+++ b/src/part${number}.ts`,
    `@@ -${start},9 +${start},9 @@ export function part${number}() {`,
    ...[0, 1, 2].map(context),
    ...[0, 1, 2].map((line) => changed("-", line)),
    ...[3, 4, 5].map((line) => changed("+", line)),
    ...[6, 7, 8].map(context),
    "",
  ].join("\n");
}

function makeReview(number: number): Review {
  return {
    findings: Array.from({ length: 10 }, (_, index) => ({
      file: `src/module${number * 2}.ts`,
      lines: [10 + index, 11 + index] as [number, number],
      message: Array.from(
        { length: 14 },
        (_unused, word) => words[(number * 31 + index * 7 + word * 3) % words.length],
      ).join(" "),
    })),
  };
}
