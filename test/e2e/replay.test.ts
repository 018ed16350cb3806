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
    expect(await replay(workspace, "--quiet")).toMatchObject({
      code: 3,
      stdout: "",
      stderr: expect.stringMatching(
        /^tiny: 1 of 2 reviews of replay:reviews\.jsonl are unscored, above the budget [^\n]+\n$/,
      ),
    });
    expect(lineOf("one.clean").parts).toMatchObject([
      { outcome: "transport-error", error: "no recorded review of this case in reviews.jsonl" },
    ]);
  });
});

describe("verdicts on two recorded reviewers", () => {
  const both = ["--model", "replay:other.jsonl"];
  const start = (...verdicts: object[]) => {
    const workspace = makeWorkspace({
      dataset: linesOf(pairOf("one")),
      suite: { scorers: recorded, budget: { unscored: 1 } },
    });
    const clean = { caseId: "one.clean", findings: [] };
    workspace.write("reviews.jsonl", jsonl({ caseId: "one", findings: [right] }, clean));
    workspace.write("other.jsonl", jsonl({ caseId: "one", findings: [wrong] }, clean));
    workspace.write("verdicts.jsonl", jsonl(...verdicts));
    return workspace;
  };
  const first = { ...verdict, findingIndex: 0 };
  const ofRight = { ...first, reviewer: "replay:reviews.jsonl" };
  const ofOther = { ...first, reviewer: "replay:other.jsonl", match: false };

  test("are those of each alone", async () => {
    const workspace = start(ofRight, ofOther);
    const { code, stderr } = await replay(workspace, ...both);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const states = workspace
      .readRun()
      .lines.map(({ reviewer, caseId, ledger }) => [reviewer, caseId, ledger?.bugs[0]?.state]);
    expect(states.filter(([, caseId]) => caseId === "one")).toEqual([
      ["replay:reviews.jsonl", "one", "found"],
      ["replay:other.jsonl", "one", "missed"],
    ]);
  });

  test("do not say of one what was said of nobody by name", async () => {
    const { code, stderr } = await replay(start(ofRight, first), ...both);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr:
        "verdicts.jsonl:2: reviewer: missing, but the run has 2 recorded reviewers (name the one that the verdict is about: replay:reviews.jsonl, replay:other.jsonl)\n",
    });
  });
});

test("verdicts on two recorded repeats are those of each alone, and name it", async () => {
  const workspace = makeWorkspace({
    dataset: linesOf(pairOf("one")),
    suite: { scorers: recorded, reviewer: { prompt: "prompt.md", repeats: 2, temperature: 1 } },
  });
  workspace.write(
    "reviews.jsonl",
    jsonl(
      { caseId: "one", findings: [right] },
      { caseId: "one", repeat: 1, findings: [right] },
      { caseId: "one.clean", findings: [] },
    ),
  );
  const first = { ...verdict, findingIndex: 0 };
  workspace.write("verdicts.jsonl", jsonl(first));
  expect((await replay(workspace)).stderr).toMatch(/^verdicts\.jsonl:1: repeat: missing, but case "one" has recorded/);
  workspace.write("verdicts.jsonl", jsonl({ ...first, repeat: 0 }, { ...first, repeat: 1, match: false }));
  expect((await replay(workspace)).code).toBe(0);
  const ofOne = workspace.readRun().lines.filter(({ caseId }) => caseId === "one");
  expect(ofOne.map(({ repeat, ledger }) => [repeat, ledger?.bugs[0]?.state])).toEqual([
    [0, "found"],
    [1, "missed"],
  ]);
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
