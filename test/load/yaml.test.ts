import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/core/errors.ts";
import { Suite } from "../../src/core/suite.ts";
import { type Override, parseYaml } from "../../src/load/yaml.ts";
import { messageOf } from "../fixtures/complaint.ts";

const good = `version: 1
name: tiny
dataset: { path: data }
reviewer:
  unit: case
scorers: { detection: {} }
gates:
  - { metric: detection.recall, min: 0.5 }
  - metric: detection.precision
    min: 0.4
`;

function parse(text: string, overrides: readonly Override[] = []): Suite {
  return parseYaml(Suite, text, "suites/tiny.yaml", overrides).data;
}

function complaint(text: string, overrides: readonly Override[] = []): string {
  return messageOf(() => parse(text, overrides), UsageError);
}

describe("a YAML file that its schema takes", () => {
  test("gives its data with the defaults filled in", () => {
    const suite = parse(good);
    expect(suite.name).toBe("tiny");
    expect(suite.reviewer).toMatchObject({ unit: "case", repeats: 1, temperature: 0 });
    expect(suite.gates[1]).toMatchObject({ metric: "detection.precision", min: 0.4, required: true });
  });

  test("tells where a later check finds a mistake", () => {
    const { locate } = parseYaml(Suite, good, "suites/tiny.yaml");
    expect(locate(["gates", 0, "min"])).toBe("suites/tiny.yaml:8: gates[0].min");
    expect(locate(["gates", 1, "min"])).toBe("suites/tiny.yaml:10: gates[1].min");
    expect(locate(["gates", 1, "where"])).toBe("suites/tiny.yaml:9: gates[1].where");
    expect(locate([])).toBe("suites/tiny.yaml:1");
  });

  test("may begin with a byte order mark and have Windows line endings", () => {
    expect(parse(`\uFEFF${good.replaceAll("\n", "\r\n")}`)).toEqual(parse(good));
  });
});

