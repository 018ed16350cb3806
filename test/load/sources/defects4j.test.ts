import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { anchorsOf, Case } from "../../../src/core/case.ts";
import { checkCase } from "../../../src/core/check-case.ts";
import { UsageError } from "../../../src/core/errors.ts";
import type { Report } from "../../../src/core/report.ts";
import { importSource } from "../../../src/load/sources/defects4j.ts";
import { type Finished, workspaces } from "../../fixtures/command.ts";
import { linesOf } from "../../fixtures/small-dataset.ts";

const text = (...all: string[]) => `${all.join("\n")}\n`;

const header = (path: string, index = "index 1111111..2222222 100644") => [
  `diff --git a/${path} b/${path}`,
  index,
  `--- a/${path}`,
  `+++ b/${path}`,
];

/** Invented patches from the mended to the faulty version, by project and number. */
const ferry = "src/org/lodge/Ferry.java";
const oneLine = text(
  ...header(ferry),
  "@@ -10,3 +10,3 @@ class Ferry {",
  "     boolean hasRoom() {",
  "-        return boarded < seats;",
  "+        return boarded <= seats;",
  "     }",
);
const rope = "src/org/lodge/Rope.java";
const manyPlaces = text(
  ...header(rope),
  "@@ -1,4 +1,3 @@",
  " package org.lodge;",
  "-import java.util.List;",
  " ",
  " class Rope {",
  "@@ -20,8 +19,7 @@ class Rope {",
  "     void tie() {",
  "-        if (knot == null) {",
  "-            return;",
  "-        }",
  "         knot.tie();",
  "-        // the knot holds",
  "+        // the knot may hold",
  "         count();",
  "+        count();",
  "+        rest();",
  "     }",
  "@@ -50,2 +49,2 @@ class Rope {",
  "-    int  length;",
  "+    int length;",
  " }",
  ...header("src/org/lodge/Knot.java"),
  "@@ -3 +3 @@",
  "-    int turns = 3;",
  "+    int turns = 2;",
);
const sameAgain = oneLine.replace("1111111..2222222", "3333333..4444444").replaceAll(" -10,3 +10,3 ", " -12,3 +12,3 ");
const wholeFile = text(
  "diff --git a/src/Gone.java b/src/Gone.java",
  "deleted file mode 100644",
  "index 1111111..0000000",
  "--- a/src/Gone.java",
  "+++ /dev/null",
  "@@ -1,2 +0,0 @@",
  "-class Gone {",
  "-}",
);
const nothing = text(...header(ferry), "@@ -1,2 +1,2 @@", " class Ferry {", "-    int seats;", "+    int  seats;");

const csv = (...rows: string[]) => text("bug.id,revision.id.buggy,revision.id.fixed,report.id,report.url", ...rows);
const row = (number: number, report: string, url = `https://bugs.example/${report}`) =>
  `${number},aaaaaaa,bbbbbbb,${report},${url}`;

const miniature: Record<string, string> = {
  "Lodge/active-bugs.csv": csv(row(1, "LODGE-7"), row(2, "41"), row(4, "LODGE-7")),
  "Lodge/patches/1.src.patch": oneLine,
  "Lodge/patches/2.src.patch": manyPlaces,
  "Lodge/patches/3.src.patch": sameAgain,
  "Lodge/patches/4.src.patch": wholeFile,
  "Lodge/patches/10.src.patch": nothing,
};

const importFiles = (texts: Record<string, string>) => {
  const files = {
    paths: Object.keys(texts),
    read: (path: string) => texts[path] ?? "",
    place: (path: string, line?: number) => `copy/${path}${line === undefined ? "" : `:${line}`}`,
  };
  return importSource(files, { judge: undefined }).cases.map((one) => Case.parse(one));
};
const all = () => importFiles(miniature);

/** A bug's case, then its clean twin. */
function pairOf(number: number): [Case, Case] {
  const pair = all()
    .filter(({ meta }) => meta?.["bug"] === number)
    .toSorted((a, b) => Number(a.twin !== undefined) - Number(b.twin !== undefined));
  expect(pair).toHaveLength(2);
  return pair as [Case, Case];
}

