import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileModulePattern, compilePatternKey, compileTargets } from "../../../src/core/adapter/module-pattern.ts";

const query = "model.layers.3.self_attn.q_proj";

describe("a pattern of modules", () => {
  test.each([
    [".*q_proj", true],
    ["q_proj", false],
    ["model\\.layers\\.\\d+\\.self_attn\\.(q|k)_proj", true],
    ["(?i)MODEL.*Q_PROJ", true],
    ["model.*(?P<which>[qk])_proj\\Z", true],
    ["^model(?=\\.).*q_proj$", true],
    ["(?:.*?(?:language|text|layers).*?(?:self_attn|mlp).*?(?:k_proj|v_proj|q_proj).*?)", true],
  ])("%s means the query of layer 3: %s", (pattern, means) => {
    expect(compileModulePattern(pattern)?.(query)).toBe(means);
  });

  test.each([
    "(a+)+$",
    "(",
    "(?<=x",
    "x".repeat(5000),
    String.raw`(a)\1`,
    String.raw`\x61`,
    "(?=a(?=b))ab",
    "(?i:a)b",
    `${"(".repeat(1990)}a${")".repeat(1990)}`,
  ])("%s cannot be told", (pattern) => {
    expect(compileModulePattern(pattern)).toBeNull();
  });

  test("means no name of absurd length", () => {
    expect(compileModulePattern(".*")?.("x".repeat(301))).toBe(false);
  });
});

test("a pattern with many open repeats is told as soon as any other", () => {
  const means = compileModulePattern(`${".*a".repeat(200)}.*Z`);
  expect([means?.("a".repeat(299)), means?.(`${"a".repeat(299)}Z`)]).toEqual([false, true]);
});

test("a pattern means what a regular expression does", () => {
  const letter = fc.constantFrom(
    "a",
    "b",
    ".",
    "[ab]",
    "[^a]",
    String.raw`\w`,
    String.raw`\.`,
    String.raw`\b`,
    "^",
    "$",
  );
  const counted = fc.tuple(
    fc.constantFrom("a", "b", "(?:ab)", "(a)", "."),
    fc.constantFrom("*", "+?", "?", "{2}", "{1,}", "{0,2}?"),
  );
  const atom = fc.oneof(
    letter,
    counted.map(([what, times]) => what + times),
    fc.constantFrom("(?=b)", "(?!a)", "(?:a|b.)"),
  );
  const pattern = fc.array(
    fc.array(atom, { maxLength: 4 }).map((atoms) => atoms.join("")),
    { minLength: 1, maxLength: 3 },
  );
  const text = fc.string({ unit: fc.constantFrom("a", "b", ".", "A"), maxLength: 6 });
  fc.assert(
    fc.property(pattern, text, fc.boolean(), (choices, name, isCaseless) => {
      const body = choices.join("|");
      const means = compileModulePattern(isCaseless ? `(?i)${body}` : body);
      expect(means?.(name)).toBe(new RegExp(`^(?:${body})$`, isCaseless ? "i" : "").test(name));
    }),
    { numRuns: 500 },
  );
});

test.each([
  ["q_proj", query, true],
  ["self_attn.q_proj", query, true],
  ["attn.q_proj", query, false],
  ["layers.[0-3].self_attn.q_proj", query, true],
  ["layers.[4-9].self_attn.q_proj", query, false],
  ["^model.layers.3.*q_proj", query, true],
  ["^layers.3.*q_proj", query, false],
  ["(q+)+proj", "model.(q+)+proj", true],
])("the key %s of a rank_pattern means %s: %s", (key, module, means) => {
  expect(compilePatternKey(key)(module)).toBe(means);
});

test.each([
  [["q_proj", "v_proj"], query, true],
  [["proj"], query, false],
  [[query], query, true],
  [[], query, false],
  ["all-linear", query, true],
  [".*\\.q_proj", query, true],
  [".*\\.v_proj", query, false],
])("target_modules %j mean %s: %s", (targets, module, means) => {
  expect(compileTargets(targets)?.(module)).toBe(means);
});
