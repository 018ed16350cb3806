import { readdirSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { describe, expect, test } from "vitest";
import { JudgeCalibration } from "../../src/core/judge/calibration.ts";
import { renderSheetCsv } from "../../src/core/judge/sheet.ts";
import { loadRubric } from "../../src/load/rubric.ts";
import { loadSelfTest } from "../../src/load/self-test.ts";
import { jsonLines, type Workspace, workspaces } from "../fixtures/command.ts";
import { honest, type JudgeRule, startJudge } from "../fixtures/judge-server.ts";
import type { ScriptedServer } from "../fixtures/scripted-server.ts";
import { linesOf, pairOf } from "../fixtures/small-dataset.ts";

const makeWorkspace = workspaces();
const { cases: selfTest } = loadSelfTest(loadRubric("review").rubric);
const reviews = selfTest.flatMap((one) => ("candidate" in one ? [one] : []));
const positives = new Set(reviews.filter(({ kind }) => kind === "positive").map(({ candidate }) => candidate));

const ids = Array.from({ length: 60 }, (_, index) => `case${index}`);
/** Cases with a reference of a person, and one clean case without. */
const dataset = linesOf([
  ...ids.map((id) => ({ ...pairOf(id)[0], references: [{ text: `The list of ${id} may be empty.`, author: "ines" }] })),
  { ...pairOf("bare")[0] },
]);
const isGood = (id: string) => Number(id.slice(4)) % 2 === 0;
const reviewOf = (id: string) => `${isGood(id) ? "Right" : "Off"}: \`items[0]\` in ${id}, return None.`;

/** Knows the self-test, and takes reviews for right that say so; wrong about two of the dataset's, one of each kind. */
const rule: JudgeRule = ({ review }) => {
  if (positives.has(review)) return "pass";
  const isPass = review.startsWith("Right") !== / case[01],/.test(review);
  return isPass ? "pass" : { theme: "fail", actionable: "pass", voice: "pass" };
};
const jsonl = (lines: readonly unknown[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join("");
const labelOf = (id: string, by = "ines") => ({
  caseId: id,
  review: reviewOf(id),
  axes: { theme: isGood(id) ? "pass" : "fail", actionable: "pass", voice: "pass" },
  by,
});

const suite = {
  reviewer: { prompt: "prompt.md", contract: "prose", retries: 0 },
  scorers: { judge: { rubric: "review" } },
  gates: [{ metric: "judge.pass_rate", min: 0.4, decide: "point" }],
};

function start(): Workspace {
  const workspace = makeWorkspace({ dataset, suite });
  workspace.write("labels.jsonl", jsonl(ids.map((id) => labelOf(id))));
  workspace.write(
    "reviews.jsonl",
    jsonl([...ids, "bare"].map((id) => ({ caseId: id, text: id === "bare" ? "LGTM" : reviewOf(id) }))),
  );
  return workspace;
}

const refOf = ({ url }: ScriptedServer) => `openai:judge@${url}`;
const calibrate = (workspace: Workspace, ref: string, ...args: string[]) =>
  workspace.run([
    "judge",
    "calibrate",
    "review",
    "--judge",
    ref,
    "--against",
    "labels.jsonl",
    "--dataset",
    "data",
    ...args,
  ]);
const run = (workspace: Workspace, ref: string, ...args: string[]) =>
  workspace.run(["tiny.yaml", "--out", "runs", "--model", "replay:reviews.jsonl", "--judge", ref, ...args]);

function recordOf(workspace: Workspace, rubric: string): JudgeCalibration {
  const folder = `judges/calibration/judges/${rubric}`;
  const [file = "", ...others] = readdirSync(join(workspace.folder, folder));
  expect(others).toEqual([]);
  return JudgeCalibration.parse(JSON.parse(workspace.read(join(folder, file))));
}

describe("judge calibrate", () => {
  test("compares a judge with people's labels, axis by axis and all together, and keeps it beside the self-test", async () => {
    await using server = await startJudge(honest(rule));
    const workspace = start();
    expect((await workspace.run(["judge", "test", "review", "--judge", refOf(server)])).code).toBe(0);
    const { code, stdout } = await calibrate(workspace, refOf(server));
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^pass +60 +0 +\.97 \[\.83 \.99\] of 30 +\.97 \[\.83 \.99\] of 30 +\.93 +\.93 +\.93 +1\.00 +–$/m,
    );
    expect(stdout).toContain("may gate by the rubric review, in 3 runs");
    expect(stdout).toContain(
      "warning: actionable rests on 60 passes and 0 fails of people (label 25 of each at least)",
    );
    const record = recordOf(workspace, "review");
    expect(record).toMatchObject({
      selfTest: { holds: true },
      axes: { pass: { tp: 29, fn: 1, tn: 29, fp: 1, unscored: 0, alpha: 1 } },
    });
    expect(record.source).toMatch(/^labels\.jsonl \(sha256 [0-9a-f]{8}, 60 reviews by 1 person\)$/);
  });

  test("lets a calibrated judge gate, and corrects its pass rate; asked otherwise it informs, and the report says why", async () => {
    await using server = await startJudge(honest(rule));
    const workspace = start();
    const ref = refOf(server);
    const before = await run(workspace, ref);
    expect(before.code).toBe(4);
    expect(workspace.readRun().report.judge).toMatchObject({
      calibration: null,
      informsBecause: `${ref} informs and decides nothing: nothing is known of it as a judge by the rubric review; run nitbench judge test review --judge ${ref}`,
    });

    await workspace.run(["judge", "test", "review", "--judge", ref]);
    await calibrate(workspace, ref);
    expect(await run(workspace, ref)).toMatchObject({ code: 0 });
    const { report } = workspace.readRun();
    expect(report.judge).toMatchObject({ informsBecause: null, calibration: { axes: { pass: { tp: 29 } } } });
    expect(report.reviewers[0]?.gates[0]).toMatchObject({ status: "pass", value: 0.5 });
    expect(report.reviewers[0]?.metrics["judge.pass_rate_corrected"]?.value).toBeCloseTo(0.5, 12);

    const other = await run(workspace, ref, "--judge-runs", "1");
    expect(other.code).toBe(4);
    expect(workspace.readRun().report.reviewers[0]?.gates[0]).toMatchObject({
      status: "inconclusive",
      reason: `${ref} informs and decides nothing: it was calibrated with runs 3, and is asked with 1 here; run nitbench judge test review --judge ${ref} --judge-runs 1`,
    });
    expect(workspace.readRun().report.reviewers[0]?.metrics["judge.pass_rate_corrected"]).toMatchObject({
      value: null,
    });
  });

  test("takes what most people say, and tells how they agree and what was left out", async () => {
    await using server = await startJudge(honest(rule));
    const workspace = start();
    const wrong = { ...labelOf("case4", "jo"), axes: { theme: "fail" } };
    const extra = [
      ...ids
        .slice(0, 20)
        .flatMap((id) => [labelOf(id, "jo"), labelOf(id, "ada")])
        .filter(({ caseId, by }) => caseId !== "case4" || by !== "jo"),
      wrong,
      { ...labelOf("case30", "jo"), axes: { theme: "fail" } },
      { caseId: "bare", review: "LGTM", axes: { theme: "fail" }, by: "jo" },
    ];
    workspace.write("labels.jsonl", jsonl([...ids.map((id) => labelOf(id)), ...extra]));
    const { code, stdout } = await calibrate(workspace, refOf(server), "--judge-runs", "1", "--json");
    expect(code).toBe(0);
    const { axes, people, notes } = JSON.parse(stdout) as {
      axes: JudgeCalibration["axes"];
      people: Record<string, number>;
      notes: string[];
    };
    expect(axes["theme"]).toMatchObject({ tp: 28, fn: 1, tn: 29, fp: 1 });
    expect(people["theme"]).toBeGreaterThan(0.8);
    expect(people["theme"]).toBeLessThan(1);
    expect(notes).toEqual([
      "1 label left out: as many people passed as failed the review there",
      "1 review left out: empty, or of a case without a reference, which no judge is asked about",
    ]);
  });

  test("asks about so many reviews as told, and says that it were not all", async () => {
    await using server = await startJudge(honest(rule));
    const workspace = start();
    const { stdout } = await calibrate(workspace, refOf(server), "--judge-runs", "1", "--limit", "10");
    expect(server.chats).toHaveLength(10);
    expect(stdout).toContain("10 of 60 by hash");
  });

  test("with BC-Bench's pairs says how well a judge tells the same bug from another, and names the self-test where it was not taken", async () => {
    const same = ["The commit in the loop leaves partial data.", "A failed GET is not handled."];
    const pairs = same.flatMap((body) => [
      ...Array.from({ length: 15 }, (_, index) => ({
        expected: { body },
        candidate: { body: `${body} Right ${index}` },
        should_match: true,
      })),
      ...Array.from({ length: 15 }, (_, index) => ({
        expected: { body },
        candidate: { body: `Naming ${index}` },
        should_match: false,
      })),
    ]);
    await using server = await startJudge(
      honest(({ finding, bug, axes }) => ({ [axes[0] ?? ""]: finding.startsWith(bug) ? "pass" : "fail" })),
    );
    const workspace = makeWorkspace();
    workspace.write("copies/bc-bench/judge_calibration.jsonl", jsonl(pairs));
    const args = ["judge", "calibrate", "same-bug", "--judge", refOf(server), "--against", "bc-bench"];
    const { code, stdout } = await workspace.run([...args, "--dir", "copies/bc-bench"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /bc-bench judge_calibration\.jsonl \(sha256 [0-9a-f]{8}, 60 pairs; not those of github:microsoft\/BC-Bench@\w+\)/,
    );
    expect(stdout).toMatch(
      /it has not taken the self-test of the rubric same-bug; run nitbench judge test same-bug --judge \S+$/m,
    );
    expect(recordOf(workspace, "same-bug").axes["same"]).toMatchObject({ tp: 30, tn: 30, fp: 0, fn: 0, kappa: 1 });

    expect(await workspace.run(args, { NITBENCH_DATA: "copies" })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /^source bc-bench: copies\/bc-bench\/codereview\.jsonl: missing \(copy [^\n]+\)\n$/,
      ),
    });
    expect((await workspace.run([...args, "--dir", "data"])).stderr).toBe(
      'pairs "data/judge_calibration.jsonl": no such file\n',
    );
  });

  test.each([
    [
      ["review", "--against", "labels.jsonl"],
      "--against labels.jsonl: the cases are missing (give --dataset PATH; or --against crscore or bc-bench)",
    ],
    [["review", "--against", "nowhere.jsonl", "--dataset", "data"], 'labels "nowhere.jsonl": no such file'],
    [["review", "--against", "labels.jsonl", "--dataset", "nowhere"], 'dataset "nowhere": no such file or folder'],
    [
      ["review", "--against", "bc-bench"],
      "rubric review: it judges reviews, and bc-bench's pairs say nothing of those",
    ],
    [
      ["same-bug", "--against", "labels.jsonl", "--dataset", "data"],
      "rubric same-bug: it judges pairs, and labels of reviews say nothing of those",
    ],
    [
      ["safety", "--against", "crscore"],
      "rubric safety: it has no axis theme, the only one that crscore has labels for",
    ],
  ])("refuses in one line what cannot be compared: %j", async (args, message) => {
    const { code, stderr } = await start().run(["judge", "calibrate", "--judge", "lexical", ...args]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: `${message}\n` });
  });
});

