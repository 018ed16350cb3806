import { copyFileSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Leaderboard } from "../../src/core/leaderboard/board.ts";
import { leaderboardOf } from "../../src/commands/leaderboard.ts";
import { type Workspace, workspaces } from "../fixtures/command.ts";
import { linesOf, pathOf, smallDataset } from "../fixtures/small-dataset.ts";

const makeWorkspace = workspaces();
const ids = Array.from({ length: 12 }, (_, index) => `case${index}`);
const said = "An empty list has no first item, so the index fails with an IndexError.";

/** A recording that finds the bugs of the first so many cases, and says nothing else. */
function recordingOf(found: number): string {
  const lines = ids.flatMap((id, index) => [
    { caseId: id, findings: index < found ? [{ file: pathOf(id), lines: [2, 2], message: said }] : [] },
    { caseId: `${id}.clean`, findings: [] },
  ]);
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

async function workspaceWithRun(): Promise<Workspace> {
  const workspace = makeWorkspace({
    dataset: linesOf(smallDataset(ids)),
    suite: { company: ["floor:silent", "ceiling:oracle"] },
  });
  workspace.write("good.jsonl", recordingOf(12));
  workspace.write("poor.jsonl", recordingOf(2));
  const models = ["--model", "replay:good.jsonl", "--model", "replay:poor.jsonl"];
  const { code, stderr } = await workspace.run([
    "tiny.yaml",
    ...models,
    "--out",
    "reports/runs",
    "--name",
    "one",
    "--quiet",
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return workspace;
}

describe("nitbench leaderboard", () => {
  test("ranks the reviewers of a run named twice, and writes its folder", async () => {
    const workspace = await workspaceWithRun();
    const { code, stdout, stderr } = await workspace.run(["leaderboard", "one", "latest"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^ 1 +replay:good\.jsonl +1\.00 /m);
    expect(stdout).toMatch(/^ 2 +replay:poor\.jsonl +\.29 /m);
    expect(stdout).toContain("for scale: ceiling:oracle 1.00, floor:silent .00");
    expect(stdout.trimEnd().split("\n").at(-1)?.trim()).toBe("reports/leaderboard/index.html");
    const board = JSON.parse(workspace.read("reports/leaderboard/leaderboard.json")) as Leaderboard;
    expect(board).toMatchObject({ version: 1, name: "tiny", cases: 24, clusters: 12 });
    const twins = board.rankings.find(({ metric }) => metric === "detection.twin_discrimination");
    expect(twins?.rows.map(({ value }) => value.numerator)).toEqual([12, 2]);
    expect(workspace.read("reports/leaderboard/leaderboard.md")).toContain("../runs/one/report.html");
    for (const { run } of board.reviewers)
      expect(existsSync(join(workspace.folder, "reports/leaderboard", run.link ?? ""))).toBe(true);
    for (const file of ["index.html", "badge.md", "badges/replay-good.jsonl.svg"])
      expect(workspace.read(`reports/leaderboard/${file}`)).not.toBe("");
  });

  test("prints one JSON document on request, the same that it writes to the folder that is asked for", async () => {
    const workspace = await workspaceWithRun();
    const { stdout } = await workspace.run(["leaderboard", "one", "--json", "--out", "board", "--seed", "7"]);
    expect(JSON.parse(stdout)).toEqual(JSON.parse(workspace.read("board/leaderboard.json")));
    expect(JSON.parse(stdout)).toMatchObject({ seed: 7 });
  });

  test("refuses copies, mix-ups and damaged reports in one line", async () => {
    const workspace = await workspaceWithRun();
    const at = (path: string) => join(workspace.folder, path);
    const copyAs = (name: string) => {
      mkdirSync(at(name));
      for (const file of ["report.json", "cases.jsonl"])
        copyFileSync(at(`reports/runs/one/${file}`), at(`${name}/${file}`));
    };
    const edit = (name: string, file: string, from: RegExp, to: string) => {
      copyAs(name);
      const text = workspace.read(`${name}/${file}`);
      expect(text).toMatch(from);
      workspace.write(`${name}/${file}`, text.replace(from, to));
    };
    const refusal = (...names: string[]) => {
      try {
        leaderboardOf(
          names.map((name) => at(name)),
          at("board"),
          1,
        );
      } catch (error) {
        return (error as Error).message;
      }
      return "";
    };
    copyAs("copy");
    expect(refusal("reports/runs/one", "copy")).toMatch(
      /one\/report\.json" and ".*copy\/report\.json" are both of run "one": one is a copy/,
    );
    edit("mixed", "report.json", /"seed": 1/, '"seed": 2');
    expect(refusal("reports/runs/one", "mixed")).toMatch(
      /one\/report\.json" and ".*mixed\/report\.json" are different, and both call themselves run "one"/,
    );
    edit("not-a-number", "report.json", /"value": [\d.]+/, '"value": NaN');
    expect(refusal("not-a-number")).toMatch(/not-a-number\/report\.json": cut short or no JSON/);
    edit("infinite", "report.json", /"value": [\d.]+/, '"value": 1e999');
    expect(refusal("infinite")).toMatch(/infinite\/report\.json": .*value/);
    edit("infinite-score", "cases.jsonl", /"numerator":\d+/, '"numerator":1e999');
    expect(refusal("infinite-score")).toMatch(/infinite-score\/cases\.jsonl:1: .*numerator/);
    edit("other-version", "report.json", /"version": 1/, '"version": 2');
    expect(refusal("other-version")).toMatch(/it is of version 2, and this program reads version 1/);
    edit("cut", "report.json", /\}\s*$/, "");
    expect(refusal("cut")).toMatch(/cut short or no JSON/);
    edit("cut-lines", "cases.jsonl", /\n[^\n]+\n$/, "\n");
    expect(refusal("cut-lines")).toMatch(/lines of .*, the report counts 24/);
    for (const name of ["copy", "mixed", "infinite"]) expect(refusal("reports/runs/one", name)).not.toContain("\n");
  });

  test.each([
    [[], "missing required argument"],
    [["none"], "no such folder, file or run"],
  ])("refuses %j in one line", async (words, message) => {
    const { code, stdout, stderr } = await makeWorkspace().run(["leaderboard", ...words]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });
});
