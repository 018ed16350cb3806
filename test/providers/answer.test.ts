import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { severities } from "../../src/core/case.ts";
import { keepsContract, parseReview } from "../../src/core/parse/review.ts";
import type { Finding } from "../../src/core/review.ts";
import { findingsText } from "../../src/providers/answer.ts";

function readBack(findings: readonly Finding[], contract: "findings" | "prose"): Finding[] {
  const text = findingsText(findings, contract);
  expect(keepsContract(text, contract)).toBe(true);
  const parsed = parseReview(text);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.review.findings;
}

const lines = fc
  .tuple(fc.integer({ min: 1, max: 9999 }), fc.nat(60))
  .map(([from, more]): [number, number] => [from, from + more]);
const file = fc.constantFrom("a.py", "src/deep/Path-name_2.test.ts", "lib/x.go", "views/daily.sql", "Dockerfile");
const message = fc
  .array(
    fc.constantFrom(
      "The",
      "loop",
      "never",
      "ends",
      "`await`",
      "crashes",
      "null,",
      "index",
      "twice",
      "user's",
      "(cache)",
    ),
    { minLength: 2, maxLength: 12 },
  )
  .map((words) => `Handle ${words.join(" ")} leaks.`);
const severity = fc.constantFrom(...severities);
const placed = fc.record(
  { file, lines, severity, message },
  { requiredKeys: ["file", "lines", "message"], noNullPrototype: true },
);
const unplaced = fc.record({ severity, message }, { requiredKeys: ["message"], noNullPrototype: true });
const onFile = fc.record({ file, severity, message }, { requiredKeys: ["file", "message"], noNullPrototype: true });
const inSomeFile = fc.record(
  { lines, severity, message },
  { requiredKeys: ["lines", "message"], noNullPrototype: true },
);
const deleted = fc.record(
  { file, lines, severity, message, side: fc.constant<"old">("old") },
  { noNullPrototype: true },
);
const finding: fc.Arbitrary<Finding> = fc.oneof(placed, unplaced, onFile, inSomeFile, deleted);

describe("findings as text", () => {
  test("keep their contract and say nothing but what they are", () => {
    fc.assert(
      fc.property(
        fc.array(finding, { maxLength: 5 }),
        fc.constantFrom("findings" as const, "prose" as const),
        (all, contract) => {
          fc.pre(contract === "prose" || all.every((one) => one.file !== undefined));
          expect(readBack(all, contract)).toEqual(all);
        },
      ),
    );
  });

  test("in prose are a paragraph each, with place and severity in front", () => {
    const findings: Finding[] = [
      { file: "a.py", lines: [3, 5], severity: "high", message: "It leaks.", category: "leak", confidence: 0.5 },
      { file: "a.py", lines: [4, 4], message: "It\n\n- lingers." },
      { file: "b.py", lines: [7, 7], side: "old", severity: "low", message: "It went." },
      { message: "No tests." },
    ];
    expect(findingsText(findings, "prose")).toBe(
      "a.py:3-5: [high] It leaks.\n\na.py:4: It - lingers.\n\nb.py:7: [low (deleted line 7)] It went.\n\nNo tests.",
    );
  });

  test("in prose are an approval where there are none", () => {
    expect(findingsText([], "prose")).toBe("LGTM");
    expect(readBack([], "prose")).toEqual([]);
  });

  test("on deleted lines without a severity keep their side, and tell it in the message", () => {
    expect(readBack([{ file: "b.py", lines: [7, 8], side: "old", message: "The check went away." }], "prose")).toEqual([
      { file: "b.py", lines: [7, 8], side: "old", message: "(deleted lines 7-8) The check went away." },
    ]);
  });
});
