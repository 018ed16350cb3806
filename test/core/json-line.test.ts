import { describe, expect, test } from "vitest";
import { Case } from "../../src/core/case.ts";
import { UsageError } from "../../src/core/errors.ts";
import { parseJsonLine } from "../../src/core/json-line.ts";
import { messageOf } from "../fixtures/complaint.ts";
import { pairOf } from "../fixtures/small-dataset.ts";

function complaint(line: unknown): string {
  const text = typeof line === "string" ? line : JSON.stringify(line);
  return messageOf(() => parseJsonLine(Case, text, "cases.jsonl:7"), UsageError);
}

const [source] = pairOf("one");
const [bug] = source.bugs ?? [];

describe("one JSON line", () => {
  test("gives what its schema makes of it", () => {
    expect(parseJsonLine(Case, JSON.stringify({ id: "a", diff: "+", language: "go" }), "x:1")).toEqual({
      id: "a",
      diff: "+",
      language: "go",
      references: [],
    });
  });

  test.each(["[", " {", "[{", [{ id: "a" }]])(
    "that is a part of a document over several lines, or a list, is refused with how to convert it: %j",
    (line) => {
      expect(complaint(line)).toBe(
        "cases.jsonl:7: expected one whole JSON object on each line (a list is converted with jq -c '.[]' FILE, objects over several lines with jq -c . FILE)",
      );
    },
  );

  test("that is no JSON is refused with file and line", () => {
    expect(complaint("{ id: 1 }")).toMatch(/^cases\.jsonl:7: not JSON: /);
  });

  test.each([
    ["a list", [], "cases.jsonl:7: expected a mapping, got a list of 0"],
    ["a missing field", { ...source, language: undefined }, "cases.jsonl:7: language: missing (write text)"],
    ["a wrong type", { ...source, diff: 3 }, "cases.jsonl:7: diff: expected text, got 3"],
    [
      "a field inside a list",
      { ...source, bugs: [{ ...bug, severity: "hgih" }] },
      'cases.jsonl:7: bugs[0].severity: expected a known word, got "hgih" (did you mean "high"? known: critical, high, medium, low, nit)',
    ],
    [
      "lines the wrong way round",
      { ...source, bugs: [{ ...bug, anchor: { ...bug?.anchor, lines: [3, 2] } }] },
      "cases.jsonl:7: bugs[0].anchor.lines: expected from <= to (swap the two numbers)",
    ],
    [
      "one line number for two",
      { ...source, bugs: [{ ...bug, anchor: { ...bug?.anchor, lines: [3] } }] },
      "cases.jsonl:7: bugs[0].anchor.lines: expected at least 2 items, got a list of 1",
    ],
  ])("that breaks its schema is refused with path and what it got: %s", (_, line, expected) => {
    expect(complaint(line)).toBe(expected);
  });

  test("names all its mistakes at once", () => {
    expect(complaint({ ...source, id: undefined, diff: 3, pr: {}, bugs: [{ ...bug, severity: "hgih" }] })).toBe(
      "cases.jsonl:7: id: missing (write text); diff: expected text, got 3; " +
        'bugs[0].severity: expected a known word, got "hgih" (did you mean "high"? known: critical, high, medium, low, nit); ' +
        "pr: expected text or a number, got a mapping",
    );
  });

  test("with an unknown key is refused with the nearest one", () => {
    expect(complaint({ ...source, refernces: [] })).toMatch(
      /^cases\.jsonl:7: unknown key "refernces" \(did you mean "references"\?/,
    );
  });
});
