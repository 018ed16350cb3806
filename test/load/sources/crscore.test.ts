import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { UsageError } from "../../../src/core/errors.ts";
import type { Report } from "../../../src/core/report.ts";
import { importSource } from "../../../src/load/sources/crscore.ts";
import { type Finished, workspaces } from "../../fixtures/command.ts";

const columns = ["id", "index", "diff", "review", "system", "Con (P)", "Comp (R)", "Rel (F)", "old_file"] as const;
type Row = Partial<Record<(typeof columns)[number], string>>;

const rated = (con: string, comp: string, rel: string): Row => ({ "Con (P)": con, "Comp (R)": comp, "Rel (F)": rel });

/** As the sheets are written: rows end in CRLF, texts may hold line breaks and quotes, unset cells are empty. */
const sheet = (...rows: readonly Row[]): string =>
  [columns.join(","), ...rows.map((row) => columns.map((name) => cell(row[name] ?? "")).join(","))]
    .map((line) => `${line}\r\n`)
    .join("");
const cell = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

const lamp = "@@ -1,2 +1,2 @@ def lamp():\n-    on()\n+    off()\n     wait()";
const door = "@@ -7 +7,2 @@\n open()\n+close()";
const gate = "@@ -1,1 +1,2 @@\n {\n+\tshut();";

/** Two raters, two languages, invented: one rates the lamp, the other the gate, and nobody the door. */
const miniature = () => ({
  "js_ann_review_qual_final.csv": sheet(
    { id: "9", index: "31", diff: gate.replace("\t", "        "), review: "Shut it twice?", system: "msg" },
    { review: "Nice gate", system: "owl_pred" },
  ),
  "js_ben_review_qual_final.csv": sheet(
    { id: "9", index: "31", diff: gate, review: "Shut it twice?", system: "msg", ...rated("1", "1", "2") },
    { review: "Nice gate", system: "owl_pred", ...rated("5", "", "3") },
  ),
  "phase2_agreement_annot_Ann.csv": "never read",
  "py_ann_review_qual_final.csv": sheet(
    { id: "4", index: "12", diff: lamp, review: "", system: "owl_pred", ...rated("1", "1", "1") },
    { review: 'Why "off"?\nIt was on.', system: "msg", ...rated("5", "4", "4") },
    { review: "Wait longer", system: "kite1.5_pred" },
    { old_file: "a claim without a review" },
    { id: "4", index: "13", diff: door, review: "Close it", system: "msg" },
    { review: "Open it", system: "owl_pred" },
  ),
  "py_ben_review_qual_final.csv": sheet(
    { id: "4", index: "12", diff: lamp, review: "", system: "owl_pred" },
    { review: 'Why "off"?\nIt was on.', system: "msg" },
    { review: "Wait longer", system: "kite1.5_pred" },
    { id: "4", index: "13", diff: door, review: "Close it", system: "msg" },
    { review: "Open it", system: "owl_pred" },
  ),
});

const importMiniature = (content: Record<string, string> = miniature()) =>
  importSource(
    {
      paths: Object.keys(content),
      read: (path) => content[path] ?? "",
      place: (path, line) => `copy/${path}${line === undefined ? "" : `:${line}`}`,
    },
    { judge: undefined },
  );

test("a diff that somebody rated is a case, with the person's review as its reference and no bugs", () => {
  const { cases, judge } = importMiniature();
  expect(cases).toEqual([
    {
      id: "javascript-31",
      diff: gate,
      language: "javascript",
      references: [{ text: "Shut it twice?", author: "human" }],
      meta: { source: "atharva-naik/CRScore", index: "31" },
    },
    {
      id: "python-12",
      diff: lamp,
      language: "python",
      references: [{ text: 'Why "off"?\nIt was on.', author: "human" }],
      meta: { source: "atharva-naik/CRScore", index: "12" },
    },
  ]);
  expect(judge).toBeNull();
});

test("every system is a recorded reviewer, with its reviews and what people said of them", () => {
  expect(Object.fromEntries(importMiniature().reviewers)).toEqual({
    human: {
      recordings: [
        { caseId: "javascript-31", text: "Shut it twice?" },
        { caseId: "python-12", text: 'Why "off"?\nIt was on.' },
      ],
      ratings: [
        { caseId: "javascript-31", by: "ben", relevance: 2, conciseness: 1, comprehensiveness: 1 },
        { caseId: "python-12", by: "ann", relevance: 4, conciseness: 5, comprehensiveness: 4 },
      ],
    },
    "kite1.5": { recordings: [{ caseId: "python-12", text: "Wait longer" }], ratings: [] },
    owl: {
      recordings: [
        { caseId: "javascript-31", text: "Nice gate" },
        { caseId: "python-12", text: "" },
      ],
      ratings: [
        { caseId: "javascript-31", by: "ben", relevance: 3, conciseness: 5 },
        { caseId: "python-12", by: "ann", relevance: 1, conciseness: 1, comprehensiveness: 1 },
      ],
    },
  });
});

