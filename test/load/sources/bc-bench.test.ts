import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { Case } from "../../../src/core/case.ts";
import { checkCase } from "../../../src/core/check-case.ts";
import { UsageError } from "../../../src/core/errors.ts";
import type { Report } from "../../../src/core/report.ts";
import { importSource } from "../../../src/load/sources/bc-bench.ts";
import { type Finished, workspaces } from "../../fixtures/command.ts";
import { linesOf } from "../../fixtures/small-dataset.ts";

type Instance = Record<string, unknown>;

const instance = (more: Instance): Instance => ({
  repo: "acme/lodge",
  base_commit: "0123abc",
  created_at: "2026-01-02T00:00:00Z",
  metadata: { area: "style" },
  description: "A remark for whoever reads the file.",
  expect_findings: true,
  project_paths: [],
  ...more,
});

const diff = (...all: string[]) => `${all.join("\n")}\n`;

/** A file that the change adds, with as many lines declared as told. */
const added = (path: string, lines: string[], declared = lines.length) =>
  diff(
    `diff --git a/${path} b/${path}`,
    "new file mode 100644",
    "--- /dev/null",
    `+++ b/${path}`,
    `@@ -0,0 +1,${declared} @@`,
    ...lines.map((line) => `+${line}`),
  );

const guests = [
  'codeunit 50900 "Guest List"',
  "{",
  "    procedure Count(): Integer",
  "    begin",
  "        exit(Guests);",
  "    end;",
  "}",
];
const secret = guests.with(4, "        exit(Total('key-1234'));");

/** Invented fixtures: two remarks on one file; the same file put right; a hunk that is miscounted; a change of old code. */
const withBugs = instance({
  instance_id: "made-up__security-001",
  metadata: { area: "security" },
  patch: added("src/GuestList.Codeunit.al", secret),
  expected_comments: [
    {
      file: "src/GuestList.Codeunit.al",
      line_start: 5,
      line_end: 5,
      severity: "critical",
      domain: "security",
      body: "The key is a secret and stands in the code in plain text.",
    },
    {
      file: "src/GuestList.Codeunit.al",
      line_start: 3,
      line_end: 6,
      severity: "low",
      domain: "error-handling",
      body: "Nobody catches the error that an unknown key raises.",
      articles: ["errors/unknown"],
    },
  ],
});
const putRight = instance({
  instance_id: "made-up__security-clean-01",
  metadata: { area: "security" },
  patch: added("src/GuestList.Codeunit.al", guests),
  expect_findings: false,
  expected_comments: [],
});
const miscounted = instance({
  instance_id: "made-up__style-001",
  description: "Taken from a remark on PR 42.",
  patch: added("src/Beds.Codeunit.al", ["codeunit 50901 Beds", "{", "}"], 2),
  expected_comments: [
    {
      file: "src/Beds.Codeunit.al",
      line_start: 3,
      line_end: 3,
      severity: "medium",
      domain: "style",
      body: "The unit is empty, so it is dead code.",
    },
  ],
});
const changed = instance({
  instance_id: "made-up__style-002",
  description: "Taken from a remark on PR 42, an hour later.",
  patch: diff(
    "diff --git a/src/Tables.Table.al b/src/Tables.Table.al",
    "--- a/src/Tables.Table.al",
    "+++ b/src/Tables.Table.al",
    '@@ -7,3 +7,4 @@ table 50902 "Lodge Table"',
    "     begin",
    "-        Seats := 4;",
    "+        Seats := 4",
    "+        Chairs := 4;",
    "     end;",
  ),
  expect_findings: false,
  expected_comments: [],
});
const everything = [withBugs, putRight, miscounted, changed];

const importInstances = (...instances: readonly (Instance | string)[]) => {
  const text = instances.map((one) => `${typeof one === "string" ? one : JSON.stringify(one)}\n`).join("");
  const files = {
    paths: ["codereview.jsonl"],
    read: () => text,
    place: (path: string, line?: number) => `copy/${path}${line === undefined ? "" : `:${line}`}`,
  };
  return importSource(files, { judge: undefined }).cases.map((one) => Case.parse(one));
};

test("an instance becomes a case with a bug for every expected comment", () => {
  const file = "src/GuestList.Codeunit.al";
  expect(importInstances(withBugs)).toEqual([
    {
      id: "security-1ee71b",
      diff: withBugs["patch"],
      language: "al",
      bugs: [
        {
          id: "bug-1",
          anchor: { side: "new", file, lines: [5, 5] },
          category: "security",
          severity: "critical",
          description: "The key is a secret and stands in the code in plain text.",
        },
        {
          id: "bug-2",
          anchor: { side: "new", file, lines: [3, 6] },
          category: "error-handling",
          severity: "low",
          description: "Nobody catches the error that an unknown key raises.",
        },
      ],
      references: [],
      repo: "acme/lodge",
      time: "2026-01-02T00:00:00Z",
      cluster: "security-1ee71b",
      license: "MIT",
      meta: { source: "microsoft/BC-Bench", instance: "made-up__security-001", area: "security", base: "0123abc" },
    },
  ]);
});

test("an instance without findings is a clean case, and its id does not tell so", () => {
  const [, clean] = importInstances(...everything);
  expect(clean?.bugs).toEqual([]);
  expect(clean?.id).toMatch(/^security-[0-9a-f]{6}$/);
});

