import { expect, test } from "vitest";
import type { Case } from "../../src/core/case.ts";
import { parseDiff } from "../../src/core/diff.ts";
import { caseFieldNames, caseFields, fieldsWithBugs } from "../../src/core/fields.ts";
import { added, bugAt, caseOf, diffOf } from "../fixtures/cases.ts";

const fieldsOf = (source: Case, cluster: string) => caseFields(source, cluster, parseDiff(source.diff));

test("a full case gives every field", () => {
  const source = caseOf({
    id: "c9",
    diff: diffOf({ "a.py": ["+x", "-y", " z"], "b.py": added(2) }),
    language: "python",
    title: "Fix it",
    repo: "org/name",
    pr: 12,
    split: "test",
    changeAuthor: "ann",
    license: "MIT",
    meta: { source: "hand" },
    twin: { of: "c8", places: [] },
    references: [{ text: "a", author: "bob", tag: "style" }, { text: "b", author: "bob" }, { text: " " }],
    bugs: [bugAt(1)],
  });
  expect(fieldsOf(source, "k")).toEqual({
    id: "c9",
    language: "python",
    title: "Fix it",
    repo: "org/name",
    pr: 12,
    split: "test",
    changeAuthor: "ann",
    license: "MIT",
    source: "hand",
    cluster: "k",
    twin: "c8",
    author: ["bob"],
    tag: ["style"],
    references: 2,
    bugs: 1,
    files: 2,
    lines: 4,
  });
});

test("what a case does not say is null, and a case that is not annotated differs from a clean one", () => {
  const fields = fieldsOf(caseOf(), "c1");
  expect(fields).toMatchObject({ title: null, repo: null, pr: null, source: null, twin: null, bugs: null, author: [] });
  expect(fieldsOf(caseOf({ bugs: [] }), "c1")["bugs"]).toBe(0);
});

test("a source that is not a word is no source", () => {
  expect(fieldsOf(caseOf({ meta: { source: { a: 1 } } }), "c1")["source"]).toBeNull();
});

test("the field names are those that a case has", () => {
  expect(Object.keys(fieldsOf(caseOf(), "c1"))).toEqual([...caseFieldNames]);
});

test("bugs add each of their severities and categories once", () => {
  const bugs = [
    bugAt(1, { severity: "low" }),
    bugAt(2, { severity: "high" }),
    bugAt(3, { severity: "low", category: "race" }),
  ];
  expect(fieldsWithBugs({ id: "c1" }, bugs)).toEqual({
    id: "c1",
    severity: ["low", "high"],
    category: ["logic", "race"],
  });
});
