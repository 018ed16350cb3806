import { describe, expect, test } from "vitest";
import type { CaseLine } from "../../src/core/report.ts";
import { type Workspace, workspaces } from "../fixtures/command.ts";
import { linesOf, pairOf, pathOf, smallDataset } from "../fixtures/small-dataset.ts";

const makeWorkspace = workspaces();
const recorded = { detection: { matcher: "recorded", verdicts: "verdicts.jsonl" }, contract: {} };
const right = { file: pathOf("one"), lines: [2, 2], message: "An empty list has no first item, so the index fails." };
const wrong = { file: pathOf("one"), lines: [1, 1], message: "The function name is too short to be understood." };
const verdict = { caseId: "one", findingIndex: 3, bugId: "one-bug", match: true, judge: "ines" };

function jsonl(...lines: readonly object[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

async function replay(workspace: Workspace, ...args: string[]) {
  const finished = await workspace.run(["tiny.yaml", "--out", "runs", "--model", "replay:reviews.jsonl", ...args]);
  return {
    ...finished,
    lineOf: (caseId: string): CaseLine => workspace.readRun().lines.find((line) => line.caseId === caseId)!,
  };
}

describe("recorded findings", () => {
  test("are judged under the index that they were recorded with, though some of them say nothing or the same", async () => {
    const workspace = makeWorkspace({ dataset: linesOf(pairOf("one")), suite: { scorers: recorded } });
    const praise = { message: "LGTM" };
    workspace.write(
      "reviews.jsonl",
      jsonl({ caseId: "one", findings: [praise, wrong, wrong, right] }, { caseId: "one.clean", findings: [] }),
    );
    workspace.write(
      "verdicts.jsonl",
      jsonl(...[0, 1, 2].map((findingIndex) => ({ ...verdict, findingIndex, match: false })), verdict),
    );
    const { code, lineOf } = await replay(workspace);
    expect(code).toBe(0);
    expect(lineOf("one").review?.findings).toEqual([praise, wrong, wrong, right]);
    expect(lineOf("one").ledger?.findings.map(({ state }) => state)).toEqual([
      "unlisted",
      "unlisted",
      "unlisted",
      "matched",
    ]);
    expect(lineOf("one").scores["contract.valid_rate"]).toMatchObject({ denominator: 1 });
  });

  test("count as often as they were said: ten equal wrong ones are ten", async () => {
    const workspace = makeWorkspace({ dataset: linesOf(pairOf("one")) });
    const text = JSON.stringify({ findings: Array.from({ length: 10 }, () => wrong) });
    workspace.write("reviews.jsonl", jsonl({ caseId: "one", text }, { caseId: "one.clean", text }));
    const { lineOf } = await replay(workspace);
    expect(lineOf("one").scores["detection.precision"]).toEqual({ numerator: 0, denominator: 10 });
    expect(lineOf("one.clean").scores["detection.findings_per_clean_case"]).toEqual({ numerator: 10, denominator: 1 });
  });

  test.each(["file", "hunk"])("are of the whole case, though the suite asks for each %s", async (unit) => {
    const [one, clean] = pairOf("one");
    const source = { ...one, diff: one.diff + pairOf("two")[0].diff };
    const workspace = makeWorkspace({ dataset: linesOf([source, clean]) });
    const unplaced = { lines: [2, 2], message: "An empty list has no first item, so the index fails." };
    workspace.write(
      "reviews.jsonl",
      jsonl({ caseId: "one", findings: [unplaced] }, { caseId: "one.clean", findings: [] }),
    );
    const { lineOf } = await replay(workspace, "--set", `reviewer.unit=${unit}`);
    expect(lineOf("one").parts).toHaveLength(1);
    expect(lineOf("one").review?.findings).toEqual([unplaced]);
  });

  test("that are missing leave the case unscored, and it is said why", async () => {
    const workspace = makeWorkspace({ dataset: linesOf(smallDataset(["one"])) });
    workspace.write("reviews.jsonl", jsonl({ caseId: "one", findings: [] }));
    const { code, lineOf } = await replay(workspace);
    expect(code).toBe(3);
    expect(lineOf("one.clean").parts).toMatchObject([
      { outcome: "transport-error", error: "no recorded review of this case in reviews.jsonl" },
    ]);
  });
});

describe("a mistake in recorded verdicts is told with file and line before anything is asked", () => {
  test.each<[string, object, RegExp]>([
    ["an unknown case", { caseId: "three" }, /^verdicts\.jsonl:2: caseId: the dataset has no case "three"/],
    ["an unknown bug", { bugId: "on-bug" }, /^verdicts\.jsonl:2: bugId: .*did you mean "one-bug"/],
    ["a finding that was not made", { findingIndex: 4 }, /^verdicts\.jsonl:2: findingIndex: got 4, .* has 4 findings/],
    ["a second verdict", {}, /^verdicts\.jsonl:2: case "one", finding 3, .* got another in verdicts\.jsonl:1/],
  ])("%s", async (_, changed, expected) => {
    const workspace = makeWorkspace({ suite: { scorers: recorded } });
    workspace.write("reviews.jsonl", jsonl({ caseId: "one", findings: [wrong, wrong, wrong, right] }));
    workspace.write("verdicts.jsonl", jsonl(verdict, { ...verdict, ...changed }));
    const { code, stderr } = await replay(workspace);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(expected) });
    expect(stderr.trimEnd()).not.toContain("\n");
    expect(workspace.runs()).toEqual([]);
  });

  test("but one about a case that the run leaves out is none", async () => {
    const workspace = makeWorkspace({ suite: { scorers: recorded } });
    workspace.write("reviews.jsonl", jsonl({ caseId: "two", findings: [] }, { caseId: "two.clean", findings: [] }));
    workspace.write("verdicts.jsonl", jsonl(verdict));
    expect((await replay(workspace, "--where", 'cluster == "two"')).code).toBe(0);
  });
});

test("a reviewer is not told the case's id", async () => {
  const workspace = makeWorkspace();
  const line = `node -e "process.stdin.on('data', (data) => process.stdout.write('src/x.py:1: ' + Object.keys(JSON.parse(data))))"`;
  await workspace.run(["tiny.yaml", "--out", "runs", "--model", `command:${line}`]);
  const { lines } = workspace.readRun();
  expect(lines.map(({ text }) => text)).toEqual(Array(4).fill("src/x.py:1: diff,language,title,prompt"));
});
