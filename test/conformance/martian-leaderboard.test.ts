import { join } from "node:path";
import { expect, test } from "vitest";
import type { Leaderboard, Ranking } from "../../src/core/leaderboard/board.ts";
import { formatRanks } from "../../src/core/leaderboard/describe-board.ts";
import { workspaces } from "../fixtures/command.ts";
import { dataFolder } from "./data.ts";

const folder = dataFolder("martian");
const why = folder === null ? " (skipped: no copy of the data, set NITBENCH_DATA)" : "";
const makeWorkspace = workspaces();

test.skipIf(folder === null)(
  `the leaderboard of Martian's tools, under both judges and both countings${why}`,
  async () => {
    const workspace = makeWorkspace();
    for (const judge of ["opus", "sonnet"]) {
      const set = ["--set", `dataset.dir=${folder}`, "--set", `dataset.judge=${judge}`];
      const args = ["martian", ...set, "--out", "runs", "--name", judge, "--quiet"];
      expect((await workspace.run(args)).code).toBe(0);
    }
    const words = ["runs/opus", "runs/sonnet", "runs/latest"].map((run) => join(workspace.folder, run));
    const { code, stdout, stderr } = await workspace.run(["leaderboard", ...words, "--json"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const board = JSON.parse(stdout) as Leaderboard;
    expect(board).toMatchObject({ cases: 50, clusters: 50, leftOut: 0, excluded: [] });

    const [lead] = board.rankings;
    expect(lead).toMatchObject({ metric: "detection.f_beta", beta: 1, counting: "published" });
    expect(lead?.judge).toContain("opus");
    expect(lead?.rows).toHaveLength(12);
    const ranksOf = (ranking: Ranking | undefined, tool: string) => {
      const row = ranking?.rows.find(({ reviewer }) => reviewer === `recorded:${tool}`);
      return row === undefined ? "none" : `${row.rank}: ${formatRanks(row)}`;
    };
    expect(ranksOf(lead, "augment")).toBe("1: 1");
    expect(ranksOf(lead, "bugbot")).toBe("2: 2–5");
    expect(ranksOf(lead, "propel")).toBe("3: 2–8");
    expect(ranksOf(lead, "greptile")).toBe("4: 2–8");

    // Qodo and copilot change places where a finding may hold one bug only, propel and greptile under the other judge.
    const f1 = (counting: string, judge: string) =>
      board.rankings.find((one) => one.beta === 1 && one.counting === counting && one.judge?.includes(judge));
    expect([ranksOf(lead, "qodo"), ranksOf(lead, "copilot")]).toEqual(["5: 3–9", "6: 4–9"]);
    expect([ranksOf(f1("one-to-one", "opus"), "qodo"), ranksOf(f1("one-to-one", "opus"), "copilot")]).toEqual([
      "6: 3–9",
      "5: 4–9",
    ]);
    expect([ranksOf(f1("published", "sonnet"), "propel"), ranksOf(f1("published", "sonnet"), "greptile")]).toEqual([
      "4: 2–8",
      "3: 2–7",
    ]);
  },
);