describe("judge label", () => {
  test("makes a blind sheet of a run's reviews but those of floors and ceilings, and a filled one a file that a judge is calibrated against", async () => {
    const workspace = start();
    const beside = ["--set", "company=[ceiling:oracle, floor:shotgun]"];
    expect((await run(workspace, "lexical", "--set", "gates=[]", ...beside)).code).toBe(0);
    const made = await workspace.run(["judge", "label", "review", "runs/latest", "--count", "40", "--out", "sheet"]);
    expect(made).toMatchObject({ code: 0, stderr: "" });
    expect(made.stdout).toContain("then: nitbench judge label review --read sheet/sheet.csv");

    const key = jsonLines(join(workspace.folder, "sheet/key.jsonl")) as {
      item: string;
      caseId: string;
      review: string;
    }[];
    expect(key).toHaveLength(40);
    const [csv, page] = [workspace.read("sheet/sheet.csv"), workspace.read("sheet/sheet.html")];
    expect(csv).toBe(renderSheetCsv(key, ["theme", "actionable", "voice"]));
    for (const text of [csv, page]) expect(text).not.toMatch(/replay|lexical|reviews\.jsonl/);
    for (const { item, review } of key) {
      expect(page).toContain(`item ${item}`);
      expect(page).toContain(review);
    }

    const caseOf = new Map(key.map(({ item, caseId }) => [item, caseId]));
    const [head = [], ...rows] = parse(csv, { bom: true });
    const filled = rows
      .slice(1)
      .map(([item = "", review]) => [
        item,
        review,
        isGood(caseOf.get(item) ?? "") ? "pass" : "fail",
        "pass",
        "pass",
        "",
        "",
      ]);
    workspace.write(
      "sheet/ines.csv",
      [head, ...filled].map((row) => row.map((cell) => JSON.stringify(cell)).join(";")).join("\n"),
    );
    const read = await workspace.run(["judge", "label", "review", "--read", "sheet/ines.csv", "--by", "ines"]);
    expect(read).toMatchObject({ code: 0, stderr: "" });
    expect(read.stdout).toContain("39 reviews labelled: sheet/ines.labels.jsonl");
    const labels = jsonLines(join(workspace.folder, "sheet/ines.labels.jsonl")) as {
      caseId: string;
      review: string;
      by: string;
    }[];
    for (const { caseId, review, by } of labels) expect([by, review]).toEqual(["ines", reviewOf(caseId)]);

    workspace.write("labels.jsonl", workspace.read("sheet/ines.labels.jsonl"));
    const { code, stdout } = await calibrate(workspace, "lexical");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^theme +39 /m);
  });

  test("overwrites no sheet that somebody may have filled", async () => {
    const workspace = start();
    await run(workspace, "lexical", "--set", "gates=[]", "--name", "first");
    const label = ["judge", "label", "review", "runs/first"];
    expect((await workspace.run(label)).stdout).toContain("60 reviews in reports/labels/first: ");
    expect(await workspace.run(label)).toMatchObject({
      code: 2,
      stderr:
        "reports/labels/first/sheet.csv: is there already, and somebody may have filled it (choose another folder with --out)\n",
    });
  });

  test.each([
    [["review"], "judge label review: expected a run to take reviews from (name one, or --read SHEET.csv)"],
    [["review", "nowhere"], 'run "nowhere": no such run in reports/runs (name the folder of a run, or give its path)'],
    [["review", "data"], 'run "data": data/dataset.jsonl is missing (name a run that was finished)'],
    [["same-bug", "data"], "rubric same-bug: it judges pairs, and a sheet holds reviews"],
    [
      ["review", "--read", "nowhere/sheet.csv"],
      "nowhere/key.jsonl: no such file (keep the filled sheet beside the key.jsonl that came with it)",
    ],
  ])("refuses in one line what is no run or sheet: %j", async (args, message) => {
    const { code, stderr } = await start().run(["judge", "label", ...args]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: `${message}\n` });
  });
});
