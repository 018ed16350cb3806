import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/core/errors.ts";
import { parseWhere } from "../../src/core/where.ts";

const fields = ["language", "category", "severity", "pr", "time", "tags", "title", "fresh", "meta.source"];
const place = "suites/a.yaml: dataset.where";
const record = {
  language: "python",
  category: "null-handling",
  pr: 12,
  time: "2024-05-01T10:00:00Z",
  tags: ["slow", "flaky"],
  title: 'Fix "quotes" in Org.Name',
  fresh: true,
  severity: null,
  meta: { source: "hand" },
};
const holds = (expression: string, over: Record<string, unknown> = {}) =>
  parseWhere(expression, fields, place).test({ ...record, ...over });

describe("parseWhere", () => {
  test.each([
    ["language == python", true],
    ["language == Python", false],
    ["language != go", true],
    ["category == null-handling", true],
    ["category == 'null-handling'", true],
    ["meta.source == hand", true],
    ["pr == 12", true],
    ["pr == 12.0", true],
    ["pr != 13", true],
    ["fresh == true", true],
    ["pr > 9", true],
    ["pr >= 12", true],
    ["pr<13", true],
    ["pr <= 11", false],
    ["pr > -1", true],
    ["pr > many", false],
    ["pr < many", false],
    ["time >= 2024-05-01", true],
    ["time < 2025", true],
    ["language in [go, python]", true],
    ["language in [go, rust]", false],
    ["pr in [11, 12]", true],
    ["language ~ PYTH", true],
    ["language ~ '^thon'", false],
    ['title ~ "\\"quotes\\".*org\\.name$"', true],
    ["tags == flaky", true],
    ["tags in [fast, slow]", true],
    ['tags ~ "^flak"', true],
    ["tags == fast", false],
  ])("reads %s", (expression, expected) => {
    expect(holds(expression)).toBe(expected);
  });

  test.each(["c++", "c#", "objective-c", "asp.net", "@scope/pkg", "src/a.ts:4", "4th", "日本"])(
    "takes %s as one bare word",
    (word) => {
      expect(holds(`language == ${word}`, { language: word })).toBe(true);
    },
  );

  test("orders numbers as numbers even when a record holds them as text", () => {
    expect(holds("pr < 9", { pr: "10" })).toBe(false);
    expect(holds("pr > 9", { pr: "10" })).toBe(true);
  });

  test.each(["<", "<=", ">", ">=", "=="])("makes %s false for a missing value", (operator) => {
    expect(holds(`severity ${operator} high`)).toBe(false);
    expect(holds(`severity ${operator} high`, { severity: undefined })).toBe(false);
    expect(holds(`not severity ${operator} high`)).toBe(true);
  });

  test("makes in and ~ false and != true for a missing value", () => {
    expect(holds("severity in [high, null]")).toBe(false);
    expect(holds('severity ~ "null|undefined"')).toBe(false);
    expect(holds("severity != high")).toBe(true);
    expect(holds("meta.source != hand", { meta: "none" })).toBe(true);
  });

  test("makes != of a list true only when no item is equal", () => {
    expect(holds("tags != flaky")).toBe(false);
    expect(holds("tags != fast")).toBe(true);
    expect(holds("tags != fast", { tags: [] })).toBe(true);
  });

  test("prefers a dotted field as it is written over a path", () => {
    expect(holds("meta.source == flat", { "meta.source": "flat" })).toBe(true);
  });

  test("sees nothing but a record's own values", () => {
    expect(parseWhere("constructor ~ Object", ["constructor"], place).test({})).toBe(false);
  });

  test("lists the fields it uses, each once", () => {
    const where = parseWhere("(pr > 1 or language == go) and not pr == 3", fields, place);
    expect(where.fields).toEqual(["pr", "language"]);
    expect(where.expression).toBe("(pr > 1 or language == go) and not pr == 3");
  });

  test("binds not before and, and and before or, unless parentheses say otherwise", () => {
    const bits = ["a", "b", "c"];
    const at = (expression: string, [a, b, c]: readonly boolean[]) =>
      parseWhere(expression, bits, place).test({ a, b, c });
    fc.assert(
      fc.property(fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()), (values) => {
        const [a, b, c] = values;
        expect(at("a == true or b == true and c == true", values)).toBe(a || (b && c));
        expect(at("(a == true or b == true) and c == true", values)).toBe((a || b) && c);
        expect(at("not a == true and b == true", values)).toBe(!a && b);
        expect(at("not (a == true and not not b == true)", values)).toBe(!(a && b));
      }),
    );
  });

  test("makes != the opposite of == for any value", () => {
    const value = fc.oneof(fc.constantFrom("x", "y", 1, null, undefined), fc.array(fc.constantFrom("x", "y", null)));
    fc.assert(
      fc.property(value, fc.constantFrom("x", "1"), (tags, wanted) => {
        expect(holds(`tags != ${wanted}`, { tags })).toBe(!holds(`tags == ${wanted}`, { tags }));
      }),
    );
  });

  test("finds a quoted text whatever it holds", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("a", '"', "'", " ", "(", "é", "\n") }), (text) => {
        expect(holds(`title == "${text.replaceAll('"', '\\"')}"`, { title: text })).toBe(true);
      }),
    );
  });

  test.each([
    ["langage == go", 'unknown field "langage" (did you mean "language"? known: language, '],
    ["", '"": expected a field, got the end'],
    ["language", "expected one of == != < <= > >= in ~, got the end"],
    ["language = go", 'expected one of == != < <= > >= in ~, got "=" at character 10 (write ==)'],
    ["language == go && pr > 1", 'expected and, or, or the end, got "&&" at character 16 (write and)'],
    ["language == go pr > 1", 'expected and, or, or the end, got "pr" at character 16'],
    ["language ==", "expected a value (write a word"],
    ["language == in", "expected a value (write a word"],
    ["language in go", 'expected a list (write [a, b]), got "go"'],
    ["language in [go rust]", 'expected a comma or ], got "rust"'],
    ["language in []", "expected a value"],
    ["(language == go", "expected and, or, or a closing parenthesis, got the end"],
    ["language == go)", 'expected and, or, or the end, got ")"'],
    ["! language == go", 'expected a field, got "!" at character 1 (write not)'],
    ['"language" == go', 'expected a field, got "language"'],
    ['language == "go', 'got " at character 13 (close the quote)'],
    ["language == $x", "got $ at character 13 (put the text into quotes)"],
    ['title ~ "("', 'pattern "(": '],
  ])("refuses %s", (expression, message) => {
    expect(() => parseWhere(expression, fields, place)).toThrow(UsageError);
    expect(() => parseWhere(expression, fields, place)).toThrow(message);
    expect(() => parseWhere(expression, fields, place)).toThrow(new RegExp(`^${place}: `));
  });
});
