import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { Case } from "../../../src/core/case.ts";
import { checkCase } from "../../../src/core/check-case.ts";
import { UsageError } from "../../../src/core/errors.ts";
import type { Report } from "../../../src/core/report.ts";
import { importSource } from "../../../src/load/sources/humanevalpack.ts";
import { type Finished, workspaces } from "../../fixtures/command.ts";
import { linesOf } from "../../fixtures/small-dataset.ts";

type Task = Record<string, string>;

const task = (more: Task): Task => ({
  bug_type: "operator misuse",
  failure_symptoms: "incorrect output",
  instruction: `Write ${more["entry_point"]}.`,
  test: "never read",
  ...more,
});

/** One task a language, invented: a line replaced, one missing, one too many, and two blocks of which one is missing. */
const replaced = task({
  task_id: "Python/0",
  entry_point: "shelf_width",
  prompt: 'def shelf_width(books):\n    """ Adds up the widths of books. """\n',
  canonical_solution: "    width = 0\n    for book in books:\n        width += book\n    return width\n",
  buggy_solution: "    width = 0\n    for book in books:\n        width -= book\n    return width\n",
});
const lineMissing = task({
  task_id: "Go/0",
  entry_point: "ShelfWidth",
  bug_type: "missing logic",
  prompt: "\n// ShelfWidth adds up the widths of books.\nfunc ShelfWidth(books []int) int {\n",
  canonical_solution: "\twidth := 0\n\tfor _, book := range books {\n\t\twidth += book\n\t}\n\treturn width\n}\n\n\n",
  buggy_solution: "\twidth := 0\n\tfor _, book := range books {\n\t}\n\treturn width\n}\n\n\n",
});
const lineTooMany = task({
  task_id: "Java/1",
  entry_point: "lend",
  bug_type: "excess logic",
  failure_symptoms: "infinite loop",
  prompt: "class Solution {\n    public int lend(int copies) {\n",
  canonical_solution: "        copies -= 1;\n        return copies;\n    }\n}",
  buggy_solution: "        copies -= 1;\n        copies -= 1;\n        return copies;\n    }\n}",
});
const twoBlocks = task({
  task_id: "JavaScript/1",
  entry_point: "lend",
  prompt: "const lend = (copies) => {\n",
  canonical_solution: "  if (copies < 1)\n    return 0;\n  copies -= 1;\n  return copies;\n}\n\n",
  buggy_solution: "  copies -= 1;\n  return -copies;\n}\n\n",
});

const miniature = (...tasks: readonly (Task | string)[]) => ({
  paths: ["tasks.jsonl"],
  read: () => tasks.map((one) => `${typeof one === "string" ? one : JSON.stringify(one)}\n`).join(""),
  place: (path: string, line?: number) => `copy/${path}${line === undefined ? "" : `:${line}`}`,
});
const importTasks = (...tasks: readonly (Task | string)[]) =>
  importSource(miniature(...tasks), { judge: undefined }).cases.map((one) => Case.parse(one));
const all = () => importTasks(replaced, lineMissing, lineTooMany, twoBlocks);

/** A task's case with the bug, then its clean twin. */
function pairOf(one: Task): [Case, Case] {
  const pair = importTasks(one).toSorted((a, b) => Number(a.twin !== undefined) - Number(b.twin !== undefined));
  return pair as [Case, Case];
}
const anchorsOf = (one: Task) => pairOf(one)[0].bugs?.flatMap(({ anchor, elsewhere = [] }) => [anchor, ...elsewhere]);
const placesOf = (one: Task) => pairOf(one)[1].twin?.places.map(({ file, lines }) => [file, ...lines]);
const descriptionOf = (one: Task) => pairOf(one)[0].bugs?.[0]?.description;

test("a task is the change that brings its bug in, and the change that puts it right", () => {
  const before = 'def shelf_width(books):\n    """ Adds up the widths of books. """\n    width = 0\n';
  const after = "    return width\n";
  const common = {
    language: "python",
    context: { task: "Write shelf_width." },
    references: [],
    cluster: "task-0",
    license: "MIT",
    meta: { source: "bigcode-project/octopack", task: "Python/0" },
  };
  const diffOf = (deleted: string, added: string) =>
    "diff --git a/shelf_width.py b/shelf_width.py\n--- a/shelf_width.py\n+++ b/shelf_width.py\n@@ -2,5 +2,5 @@\n" +
    '     """ Adds up the widths of books. """\n     width = 0\n     for book in books:\n' +
    `-        ${deleted}\n+        ${added}\n     return width\n`;
  expect(pairOf(replaced)).toEqual([
    {
      ...common,
      id: "python-0-shelf_width-19f8",
      diff: diffOf("width += book", "width -= book"),
      files: { "shelf_width.py": `${before}    for book in books:\n        width -= book\n${after}` },
      bugs: [
        {
          id: "planted",
          anchor: { side: "new", file: "shelf_width.py", lines: [5, 5] },
          category: "operator-misuse",
          severity: "high",
          description:
            "shelf_width: operator misuse, seen as incorrect output: `width -= book` should be `width += book`.",
        },
      ],
    },
    {
      ...common,
      id: "python-0-shelf_width-e1b0",
      diff: diffOf("width -= book", "width += book"),
      files: { "shelf_width.py": `${before}    for book in books:\n        width += book\n${after}` },
      bugs: [],
      twin: {
        of: "python-0-shelf_width-19f8",
        places: [{ bugId: "planted", file: "shelf_width.py", lines: [5, 5] }],
      },
    },
  ]);
});