test("a patch is the change that brings its bug in, and reversed the change that mends it", () => {
  const common = {
    language: "java",
    references: [],
    cluster: "https://bugs.example/LODGE-7",
    license: "MIT; the patches are fragments of the projects they mend, under those projects' licences",
    meta: {
      source: "rjust/defects4j",
      project: "Lodge",
      bug: 1,
      report: "https://bugs.example/LODGE-7",
      buggy: "aaaaaaa",
      fixed: "bbbbbbb",
    },
  };
  expect(pairOf(1)).toEqual([
    {
      ...common,
      id: "lodge-1-7cb59e",
      diff: oneLine,
      bugs: [
        {
          id: "defect",
          anchor: { side: "new", file: ferry, lines: [11, 11] },
          category: "regression",
          severity: "medium",
          description:
            "Regression of LODGE-7 (https://bugs.example/LODGE-7): in Ferry.java `return boarded <= seats;` should be " +
            "`return boarded < seats;`.",
        },
      ],
    },
    {
      ...common,
      id: "lodge-1-cd3fbd",
      diff: text(
        ...header(ferry, "index 2222222..1111111 100644"),
        "@@ -10,3 +10,3 @@ class Ferry {",
        "     boolean hasRoom() {",
        "-        return boarded <= seats;",
        "+        return boarded < seats;",
        "     }",
      ),
      bugs: [],
      twin: { of: "lodge-1-7cb59e", places: [{ bugId: "defect", file: ferry, lines: [11, 11] }] },
    },
  ]);
});

test("a defect in several places is one bug: what is missing on the old side, what came on the new", () => {
  const [buggy, clean] = pairOf(2);
  const [bug] = buggy.bugs ?? [];
  // Not the import, not the comment, not the blank that went: nothing is wrong there.
  expect(bug && anchorsOf(bug)).toEqual([
    { side: "old", file: rope, lines: [21, 23] },
    { side: "new", file: rope, lines: [23, 24] },
    { side: "new", file: "src/org/lodge/Knot.java", lines: [3, 3] },
  ]);
  // In the mended file: the lines that came back; the lines around those that went; the line put right.
  expect(clean.twin?.places.map(({ bugId, file, lines }) => [bugId, file, ...lines])).toEqual([
    ["defect", rope, 21, 23],
    ["defect", rope, 26, 27],
    ["defect", "src/org/lodge/Knot.java", 3, 3],
  ]);
  expect(bug?.description).toBe(
    "Regression of Lodge issue 41 (https://bugs.example/41): in Rope.java `if (knot == null) { return; }` is missing; " +
      "`count(); rest();` should not be there; in Knot.java `int turns = 2;` should be `int turns = 3;`.",
  );
});

test("a whole file that is missing is anchored in the old one, and stands in the twin's new one", () => {
  const [buggy, clean] = pairOf(4);
  expect(buggy.bugs?.[0]?.anchor).toEqual({ side: "old", file: "src/Gone.java", lines: [1, 2] });
  expect(clean.diff).toContain("new file mode 100644\nindex 0000000..1111111\n--- /dev/null\n+++ b/src/Gone.java\n");
  expect(clean.twin?.places).toEqual([{ bugId: "defect", file: "src/Gone.java", lines: [1, 2] }]);
});

test("a withdrawn bug says so, and one whose patch changes no code is left out", () => {
  expect(pairOf(3)[0].meta).toEqual({ source: "rjust/defects4j", project: "Lodge", bug: 3, withdrawn: true });
  expect(pairOf(3)[0].bugs?.[0]?.description).toMatch(/^Regression of Lodge 3: in Ferry\.java/);
  expect(all().map(({ meta }) => meta?.["bug"])).toEqual([1, 1, 2, 2, 3, 3, 4, 4]);
});

test("bugs of one report are one cluster, and so are those whose patches make the same changes", () => {
  const clusterOf = (number: number) => new Set(pairOf(number).map(({ cluster }) => cluster));
  expect(clusterOf(1)).toEqual(new Set(["https://bugs.example/LODGE-7"]));
  expect(clusterOf(4)).toEqual(clusterOf(1));
  expect(clusterOf(3)).toEqual(clusterOf(1));
  expect(clusterOf(2)).toEqual(new Set(["https://bugs.example/41"]));
});

test("long code is cut where both versions still say what differs", () => {
  const long = `call(${"deep, ".repeat(40)}1)`;
  const patch = text(...header(ferry), "@@ -1 +1 @@", `-${long};`, `+${long.replace("1)", "2)")};`);
  const [bug] = importFiles({ ...miniature, "Lodge/patches/1.src.patch": patch }).flatMap(({ bugs }) => bugs ?? []);
  expect(bug?.description).toMatch(/`…[ep, d]+2\);` should be `…[ep, d]+1\);`/);
});

