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
    ["a block of thoughts", `<think>\nLine 3 {"maybe": 1}\n</think>\n\n${whole}`],
    ["a block of another name", `<thinking>hm</thinking>\n\`\`\`json\n${whole}\n\`\`\``],
    ["thoughts whose opening tag went into the prompt", `Line 3 leaks.\n</think>\n${whole}`],
    ["tags of brackets", `[THINK]hm[/THINK]${whole}`],
    ["tags of triangles", `◁think▷hm◁/think▷${whole}`],
    [
      "an analysis channel",
      `<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>${whole}<|return|>`,
    ],
    [
      "a final channel of JSON",
      `<|channel|>analysis<|message|>hm<|end|><|channel|>final <|constrain|>json<|message|>${whole}`,
    ],
    ["channels whose marks were taken out", `analysisNeed to review.assistantfinal${whole}`],
  ])("is kept behind %s", (_, text) => {
    expect(keepsContract(text, "findings")).toBe(true);
  });

  test.each([
    ["thoughts that never end", `<think>\nline 3\n${whole}`],
    ["an analysis that never ends", `<|channel|>analysis<|message|>Let me write ${whole}`],
  ])("is broken by %s", (_, text) => {
    expect(keepsContract(text, "findings")).toBe(false);
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

  test("is kept behind thoughts in JSON, and broken by JSON behind thoughts in words", () => {
    expect(keepsContract(`<think>${whole}</think>a.py:3: leaks`, "prose")).toBe(true);
    expect(keepsContract(`<think>a.py:3: leaks</think>${whole}`, "prose")).toBe(false);
  });

  test.each(["", "  \n", whole, `\`\`\`json\n${whole}\n\`\`\``, "[]"])("is broken by %j", (text) => {
    expect(keepsContract(text, "prose")).toBe(false);
  });
});
