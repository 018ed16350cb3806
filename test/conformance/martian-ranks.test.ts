import { join } from "node:path";
import { expect, test } from "vitest";
import { contributionsTo, pairContributions } from "../../src/core/contributions.ts";
import { rankIntervals } from "../../src/core/stats/rank.ts";
import { openStoredRun } from "../../src/load/stored-run.ts";
import { workspaces } from "../fixtures/command.ts";
import { dataFolder } from "./data.ts";

const folder = dataFolder("martian");
const why = folder === null ? " (skipped: no copy of the data, set NITBENCH_DATA)" : "";
const makeWorkspace = workspaces();

test.skipIf(folder === null)(`the published order of Martian's tools is sure of the first alone${why}`, async () => {
  const workspace = makeWorkspace();
  const set = ["--set", `dataset.dir=${folder}`, "--set", "company=[]"];
  expect((await workspace.run(["martian", ...set, "--out", "runs", "--name", "m", "--quiet"])).code).toBe(0);
  const run = openStoredRun(join(workspace.folder, "runs", "m"));
  const names = run.report.reviewers.map(({ id }) => id);
  const rows = run.readRows();
  const contributions = names.map((name) => contributionsTo("detection.f1_published", rows.get(name) ?? [])!);
  const { cases, columns } = pairContributions(contributions);
  expect(cases).toHaveLength(50);
  const intervals = rankIntervals(
    columns.map((own, index) => ({ columns: own, statistic: contributions[index]!.statistic })),
    1,
  );
  const rangeOf = (tool: string) => {
    const { low, high } = intervals[names.indexOf(`recorded:${tool}`)]!;
    return [low, high];
  };
  expect(rangeOf("augment")).toEqual([1, 1]);
  expect(rangeOf("bugbot")).toEqual([2, 5]);
  expect(rangeOf("propel")).toEqual([2, 8]);
  expect(rangeOf("greptile")).toEqual([2, 8]);
});
