import { expect, test } from "vitest";
import { UsageError } from "../src/core/errors.ts";
import { parsePrompt } from "../src/core/prompt.ts";
import { Suite } from "../src/core/suite.ts";
import type { Dataset } from "../src/load/dataset.ts";
import { planShard } from "../src/plan-shard.ts";
import type { PreparedSweep } from "../src/plan-sweep.ts";
import { messageOf } from "./fixtures/complaint.ts";
import { pairOf } from "./fixtures/small-dataset.ts";

const prompt = parsePrompt("{{diff}}", "p.md");
const suite = Suite.parse({ version: 1, name: "s", dataset: { path: "d" }, reviewer: {}, scorers: {} });

/** Pairs, of which the first has by far the longest change. */
const cases = ["long", "b", "c", "d"].flatMap((id) =>
  pairOf(id).map((source) => (id === "long" ? { ...source, diff: source.diff.repeat(400) } : source)),
);
const dataset = {
  name: "d",
  entries: cases.map(({ id }) => ({ id, cluster: id.replace(".clean", "") })),
  read: ({ id }: { id: string }) => cases.find((one) => one.id === id),
} as unknown as Dataset;

const idsOf = (index: number, of: number) =>
  planShard({ index, of }, suite, dataset, null, prompt).dataset.entries.map(({ id }) => id);

test("a shard has its cases in the dataset's order, weighed by what is asked", () => {
  expect(idsOf(1, 2)).toEqual(["long", "long.clean"]);
  expect(idsOf(2, 2)).toEqual(["b", "b.clean", "c", "c.clean", "d", "d.clean"]);
});

test("a run that is not divided has all cases", () => {
  const { shard, dataset: all } = planShard(undefined, suite, dataset, null, prompt);
  expect(shard).toBeNull();
  expect(all).toBe(dataset);
});

test("checkpoints are not measured in shards, since the best is chosen by all cases", () => {
  const sweep: PreparedSweep = { ref: "./checkpoints", metric: "detection.f1", splits: null };
  expect(messageOf(() => planShard({ index: 1, of: 2 }, suite, dataset, sweep, prompt), UsageError)).toMatch(
    /^--shard 1\/2: "\.\/checkpoints" is a folder of checkpoints, and the best is chosen by all cases/,
  );
});