test("a hunk that upstream miscounted declares what it has, and meta keeps the header as it was", () => {
  const [source] = importInstances(miscounted);
  expect(source?.diff).toBe(added("src/Beds.Codeunit.al", ["codeunit 50901 Beds", "{", "}"]));
  expect(source?.meta?.["miscounted"]).toEqual(["@@ -0,0 +1,2 @@"]);
  expect(
    importInstances(withBugs, putRight, changed).some(({ meta }) => meta !== undefined && "miscounted" in meta),
  ).toBe(false);
});

test("fixtures with a file in common, or of one pull request, are one cluster", () => {
  const cases = importInstances(...everything);
  const clusters = cases.map(({ cluster }) => cluster);
  expect(clusters[0]).toBe(clusters[1]);
  expect(clusters[2]).toBe(clusters[3]);
  expect(new Set(clusters).size).toBe(2);
});

test("every case holds together", () => {
  for (const source of importInstances(...everything)) expect(() => checkCase(source)).not.toThrow();
});

const [firstComment] = withBugs["expected_comments"] as Instance[];
const comment = (more: Instance) => ({ ...withBugs, expected_comments: [{ ...firstComment, ...more }] });
const { patch: _, ...unfinished } = withBugs;

test.each<[string, (Instance | string)[], string]>([
  ["that is not JSON", [withBugs, "{ no"], "copy/codereview.jsonl:2: not JSON"],
  ["without its patch", [unfinished], "copy/codereview.jsonl:1: patch"],
  [
    "whose patch is none",
    [{ ...withBugs, patch: "LGTM" }],
    "copy/codereview.jsonl:1: patch: line 1: expected a unified",
  ],
  [
    "with an inverted range",
    [comment({ line_start: 5, line_end: 3 })],
    "copy/codereview.jsonl:1: expected_comments[0].line_end: expected line_start or a later line",
  ],
  [
    "with a severity that is none",
    [comment({ severity: "bad" })],
    "copy/codereview.jsonl:1: expected_comments[0].severity",
  ],
  [
    "with a range outside its patch",
    [changed, comment({ line_start: 7, line_end: 8 })],
    "copy/codereview.jsonl:2: expected_comments[0]: src/GuestList.Codeunit.al lines 7-8 lie outside the patch",
  ],
  [
    "that is clean and has findings",
    [{ ...withBugs, expect_findings: false }],
    "copy/codereview.jsonl:1: expect_findings",
  ],
  ["that has findings and none", [{ ...withBugs, expected_comments: [] }], "copy/codereview.jsonl:1: expect_findings"],
  [
    "that stands twice",
    [withBugs, { ...changed, instance_id: withBugs["instance_id"] }],
    'copy/codereview.jsonl:2: instance "made-up__security-001" stands already at copy/codereview.jsonl:1',
  ],
  [
    "with another's patch",
    [withBugs, { ...withBugs, instance_id: "made-up__other" }],
    "copy/codereview.jsonl:2: this patch stands already at copy/codereview.jsonl:1",
  ],
])("an instance %s is an error of one line", (_name, instances, message) => {
  expect(() => importInstances(...instances)).toThrow(UsageError);
  expect(() => importInstances(...instances)).toThrow(message);
  expect(() => importInstances(...instances)).not.toThrow("\n");
});

describe("the real command on the miniature", () => {
  const makeWorkspace = workspaces();
  let report: Report;
  let finished: Finished;

  beforeAll(async () => {
    const workspace = makeWorkspace({
      dataset: linesOf(importInstances(...everything)),
      suite: { company: ["floor:silent", "floor:shotgun", "ceiling:oracle"], scorers: { detection: {} } },
    });
    finished = await workspace.run([join(workspace.folder, "tiny.yaml"), "--out", "runs", "--quiet"]);
    ({ report } = workspace.readRun());
  });

  test("ends well and without a word", () => {
    expect([finished.code, finished.stderr]).toEqual([0, ""]);
  });

  const count = (id: string, name: string) => {
    const metric = report.reviewers.find((reviewer) => reviewer.id === id)?.metrics[`detection.${name}`];
    return [metric?.numerator, metric?.denominator];
  };

  test("has the oracle find the 3 bugs, say nothing else and alarm neither clean case", () => {
    for (const name of ["recall", "precision"]) expect(count("ceiling:oracle", name)).toEqual([3, 3]);
    expect(count("ceiling:oracle", "false_alarm_rate")).toEqual([0, 2]);
  });

  test("has silence miss all 3 and alarm nobody", () => {
    expect(count("floor:silent", "recall")).toEqual([0, 3]);
    expect(count("floor:silent", "false_alarm_rate")).toEqual([0, 2]);
  });

  // Each of the 4 diffs has one hunk, so one finding: it stands at one of the two bugs of the first case and at the bug
  // of the third. Its words are those of no bug.
  test("has the shotgun stand at 2 of 3 bugs and alarm both clean cases", () => {
    expect(count("floor:shotgun", "recall_location")).toEqual([2, 3]);
    expect(count("floor:shotgun", "recall_file")).toEqual([2, 3]);
    expect(count("floor:shotgun", "recall")).toEqual([0, 3]);
    expect(count("floor:shotgun", "precision")).toEqual([0, 4]);
    expect(count("floor:shotgun", "findings_per_clean_case")).toEqual([2, 2]);
    expect(count("floor:shotgun", "false_alarm_rate")).toEqual([2, 2]);
  });
});
