import { expect, test } from "vitest";
import type { Case } from "../../src/core/case.ts";
import { sliceRows } from "../../src/core/slices.ts";
import type { CaseRow } from "../../src/core/row.ts";
import { added, bugAt, caseOf, diffOf, findingAt, path } from "../fixtures/cases.ts";
import { rowsOf } from "../fixtures/rows.ts";

const names = ["detection.recall", "detection.precision", "overlap.f1"] as const;
const slicesOf = (rows: readonly CaseRow[]) => sliceRows(rows, names, 1);
const shown = (rows: readonly CaseRow[], field: string) =>
  slicesOf(rows)
    .filter((slice) => slice.field === field)
    .map(({ value, cases, metrics }) => [value, cases, metrics["detection.recall"]?.value]);
const rowsOfCases = (sources: Partial<Case>[], finds: (index: number) => boolean) =>
  rowsOf(
    sources.map((more, index) => ({
      source: caseOf({ id: `c${index}`, bugs: [bugAt(10)], ...more }),
      findings: finds(index) ? [findingAt(10)] : [],
    })),
  );

test("cases are sliced by a field of which they have several values", async () => {
  const rows = await rowsOfCases(
    [{ language: "go" }, { language: "python" }, { language: "python" }],
    (index) => index === 1,
  );
  expect(shown(rows, "language")).toEqual([
    ["go", 1, 0],
    ["python", 2, 0.5],
  ]);
});

test("a field that all cases share gives no slice", async () => {
  expect(slicesOf(await rowsOfCases([{}, {}], () => true))).toEqual([]);
});

test("a case with several tags stands in the slice of each", async () => {
  const references = [
    { text: "x", tag: "style" },
    { text: "y", tag: "logic" },
  ];
  const rows = await rowsOfCases([{ references }, { references: references.slice(0, 1) }], (index) => index === 0);
  expect(shown(rows, "tag")).toEqual([
    ["logic", 1, 1],
    ["style", 2, 0.5],
  ]);
});

test("bugs are sliced by their own severity, worst first, also inside one case", async () => {
  const bugs = [
    bugAt(10, { severity: "low" }),
    bugAt(40, { id: "b2", severity: "critical" }),
    bugAt(80, { id: "b3", severity: "high" }),
  ];
  const rows = await rowsOf([{ source: caseOf({ bugs }), findings: [findingAt(10), findingAt(80, "b3")] }]);
  expect(shown(rows, "severity")).toEqual([
    ["critical", 1, 0],
    ["high", 1, 1],
    ["low", 1, 1],
  ]);
});

test("slices of bugs have only metrics that count bugs", async () => {
  const bugs = [bugAt(10), bugAt(40, { id: "b2", category: "race" })];
  const [slice] = slicesOf(await rowsOf([{ source: caseOf({ bugs }), findings: [] }]));
  expect([slice?.field, Object.keys(slice?.metrics ?? {})]).toEqual(["category", ["detection.recall"]]);
});

test("sizes are classes, smallest first", async () => {
  const diff = (count: number) =>
    diffOf({
      [path]: added(20),
      ...Object.fromEntries(Array.from({ length: count - 1 }, (_, index) => [`f${index}.ts`, added(1)])),
    });
  const rows = await rowsOfCases(
    [1, 2, 3, 4].map((count) => ({ diff: diff(count) })),
    () => true,
  );
  expect(shown(rows, "files touched").map(([value, cases]) => [value, cases])).toEqual([
    ["up to 1", 1],
    ["2 to 3", 2],
    ["over 3", 1],
  ]);
});

test("prompts at the end of a class belong to it", async () => {
  const rows = await rowsOfCases([{}, {}, {}, {}, {}], () => true);
  const sized = rows.map((row, index) => ({
    ...row,
    fields: { ...row.fields, promptChars: [2000, 2001, 8000, 8001, 32_001][index] ?? 0 },
  }));
  expect(shown(sized, "prompt size").map(([value, cases]) => [value, cases])).toEqual([
    ["up to 2000", 1],
    ["2001 to 8000", 2],
    ["8001 to 32000", 1],
    ["over 32000", 1],
  ]);
});

test("repeats of a case are one case of the slice", async () => {
  const said = [0, 1].flatMap((repeat) =>
    ["go", "c"].map((language) => ({
      source: caseOf({ id: language, language, bugs: [bugAt(10)] }),
      repeat,
      findings: [],
    })),
  );
  expect(shown(await rowsOf(said), "language").map(([, cases]) => cases)).toEqual([1, 1]);
});

test("only metrics that the suite scores are sliced", async () => {
  const rows = await rowsOfCases([{ language: "go" }, { language: "c" }], () => true);
  expect(sliceRows(rows, ["overlap.f1", "detection.f1"], 1).map(({ metrics }) => Object.keys(metrics))).toEqual([
    ["overlap.f1"],
    ["overlap.f1"],
  ]);
  expect(sliceRows(rows, ["load.p50_ms"], 1)).toEqual([]);
});
