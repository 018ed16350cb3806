import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { bench } from "../../../src/bench.ts";
import { UsageError } from "../../../src/core/errors.ts";
import type { CaseLine, Report } from "../../../src/core/report.ts";
import { SourceManifest, sourceReference } from "../../../src/core/source.ts";
import { sha256 } from "../../../src/load/hash.ts";
import type { ImportedSource, SourceFiles } from "../../../src/load/sources/importer.ts";
import { importSource } from "../../../src/load/sources/martian.ts";
import { prepareRun } from "../../../src/prepare.ts";
import { workspaces } from "../../fixtures/command.ts";
import {
  golden,
  kiosk,
  labels,
  miniature,
  opus,
  resultsOf,
  sonnet,
  till,
} from "../../fixtures/sources/martian/miniature.ts";

function filesOf(content: Record<string, unknown>): SourceFiles {
  return {
    paths: Object.keys(content),
    read: (path) => (typeof content[path] === "string" ? content[path] : JSON.stringify(content[path])),
    place: (path, line) => `copy/${path}${line === undefined ? "" : `:${line}`}`,
  };
}

const importMiniature = (judge?: string, content: Record<string, unknown> = miniature()) =>
  importSource(filesOf(content), { judge });

/** What was judged of one case, as "finding bug yes or no, how sure". */
const verdictsOf = ({ reviewers }: ImportedSource, name: string, caseId: string) =>
  (reviewers.get(name)?.verdicts ?? [])
    .filter((verdict) => verdict.caseId === caseId)
    .map(({ findingIndex, bugId, match, confidence }) => [findingIndex, bugId, match, confidence]);

describe("a case", () => {
  test("is a pull request known by its address, with bugs whose place is not known", () => {
    const { cases } = importMiniature();
    expect(cases.map(({ id }) => id)).toEqual(["kiosk-7", "till-12"]);
    expect(cases[0]).toEqual({
      id: "kiosk-7",
      diff: "",
      language: "typescript",
      title: "Refund at the kiosk",
      bugs: [
        { id: "bug-1", category: "logic-error", severity: "critical", description: "Refund twice" },
        { id: "bug-2", category: "other", severity: "medium", description: "Till left open" },
        { id: "bug-3", category: "null-reference", severity: "low", description: "Lamp stays dark" },
      ],
      repo: "acme/kiosk",
      pr: kiosk,
      cluster: kiosk,
      license: "MIT",
      meta: { source: "withmartian/code-review-benchmark", original: "https://github.com/old/kiosk/pull/3" },
    });
  });
});

describe("a recording", () => {
  const messages = (name: string) =>
    importMiniature()
      .reviewers.get(name)
      ?.recordings.map(({ caseId, findings }) => [caseId, findings?.map(({ message }) => message)]);

  test("holds the candidates in their order, then what only the evaluation has", () => {
    expect(messages("hawk")).toEqual([
      ["kiosk-7", ["both at once", "typo", "maybe the till", "hawk, please review"]],
      ["till-12", ["same words", "same words"]],
    ]);
  });

  test("is empty where a tool was judged and had said nothing", () => {
    expect(messages("owl")).toEqual([
      ["kiosk-7", []],
      ["till-12", ["sum is off"]],
    ]);
  });
});

describe("a verdict", () => {
  test("is there for matches, false positives and missed bugs, and for no other pair", () => {
    // Of "maybe the till" (2), which is in no list, only the bug that nobody found is known not to be meant.
    expect(verdictsOf(importMiniature(), "hawk", "kiosk-7")).toEqual([
      [0, "bug-1", true, 0.9],
      [0, "bug-2", true, 0.8],
      [0, "bug-3", false, undefined],
      [1, "bug-1", false, undefined],
      [1, "bug-2", false, undefined],
      [1, "bug-3", false, undefined],
      [2, "bug-3", false, undefined],
      [3, "bug-1", false, undefined],
      [3, "bug-2", false, undefined],
      [3, "bug-3", false, undefined],
    ]);
  });

  test("on one of two equal texts is not on the other", () => {
    expect(verdictsOf(importMiniature(), "hawk", "till-12")).toEqual([
      [0, "bug-1", true, 0.7],
      [1, "bug-1", false, undefined],
    ]);
  });

  test("names its judge, who is the Opus one unless another is asked for by any part of the name", () => {
    expect(importMiniature().judge).toBe(opus);
    expect(importMiniature("SONNET").judge).toBe(sonnet);
    expect(importMiniature(sonnet).judge).toBe(sonnet);
    expect(
      importMiniature()
        .reviewers.get("owl")
        ?.verdicts?.map(({ judge }) => judge),
    ).toEqual([opus]);
  });
});

