import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/core/errors.ts";
import { parsePattern } from "../../src/core/where-pattern.ts";

describe("parsePattern", () => {
  test("finds a match anywhere, whatever its case", () => {
    expect(parsePattern("ORG", "x")("my org/name")).toBe(true);
    expect(parsePattern("^org", "x")("my org/name")).toBe(false);
  });

  test("looks at the first 1,000 characters of a value", () => {
    expect(parsePattern("x$", "p")(`${"a".repeat(999)}x`)).toBe(true);
    expect(parsePattern("x", "p")(`${"a".repeat(1000)}x`)).toBe(false);
  });

  test.each([
    "(a+)+$",
    "(a*)*b",
    "(?:a|a)*b",
    "((a+))+b",
    "(a?b?){9}",
    "(?<n>a+)+b",
    "([+]a+)+",
    "(?=(a+))+",
    "(a(b|c))*",
  ])("refuses %s, which can take exponential time", (pattern) => {
    expect(() => parsePattern(pattern, "p")).toThrow(UsageError);
    expect(() => parsePattern(pattern, "p")).toThrow("repeated group");
  });

  test.each([
    "(ab)+",
    "(foo|bar)",
    "a+(b)",
    "[+*]+",
    "\\(a+\\)+",
    "(?:ab)*c",
    "(a+)?",
    "foo|bar+",
    "([*|])+",
    "\\d{4}-\\d{2}-\\d{2}",
  ])("takes %s", (pattern) => {
    expect(parsePattern(pattern, "p")).toBeTypeOf("function");
  });

  test("refuses more than two open repeats", () => {
    expect(() => parsePattern(".*a.*b{1,}", "p")).toThrow(
      'p: pattern ".*a.*b{1,}": expected at most 2 open repeats (* + {2,}), got 3',
    );
  });

  test("refuses a pattern of more than 200 characters", () => {
    expect(() => parsePattern("a".repeat(201), "p")).toThrow("expected at most 200 characters, got 201");
  });

  test("says what is wrong with an invalid pattern", () => {
    expect(() => parsePattern("a[", "p")).toThrow(/^p: pattern "a\[": .*Unterminated character class/);
  });
});
