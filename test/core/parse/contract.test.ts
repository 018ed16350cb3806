import { describe, expect, test } from "vitest";
import { keepsContract } from "../../../src/core/parse/review.ts";

const whole =
  '{"findings": [{"file": "a.py", "lines": [3, 4], "message": "leaks", "severity": "high", "confidence": 0.5}]}';

describe("the contract findings", () => {
  test.each([
    ["an object with findings", whole],
    ["an object without a finding", ' {"findings": []}\n'],
    ["a fence around the object", `\`\`\`json\n${whole}\n\`\`\``],
    ["one line in place of a range", '{"findings": [{"file": "a.py", "line": 3, "message": "leaks", "side": "old"}]}'],
  ])("is kept by %s", (_, text) => {
    expect(keepsContract(text, "findings")).toBe(true);
  });

  test.each([
    ["words before the object", `Here it is: ${whole}`],
    ["words behind the fence", `\`\`\`json\n${whole}\n\`\`\`\nDone.`],
    ["a fence of another language", `\`\`\`js\n${whole}\n\`\`\``],
    ["two objects", `${whole}\n${whole}`],
    ["a bare array", '[{"file": "a.py", "message": "leaks"}]'],
    ["a finding without a file", '{"findings": [{"message": "leaks"}]}'],
    ["an unknown field", '{"findings": [{"file": "a.py", "message": "leaks", "title": "leak"}]}'],
    ["an unknown field beside findings", '{"findings": [], "verdict": "approve"}'],
    ["a severity of another tool", '{"findings": [{"file": "a.py", "message": "leaks", "severity": "P1"}]}'],
    ["an inverted range", '{"findings": [{"file": "a.py", "lines": [4, 3], "message": "leaks"}]}'],
    ["line 0", '{"findings": [{"file": "a.py", "line": 0, "message": "leaks"}]}'],
    ["both line and lines", '{"findings": [{"file": "a.py", "line": 3, "lines": [3, 3], "message": "leaks"}]}'],
    ["confidence in percent", '{"findings": [{"file": "a.py", "message": "leaks", "confidence": 85}]}'],
    ["cut JSON", whole.slice(0, -2)],
    ["prose", "a.py:3: leaks"],
    ["nothing", ""],
    ["a million brackets", "[".repeat(500_000) + "]".repeat(500_000)],
  ])("is broken by %s", (_, text) => {
    expect(keepsContract(text, "findings")).toBe(false);
  });
});

describe("the contract prose", () => {
  test.each(["a.py:3: leaks", "LGTM", "[nit] rename `tmp`"])("is kept by %j", (text) => {
    expect(keepsContract(text, "prose")).toBe(true);
  });

  test.each(["", "  \n", whole, `\`\`\`json\n${whole}\n\`\`\``, "[]"])("is broken by %j", (text) => {
    expect(keepsContract(text, "prose")).toBe(false);
  });
});