/** Changes one upstream file of the miniature. */
function broken(change: (files: ReturnType<typeof miniature>) => void): Record<string, unknown> {
  const files = miniature();
  change(files);
  return files;
}

const evaluationsFile = `copy/${resultsOf(opus, "evaluations")}`;

test.each<[what: string, content: Record<string, unknown>, message: string]>([
  ["is no JSON", { ...miniature(), [labels]: "{" }, `copy/${labels}: not JSON`],
  ["lacks a field", broken((files) => void delete files[golden][0]!.pr_title), `copy/${golden}: [0].pr_title: missing`],
  [
    "names no pull request",
    broken((files) => void (files[golden][1]!.url = "acme/till#12")),
    `copy/${golden}: [1].url: expected a pull request on GitHub`,
  ],
  ["lists a pull request twice", broken((files) => void (files[golden][1]!.url = kiosk)), `copy/${golden}: [1].url:`],
  ["has no labels", broken((files) => void delete files[labels][till]), `copy/${labels}: no labels of "${till}"`],
  [
    "has labels for fewer bugs",
    broken((files) => void files[labels][kiosk]!.comment_bug_types.pop()),
    `copy/${labels}: ${kiosk}.comment_bug_types: expected one for each of 3 golden comments, got 2`,
  ],
  [
    "judges a pull request that has no bugs listed",
    broken((files) => void (files[resultsOf(opus, "evaluations")] = { "https://elsewhere/1": {} })),
    `${evaluationsFile}: "https://elsewhere/1" is reviewed there but has no golden comments`,
  ],
  [
    "judges a bug that there is not",
    { ...miniature(), [golden]: JSON.stringify(miniature()[golden]).replace("Refund twice", "Refund thrice") },
    `${evaluationsFile}: ${kiosk}.hawk.true_positives[0].golden_comment: the pull request has no such golden comment`,
  ],
  [
    "says of a bug neither that it was found nor that it was missed",
    {
      ...miniature(),
      [resultsOf(opus, "evaluations")]: JSON.stringify(miniature()[resultsOf(opus, "evaluations")]).replace(
        '{"golden_comment":"Lamp stays dark","severity":"Low"}',
        "",
      ),
    },
    `${evaluationsFile}: ${kiosk}.hawk: expected every golden comment under true_positives or false_negatives, but "Lamp stays dark" is in neither (copy the source again)`,
  ],
  [
    "calls one remark right and wrong",
    { ...miniature(), [resultsOf(opus, "candidates")]: {} },
    `${evaluationsFile}: ${till}.hawk.false_positives[0]: its candidate is a true positive as well`,
  ],
  [
    "has a judge that failed",
    {
      ...miniature(),
      [resultsOf(opus, "evaluations")]: JSON.stringify(miniature()[resultsOf(opus, "evaluations")]).replace(
        '"errors_count":0',
        '"errors_count":2',
      ),
    },
    `${evaluationsFile}: ${kiosk}.hawk.errors_count: expected no failed judge calls`,
  ],
])("a file that %s is an error of one line", (_, content, message) => {
  const load = () => importMiniature(undefined, content);
  expect(load).toThrow(UsageError);
  expect(load).toThrow(message);
  expect(load).not.toThrow("\n");
});

test.each([
  ["lab", '"lab" fits several judges'],
  ["gemini", 'unknown judge "gemini"'],
])("the judge %s is an error that lists them", (judge, message) => {
  expect(() => importMiniature(judge)).toThrow(`dataset.judge: ${message} (`);
  expect(() => importMiniature(judge)).toThrow(`known: ${opus}, ${sonnet}`);
});

