import { describe, expect, test } from "vitest";
import { blindCase, Bug, Case } from "../../src/core/case.ts";
import { bugAt, caseOf, path } from "../fixtures/cases.ts";

describe("Case", () => {
  const plain = { id: "c1", diff: "+x", language: "go" };

  test("tells a clean case from one that is not annotated", () => {
    expect(Case.parse(plain).bugs).toBeUndefined();
    expect(Case.parse({ ...plain, bugs: [] }).bugs).toEqual([]);
  });

  test("has no references unless it says so", () => {
    expect(Case.parse(plain).references).toEqual([]);
  });

  test.each([
    ["an unknown key", { ...plain, bug: [] }],
    ["a case without a diff", { id: "c1", language: "go" }],
    ["a twin without its case", { ...plain, twin: { places: [] } }],
  ])("refuses %s", (_, wrong) => {
    expect(Case.safeParse(wrong).success).toBe(false);
  });
});

describe("Bug", () => {
  test.each([[[5, 4]], [[0, 4]], [[1.5, 4]], [[4]]])("refuses the lines %j", (lines) => {
    const { anchor, ...rest } = bugAt(1);
    expect(Bug.safeParse({ ...rest, anchor: { ...anchor, lines } }).success).toBe(false);
  });

  test("says that the two lines are to be swapped", () => {
    const { anchor, ...rest } = bugAt(1);
    expect(Bug.safeParse({ ...rest, anchor: { ...anchor, lines: [5, 4] } }).error?.issues[0]?.message).toBe(
      "expected from <= to (swap the two numbers)",
    );
  });
});

describe("blindCase", () => {
  test("shows nothing of the answers, nor the id, which may tell them", () => {
    const source = caseOf({
      bugs: [bugAt(1)],
      references: [{ text: "secret" }],
      twin: { of: "x", places: [] },
      meta: { hint: "secret" },
      cluster: "k",
      split: "test",
      license: "MIT",
    });
    expect(Object.keys(blindCase(source))).toEqual(["diff", "language"]);
  });

  test("keeps what a reviewer may know", () => {
    const shown = { title: "t", context: { task: "x" }, files: { [path]: "text" }, repo: "r", changeAuthor: "ann" };
    expect(blindCase(caseOf(shown))).toMatchObject(shown);
  });
});