describe("a mistake in a YAML file", () => {
  test.each([
    ["a wrong type", good.replace("0.5", "high"), 'suites/tiny.yaml:8: gates[0].min: expected a number, got "high"'],
    [
      "a percentage for a rate",
      `${good}budget: { unscored: 80 }\n`,
      "suites/tiny.yaml:11: budget.unscored: expected at most 1, got 80 (write 0.8)",
    ],
    [
      "a number below its limit",
      good.replace("unit: case", "repeats: 0"),
      "suites/tiny.yaml:5: reviewer.repeats: expected at least 1, got 0",
    ],
    [
      "a part of a whole number",
      good.replace("unit: case", "repeats: 1.5"),
      "suites/tiny.yaml:5: reviewer.repeats: expected a whole number, got 1.5",
    ],
    [
      "an empty text",
      good.replace("path: data", 'path: ""'),
      'suites/tiny.yaml:3: dataset.path: expected at least 1 character, got ""',
    ],
    [
      "a list for a mapping",
      good.replace("{ path: data }", "[data]"),
      "suites/tiny.yaml:3: dataset: expected a mapping, got a list of 1",
    ],
    [
      "a mapping for a list",
      `${good}company: { a: b }\n`,
      "suites/tiny.yaml:11: company: expected a list, got a mapping",
    ],
    [
      "a word for a switch",
      good.replace("unit: case", "cache: maybe"),
      'suites/tiny.yaml:5: reviewer.cache: expected true or false, got "maybe"',
    ],
    ["a missing key", good.replace("name: tiny\n", ""), "suites/tiny.yaml:1: name: missing (write text)"],
    ["a missing version", good.replace("version: 1\n", ""), "suites/tiny.yaml:1: version: missing (write 1)"],
    [
      "a name with capitals",
      good.replace("tiny", "My Suite"),
      'suites/tiny.yaml:2: name: expected lower-case words joined by dashes (write my-suite), got "My Suite"',
    ],
    [
      "a gate without a limit",
      good.replace(", min: 0.5", ""),
      "suites/tiny.yaml:8: gates[0]: expected min, max or vsBaseline, got none (write what the metric must reach)",
    ],
  ])("is told with line, path, what it got and how to mend it: %s", (_, text, expected) => {
    expect(complaint(text)).toBe(expected);
  });

  test("in an unknown word names the nearest one", () => {
    expect(complaint(good.replace("unit: case", "unit: hunks"))).toBe(
      'suites/tiny.yaml:5: reviewer.unit: expected a known word, got "hunks" (did you mean "hunk"? known: case, file, hunk)',
    );
  });

  test("in an unknown key stands at the line of that key and names the nearest", () => {
    expect(complaint(good.replace("  unit: case", "  unit: case\n  tempereture: 1"))).toMatch(
      /^suites\/tiny\.yaml:6: reviewer\.tempereture: unknown key "tempereture" \(did you mean "temperature"\? known: prompt, unit, .*\)$/,
    );
  });

  test("in an unknown key of the file itself is found as well", () => {
    expect(complaint(`${good}gate: []\n`)).toMatch(
      /^suites\/tiny\.yaml:11: gate: unknown key "gate" \(did you mean "gates"\?/,
    );
  });

  test("is one line each when there are several", () => {
    const lines = complaint(good.replace("0.5", "high").replace("0.4", "low")).split("\n");
    expect(lines.map((line) => line.slice(0, 32))).toEqual([
      "suites/tiny.yaml:8: gates[0].min",
      "suites/tiny.yaml:10: gates[1].mi",
    ]);
  });

  test("that quotes a long value cuts it", () => {
    expect(complaint(good.replace("0.5", "x".repeat(5000))).length).toBeLessThan(150);
  });
});

describe("a file that is no YAML mapping", () => {
  test.each([
    ["an open bracket", "a: [1\nb: 2\n", /^suites\/tiny\.yaml:2:1: not YAML: /],
    ["a tab as indentation", "a:\n\t- b\n", /^suites\/tiny\.yaml:2:1: not YAML: Tabs /],
    ["a key written twice", "a: 1\nb: 2\na: 3\n", /^suites\/tiny\.yaml:3:1: not YAML: Map keys must be unique$/],
    [
      "several documents",
      "a: 1\n---\nb: 2\n",
      /^suites\/tiny\.yaml:2:1: expected one document, got several \(remove the line ---\)$/,
    ],
    ["nothing", "", /^suites\/tiny\.yaml: expected a mapping such as "version: 1", got null$/],
    ["a list", "- a\n", /^suites\/tiny\.yaml: expected a mapping such as "version: 1", got a list of 1$/],
    ["an alias of nothing", "a: *b\n", /^suites\/tiny\.yaml: not readable: Unresolved alias/],
  ])("is refused with its place: %s", (_, text, expected) => {
    expect(complaint(text)).toMatch(expected);
  });

  test("is refused when its aliases unfold without measure", () => {
    const tenOf = (name: string) => `[${Array.from({ length: 10 }, () => `*${name}`).join(",")}]`;
    const text = `a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b ${tenOf("a")}\nc: &c ${tenOf("b")}\nd: &d ${tenOf("c")}\ne: ${tenOf("d")}\n`;
    expect(complaint(text)).toMatch(/^suites\/tiny\.yaml: not readable: Excessive alias count/);
  });
});

describe("an override", () => {
  test("takes the place of a value and is read as YAML", () => {
    const suite = parse(good, [
      { path: "gates[1].min", value: "0.9" },
      { path: "dataset.where", value: '"language in [go]"' },
      { path: "company", value: "[floor:silent]" },
    ]);
    expect(suite.gates.map((gate) => gate.min)).toEqual([0.5, 0.9]);
    expect(suite.dataset.where).toBe("language in [go]");
    expect(suite.company).toEqual(["floor:silent"]);
  });

  test("can empty a list and add a key that the file leaves out", () => {
    const suite = parse(good, [
      { path: "gates", value: "[]" },
      { path: "budget.unscored", value: "0.1" },
    ]);
    expect(suite.gates).toEqual([]);
    expect(suite.budget.unscored).toBe(0.1);
  });

  test("that comes later wins", () => {
    expect(
      parse(good, [
        { path: "reviewer.unit", value: "file" },
        { path: "reviewer.unit", value: "hunk" },
      ]).reviewer.unit,
    ).toBe("hunk");
  });

  test.each([
    ["a wrong value", "reviewer.repeats", "many", '--set reviewer.repeats: expected a number, got "many"'],
    ["a value that is no YAML", "gates", "[", "--set gates: got [: Flow sequence must end with a ]"],
    [
      "a path that is none",
      "gates..min",
      "1",
      '--set gates..min: "gates..min" is not a path (write it like gates[0].min=0.8)',
    ],
    [
      "an entry that is not there",
      "gates[5].min",
      "1",
      "--set gates[5].min: gates has 2 entries, so no [5] (write the whole list: gates=[…])",
    ],
    [
      "an entry of a list that is left out",
      "reviewers[0]",
      "x",
      "--set reviewers[0]: reviewers has 0 entries, so no [0] (write the whole list: reviewers=[…])",
    ],
    ["a key of a list", "gates.min", "1", "--set gates.min: gates is a list (write gates[0])"],
    ["an entry of a mapping", "dataset[0]", "1", "--set dataset[0]: dataset is a mapping (write dataset.KEY)"],
    [
      "a key of a value",
      "name.short",
      "x",
      '--set name.short: name is a single value, which has no "short" (write name=VALUE)',
    ],
  ])("is named by its flag in a complaint: %s", (_, path, value, expected) => {
    expect(complaint(good, [{ path, value }])).toBe(expected);
  });

  test("with an unknown key is named by its flag, with the nearest key", () => {
    expect(complaint(good, [{ path: "reviewer.tempereture", value: "1" }])).toMatch(
      /^--set reviewer\.tempereture: unknown key "tempereture" \(did you mean "temperature"\?/,
    );
  });

  test("with a wrong value inside a whole mapping is named by its flag and path", () => {
    expect(complaint(good, [{ path: "reviewer", value: "{ unit: cases }" }])).toMatch(
      /^--set reviewer: reviewer\.unit: expected a known word/,
    );
  });

  test("of a short flag is named by that flag", () => {
    expect(complaint(good, [{ path: "dataset.limit", value: "0", flag: "--limit" }])).toBe(
      "--limit: dataset.limit: expected at least 1, got 0",
    );
  });

  test("cannot reach beyond the data", () => {
    expect(complaint(good, [{ path: "__proto__.polluted", value: "1" }])).toMatch(/unknown key "__proto__"/);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });
});
