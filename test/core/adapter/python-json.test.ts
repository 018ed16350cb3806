import { describe, expect, test } from "vitest";
import { parseModelJson, parsePythonJson } from "../../../src/core/adapter/python-json.ts";
import { lfsPointer } from "../../fixtures/peft.ts";

describe("JSON as Python writes it", () => {
  test("has null for the numbers that JSON does not know, but not within texts", () => {
    const text = String.raw`{"a": NaN, "b": [-Infinity, Infinity], "c": "NaN \" Infinity \\", "d": 1}`;
    expect(parsePythonJson(text)).toEqual({ a: null, b: [null, null], c: 'NaN " Infinity \\', d: 1 });
  });

  test("may hold brackets in texts without number", () => {
    expect(parsePythonJson(JSON.stringify({ a: '\\"[{'.repeat(100) }))).toEqual({ a: '\\"[{'.repeat(100) });
  });
});

describe("a JSON file of a model", () => {
  test.each([
    ["text that nothing ends", '"\\'.repeat(300_000), "f.json: is not JSON (copy or save it again)"],
    ["nesting", `{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`, "f.json: nests more than 64 levels deep (copy"],
    ["a Git LFS pointer", lfsPointer, "f.json: is a Git LFS pointer, not the file it stands for (run"],
  ])("with %s is refused in one line, and soon", (_, text, says) => {
    let message = "";
    try {
      parseModelJson(text, "f.json");
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message.slice(0, says.length)).toBe(says);
  });
});
