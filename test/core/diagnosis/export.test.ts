import { describe, expect, test } from "vitest";
import { exportedCase, isHeldOut } from "../../../src/core/diagnosis/export.ts";
import { failuresOf } from "../../../src/core/diagnosis/failures.ts";
import { rowOf } from "../../../src/core/row.ts";
import { bugAt, caseOf } from "../../fixtures/cases.ts";
import { lineOf } from "../../fixtures/rows.ts";

describe("a case is held out of an export", () => {
  test.each([
    ["test", undefined, true],
    ["test", "validation", true],
    ["dev", "dev", true],
    ["validation", "test", false],
    ["train", undefined, false],
    [null, undefined, false],
  ])("of the split %j, where gates are decided on %j: %j", (split, gated, expected) =>
    expect(isHeldOut(split, gated)).toBe(expected),
  );
});

test("an exported case has what people and the reviewer said, and why that failed", async () => {
  const source = caseOf({ bugs: [bugAt(10)], references: [{ text: "Why?", tag: "Data" }], split: "train" });
  const line = await lineOf({ source, findings: [{ message: "Nice." }] });
  const row = rowOf(line);
  if (row.signs === undefined) throw new Error("a scored line has signs");
  const failures = failuresOf({ row, signs: row.signs });
  expect(exportedCase({ source, line, failures, cluster: "tag:data", cause: "it is careless" })).toEqual({
    cluster: "tag:data",
    caseId: "c1",
    repeat: 0,
    split: "train",
    language: "typescript",
    license: null,
    diff: source.diff,
    references: source.references,
    bugs: source.bugs,
    findings: [{ message: "Nice." }],
    text: "",
    why: ["it is careless", "it misses bug b1 (logic, high)"],
    tags: ["language:typescript", "tag:data", "category:logic", "severity:high"],
  });
});