describe("the real command on the miniature", () => {
  const makeWorkspace = workspaces();
  let lines: CaseLine[] = [];
  let report: Report;

  beforeAll(async () => {
    const { cases, reviewers } = importMiniature();
    const toLines = (values: readonly unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join("");
    const workspace = makeWorkspace({
      dataset: toLines(cases),
      suite: {
        reviewers: ["replay:hawk.jsonl"],
        company: ["floor:silent", "floor:shotgun", "ceiling:oracle"],
        scorers: { detection: { matcher: "recorded", verdicts: "verdicts.jsonl", location: "optional" } },
        budget: { unscored: 0.5 },
      },
    });
    workspace.write("hawk.jsonl", toLines(reviewers.get("hawk")?.recordings ?? []));
    workspace.write("verdicts.jsonl", toLines(reviewers.get("hawk")?.verdicts ?? []));
    const { code, stderr } = await workspace.run([join(workspace.folder, "tiny.yaml"), "--out", "runs", "--quiet"]);
    if (code !== 0) throw new Error(`exit ${code}: ${stderr}`);
    ({ report, lines } = workspace.readRun());
  });

  const ledgerOf = (caseId: string) =>
    lines.find((line) => line.reviewer === "replay:hawk.jsonl" && line.caseId === caseId)?.ledger;
  const metric = (id: string, name: string) =>
    report.reviewers.find((reviewer) => reviewer.id === id)?.metrics[`detection.${name}`];

  test("credits one finding with one bug, and leaves open what no verdict decides", () => {
    // bug-2 was credited to the finding that holds bug-1; the finding in no list (2) could still mean it.
    expect(ledgerOf("kiosk-7")?.findings.map(({ state }) => state)).toEqual([
      "matched",
      "unlisted",
      "unjudged",
      "unlisted",
    ]);
    expect(ledgerOf("kiosk-7")?.bugs.map(({ state }) => state)).toEqual(["found", "unjudged", "missed"]);
    expect(ledgerOf("till-12")?.findings.map(({ state }) => state)).toEqual(["matched", "unlisted"]);
  });

  test("has the oracle find all 4 bugs, and silence none with no precision", () => {
    expect(metric("ceiling:oracle", "recall")).toMatchObject({ value: 1, numerator: 4, denominator: 4 });
    expect(metric("ceiling:oracle", "precision")).toMatchObject({ value: 1, numerator: 4, denominator: 4 });
    expect(metric("floor:silent", "recall")).toMatchObject({ value: 0, numerator: 0, denominator: 4 });
    expect(metric("floor:silent", "precision")?.value).toBeNull();
  });

  test("leaves the shotgun nothing to flag, since there is no diff", () => {
    expect(metric("floor:shotgun", "recall")).toMatchObject({ value: 0, denominator: 4 });
    expect(metric("floor:shotgun", "precision")?.value).toBeNull();
  });
});

describe("a run of the miniature as a source", () => {
  const makeWorkspace = workspaces();
  const before = process.cwd();
  const contents = Object.entries(miniature()).map(([path, content]) => ({ path, text: JSON.stringify(content) }));
  const manifest = SourceManifest.parse({
    version: 1,
    repository: "acme/reviews",
    commit: "0123abc",
    licence: "MIT",
    citation: "none",
    files: contents.map(({ path, text }) => ({
      path,
      upstream: path,
      bytes: Buffer.byteLength(text),
      sha256: sha256(text),
    })),
  });
  beforeEach(() => {
    const workspace = makeWorkspace({
      suite: {
        dataset: { source: sourceReference(manifest), dir: "copy" },
        reviewers: ["recorded:hawk", "recorded:owl"],
        company: ["floor:silent", "ceiling:oracle"],
        scorers: { detection: { matcher: "recorded", location: "optional" } },
      },
    });
    for (const { path, text } of contents) workspace.write(`copy/${path}`, text);
    process.chdir(workspace.folder);
  });
  afterEach(() => process.chdir(before));

  interface Asked {
    seed?: number;
    set?: Record<string, unknown>;
    models?: string[];
  }
  const requestOf = ({ seed = 1, set = {}, models = [] }: Asked) => ({
    suite: "tiny.yaml",
    models,
    overrides: Object.entries(set).map(([path, value]) => ({ path, value: JSON.stringify(value) })),
    seed,
    isQuiet: true,
  });
  const world = {
    fetch: () => Promise.reject(new Error("nobody may be asked")),
    now: () => 0,
    env: {},
    stderr: { write: () => true },
    signal: new AbortController().signal,
    date: () => new Date(0),
    sources: { list: () => [{ name: "reviews", manifest }], importers: { reviews: async () => importSource } },
  };
  const run = async (asked: Asked = {}) => {
    const how = { out: "runs", reporters: ["json"], allowInconclusive: false, command: "nitbench" };
    const { report } = await bench({ ...requestOf(asked), ...how }, world);
    return report;
  };

  test("can be gone on with when its judge is named in other words, not under another judge", async () => {
    const hashOf = async (judge?: string) => {
      const set = judge === undefined ? {} : { "dataset.judge": judge };
      const { generationHash, settings, dataset } = await prepareRun(
        requestOf({ set, models: ["recorded:owl"] }),
        world,
      );
      dataset.close();
      return [generationHash, settings["dataset.judge"]];
    };
    const first = await hashOf();
    expect(first[1]).toBe(opus);
    expect(await hashOf("OPUS")).toEqual(first);
    expect(await hashOf(opus)).toEqual(first);
    expect((await hashOf("sonnet"))[0]).not.toBe(first[0]);
  });

  test.each([1, 2, 3, 4])(
    "is whole with seed %i whatever its limit, and tells what the record leaves open",
    async (seed) => {
      for (const limit of [1, 2, undefined]) {
        const { verdict, dataset, reviewers, warnings } = await run({
          seed,
          set: limit === undefined ? {} : { "dataset.limit": limit },
        });
        expect([limit, verdict.status, verdict.exitCode]).toEqual([limit, "ungated", 0]);
        // Of one finding of hawk in kiosk-7 nothing is known.
        const open = reviewers.find(({ id }) => id === "recorded:hawk")?.undecided ?? 0;
        if (dataset.cases === 2) expect(open).toBe(1);
        expect(warnings.filter((line) => line.includes("without a recorded verdict"))).toHaveLength(open);
      }
    },
  );

  test("takes no other verdicts on the reviewers of the source", async () => {
    writeFileSync("mine.jsonl", "");
    await expect(run({ set: { "scorers.detection.verdicts": "mine.jsonl" } })).rejects.toThrow(
      "scorers.detection.verdicts: github:acme/reviews@0123abc brings the verdicts on its own reviewers, and no other recorded reviewer is measured (remove it)",
    );
  });

  test("takes verdicts on another recorded reviewer, and on that one alone", async () => {
    const verdict = { caseId: "till-12", findingIndex: 0, bugId: "bug-1", match: true, judge: "ines" };
    const lines = ["kiosk-7", "till-12"].map((caseId) => JSON.stringify({ caseId, findings: [{ message: "sum" }] }));
    writeFileSync("mine.jsonl", lines.join("\n"));
    writeFileSync("verdicts.jsonl", JSON.stringify(verdict));
    const set = { "scorers.detection.verdicts": "verdicts.jsonl", "budget.unscored": 1 };
    const { reviewers } = await run({ models: ["replay:mine.jsonl", "recorded:owl"], set });
    const recallOf = (ref: string) => reviewers.find(({ id }) => id === ref)?.metrics["detection.recall"];
    expect(recallOf("replay:mine.jsonl")).toMatchObject({ numerator: 1, denominator: 1 });
    expect(recallOf("recorded:owl")).toMatchObject({ numerator: 1, denominator: 4 });
    writeFileSync("verdicts.jsonl", JSON.stringify({ ...verdict, reviewer: "recorded:owl" }));
    await expect(run({ models: ["replay:mine.jsonl", "recorded:owl"], set })).rejects.toThrow(
      "verdicts.jsonl:1: reviewer: the source brings the verdicts on recorded:owl itself (remove the line)",
    );
  });
});