test("a line that is missing is anchored where it was, and its twin's place is where it came back", () => {
  expect(anchorsOf(lineMissing)).toEqual([{ side: "old", file: "ShelfWidth.go", lines: [7, 7] }]);
  expect(placesOf(lineMissing)).toEqual([["ShelfWidth.go", 7, 7]]);
  expect(descriptionOf(lineMissing)).toContain("`width += book` is missing.");
});

test("the place of a line that the twin only takes away is the lines around it", () => {
  expect(anchorsOf(lineTooMany)).toEqual([{ side: "new", file: "lend.java", lines: [4, 4] }]);
  expect(placesOf(lineTooMany)).toEqual([["lend.java", 3, 4]]);
  expect(descriptionOf(lineTooMany)).toBe(
    "lend: excess logic, seen as infinite loop: `copies -= 1;` should not be there.",
  );
});

test("a bug in several blocks has the first new lines as its anchor and the others elsewhere", () => {
  expect(anchorsOf(twoBlocks)).toEqual([
    { side: "new", file: "lend.js", lines: [3, 3] },
    { side: "old", file: "lend.js", lines: [2, 3] },
  ]);
  expect(placesOf(twoBlocks)).toEqual([
    ["lend.js", 2, 3],
    ["lend.js", 5, 5],
  ]);
});

test("a file is what a reader would see: Go with its package, one line break at the end", () => {
  const [source] = pairOf(lineMissing);
  expect(source.files?.["ShelfWidth.go"]).toMatch(/^package main\n\n\/\/ ShelfWidth adds/);
  expect(source.files?.["ShelfWidth.go"]).toMatch(/[^\n]\n$/);
  expect(all().every(({ diff }) => !diff.includes("No newline"))).toBe(true);
});

test("languages have the names of the other datasets, and one task is one cluster in all of them", () => {
  expect(all().map(({ language, cluster }) => [language, cluster])).toEqual([
    ["python", "task-0"],
    ["python", "task-0"],
    ["go", "task-0"],
    ["go", "task-0"],
    ["java", "task-1"],
    ["java", "task-1"],
    ["javascript", "task-1"],
    ["javascript", "task-1"],
  ]);
});

test("every case holds together", () => {
  for (const source of all()) expect(() => checkCase(source)).not.toThrow();
});

const { buggy_solution: _, ...unfinished } = replaced;
test.each<[string, (Task | string)[], string]>([
  ["that is not JSON", [replaced, "{ no"], "copy/tasks.jsonl:2: not JSON"],
  ["without a field", [unfinished], "copy/tasks.jsonl:1: buggy_solution"],
  ["of a language that is not known", [{ ...replaced, task_id: "Ruby/0" }], "copy/tasks.jsonl:1: task_id"],
  ["with a name that is no name", [{ ...replaced, entry_point: "../up" }], "copy/tasks.jsonl:1: entry_point"],
  [
    "whose bug is none",
    [{ ...replaced, buggy_solution: `${replaced["canonical_solution"]}\n` }],
    "copy/tasks.jsonl:1: buggy_solution: expected another solution than the canonical one, got the same",
  ],
  [
    "that stands twice",
    [replaced, lineMissing, replaced],
    'copy/tasks.jsonl:3: task "Python/0" stands already at copy/tasks.jsonl:1',
  ],
])("a task %s is an error of one line", (_name, tasks, message) => {
  expect(() => importTasks(...tasks)).toThrow(UsageError);
  expect(() => importTasks(...tasks)).toThrow(message);
  expect(() => importTasks(...tasks)).not.toThrow("\n");
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

  // Each of the 8 diffs has one hunk: one finding each, at every bug and at every place of the twins.
  test("has the shotgun stand at all 4 bugs and at all 4 mended places", () => {
    expect(count("floor:shotgun", "recall_location")).toEqual([4, 4]);
    expect(count("floor:shotgun", "precision")[1]).toBe(8);
    expect(count("floor:shotgun", "findings_per_clean_case")).toEqual([4, 4]);
    expect(count("floor:shotgun", "false_alarm_rate")).toEqual([4, 4]);
    expect(count("floor:shotgun", "twin_discrimination")).toEqual([0, 4]);
  });
});