test("ids say the project and the bug, and neither they nor the order tell which case has the bug", () => {
  const ids = all().map(({ id }) => id);
  expect(new Set(ids).size).toBe(8);
  for (const id of ids) expect(id).toMatch(/^lodge-[1-4]-[0-9a-f]{6}$/);
  expect(ids).toEqual(ids.toSorted());
});

test("every case holds together", () => {
  for (const source of all()) expect(() => checkCase(source)).not.toThrow();
});

const table = "Lodge/active-bugs.csv";
const { [table]: _, ...withoutTable } = miniature;
test.each<[string, Record<string, string>, string]>([
  [
    "a table without a row",
    { ...miniature, [table]: "" },
    "copy/Lodge/active-bugs.csv: expected bugs, got none (copy the",
  ],
  ["a table that is not CSV", { ...miniature, [table]: csv('1,"a') }, "copy/Lodge/active-bugs.csv: not CSV"],
  ["a row with too few cells", { ...miniature, [table]: csv("1,aaaaaaa") }, "copy/Lodge/active-bugs.csv: not CSV"],
  ["a table without a column", { ...miniature, [table]: text("bug.id", "1") }, "copy/Lodge/active-bugs.csv:2: "],
  [
    "a commit that is none",
    { ...miniature, [table]: csv("1,HEAD,bbbbbbb,A-1,https://bugs.example/1") },
    "copy/Lodge/active-bugs.csv:2: revision.id.buggy: expected a commit in hexadecimal",
  ],
  [
    "a report without an address",
    { ...miniature, [table]: csv(row(1, "A-1", "n/a")) },
    "copy/Lodge/active-bugs.csv:2: report.url: invalid URL",
  ],
  [
    "a bug that stands twice",
    { ...miniature, [table]: csv(row(1, "A-1"), row(1, "A-2")) },
    ":3: bug 1 stands there twice",
  ],
  ["a bug without a patch", { ...miniature, [table]: csv(row(5, "A-1")) }, ":2: no patch of bug 5"],
  ["patches without their table", withoutTable, "copy/Lodge/active-bugs.csv: missing beside the patches of Lodge"],
  [
    "a patch that is none",
    { ...miniature, "Lodge/patches/1.src.patch": "LGTM\n" },
    "copy/Lodge/patches/1.src.patch: line 1: expected a unified diff",
  ],
  [
    "a patch whose counts are wrong",
    { ...miniature, "Lodge/patches/1.src.patch": oneLine.replace("+10,3", "+10,2") },
    "copy/Lodge/patches/1.src.patch: line 5: the hunk declares 3 old and 2 new lines, got 3 and 3",
  ],
  [
    "a bug whose patch changes no code",
    { ...miniature, [table]: csv(row(10, "A-1")) },
    "copy/Lodge/patches/10.src.patch: expected code that changes on both sides, got none",
  ],
])("%s is an error of one line", (_name, texts, message) => {
  expect(() => importFiles(texts)).toThrow(UsageError);
  expect(() => importFiles(texts)).toThrow(message);
  expect(() => importFiles(texts)).not.toThrow("\n");
});

describe("the real command on the miniature", () => {
  const makeWorkspace = workspaces();
  let report: Report;
  let finished: Finished;

  beforeAll(async () => {
    const workspace = makeWorkspace({
      dataset: linesOf(all()),
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

  test("has the oracle tell all 4 bugs from their twins", () => {
    for (const name of ["recall", "precision", "twin_discrimination"])
      expect(count("ceiling:oracle", name)).toEqual([4, 4]);
    expect(count("ceiling:oracle", "false_alarm_rate")).toEqual([0, 4]);
  });

  test("has silence miss all 4 and alarm nobody", () => {
    expect(count("floor:silent", "recall")).toEqual([0, 4]);
    expect(count("floor:silent", "false_alarm_rate")).toEqual([0, 4]);
  });

  // Hunks with a change: 1 + 4 + 1 + 1 = 7 on either side, one finding each, at every bug and at every mended place.
  test("has the shotgun stand at all 4 bugs and at all 4 mended places", () => {
    expect(count("floor:shotgun", "recall_location")).toEqual([4, 4]);
    expect(count("floor:shotgun", "precision")[1]).toBe(14);
    expect(count("floor:shotgun", "findings_per_clean_case")).toEqual([7, 4]);
    expect(count("floor:shotgun", "false_alarm_rate")).toEqual([4, 4]);
    expect(count("floor:shotgun", "twin_discrimination")).toEqual([0, 4]);
  });
});