test("of a diff that one sheet has with spaces the one with tabs is kept, whichever comes first", () => {
  const files = miniature();
  const [ann, ben] = [files["js_ann_review_qual_final.csv"], files["js_ben_review_qual_final.csv"]];
  const swapped = { "js_ann_review_qual_final.csv": ben, "js_ben_review_qual_final.csv": ann };
  expect(importMiniature(swapped).cases[0]?.diff).toBe(gate);
});

const first: Row = { index: "1", diff: door, review: "Close it", system: "msg", ...rated("1", "1", "1") };
const py = (...rows: Row[]) => ({ "py_ann_review_qual_final.csv": sheet(...rows) });
const place = "copy/py_ann_review_qual_final.csv";

// Rows end in lines 4 and 5, since the diff of the first has a line break or two.
test.each<[string, Record<string, string>, string]>([
  ["is empty", { "py_ann_review_qual_final.csv": "" }, `${place}: expected diffs with reviews, got none (`],
  ["has its head alone", py(), `${place}: expected diffs with reviews, got none (`],
  [
    "is the only one of its language, though two people have sheets",
    { ...py(first), "js_ben_review_qual_final.csv": sheet(first) },
    "copy/py_ben_review_qual_final.csv: missing (copy the source again)",
  ],
  ["is none of the study's", { "notes.csv": "" }, "copy/*_*_review_qual_final.csv: missing (copy the source again)"],
  ["is not CSV", { "py_ann_review_qual_final.csv": 'index,diff\n1,"never closed' }, `${place}: not CSV: `],
  ["has a row that is too short", { "py_ann_review_qual_final.csv": "index,diff\n1\n" }, `${place}: not CSV: `],
  ["lacks a column", { "py_ann_review_qual_final.csv": "index,diff\n1,x\n" }, `${place}:2: review: `],
  [
    "rates above 5",
    py(first, { review: "no", system: "owl_pred", ...rated("6", "1", "1") }),
    `${place}:5: Con (P): expected 1 to 5`,
  ],
  ["begins without a diff", py({ review: "Close it", system: "msg" }), `${place}:2: expected a diff in the first row`],
  ["has a diff without an index", py({ ...first, index: "" }), `${place}:4: expected index and diff, or neither`],
  ["has a review by nobody", py(first, { review: "Close it" }), `${place}:5: expected the system whose review it is`],
  ["names a system by a path", py({ ...first, system: "../msg" }), `${place}:4: system: expected the name`],
  ["has a diff twice", py(first, first), `${place}:7: index 1 stands twice`],
  ["has a system twice", py(first, { review: "Open it", system: "msg" }), `${place}:5: system "msg" stands twice`],
  ["has a diff that is none", py({ ...first, diff: "close it" }), `${place}:2: line 1: expected a unified diff`],
  [
    "has another diff than the other sheet",
    { ...py(first), "py_ben_review_qual_final.csv": sheet({ ...first, diff: lamp }) },
    "copy/py_ben_review_qual_final.csv:5: index 1 has another diff in another sheet",
  ],
  [
    "has another review than the other sheet",
    { ...py(first), "py_ben_review_qual_final.csv": sheet({ ...first, review: "Open it" }) },
    "copy/py_ben_review_qual_final.csv:4: index 1 has another review of human in another sheet",
  ],
])("a sheet that %s is an error of one line", (_, content, message) => {
  const load = () => importMiniature(content);
  expect(load).toThrow(UsageError);
  expect(load).toThrow(message);
  expect(load).not.toThrow("\n");
});

describe("the real command on the miniature", () => {
  const makeWorkspace = workspaces();
  let report: Report;
  let finished: Finished;

  beforeAll(async () => {
    const { cases, reviewers } = importMiniature();
    const toLines = (values: readonly unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join("");
    const workspace = makeWorkspace({
      dataset: toLines(cases),
      suite: {
        reviewer: { prompt: "prompt.md", contract: "prose" },
        reviewers: ["replay:human.jsonl"],
        company: ["floor:silent"],
        scorers: { overlap: {}, ratings: {}, form: {} },
      },
    });
    workspace.write("human.jsonl", toLines(reviewers.get("human")?.recordings ?? []));
    finished = await workspace.run([join(workspace.folder, "tiny.yaml"), "--out", "runs", "--quiet"]);
    ({ report } = workspace.readRun());
  });

  test("ends well and without a word", () => {
    expect([finished.code, finished.stderr]).toEqual([0, ""]);
  });

  const metric = (id: string, name: string) => report.reviewers.find((one) => one.id === id)?.metrics[name];

  test("has silence share no word with either reference", () => {
    expect(metric("floor:silent", "overlap.f1")).toMatchObject({ value: 0, denominator: 2 });
    expect(metric("floor:silent", "form.words_per_review")).toMatchObject({ value: 0, denominator: 2 });
  });

  test("says of reviewers that nobody rated that they are not, rather than giving them nothing", () => {
    for (const id of ["floor:silent", "replay:human.jsonl"])
      expect(metric(id, "ratings.relevance")).toMatchObject({
        value: null,
        unscored: 2,
        reason: "nobody rated this reviewer",
      });
  });

  // Read from a file, it is a reviewer like any other, and these are the references word for word.
  test("has the references share all words with themselves", () => {
    expect(metric("replay:human.jsonl", "overlap.f1")).toMatchObject({ value: 1, denominator: 2 });
  });
});
