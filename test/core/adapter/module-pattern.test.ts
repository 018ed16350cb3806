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

  test.each(["(a+)+$", "(", "(?<=x", "x".repeat(5000), ".*a".repeat(13)])("%s cannot be told", (pattern) => {
    expect(compileModulePattern(pattern)).toBeNull();
  });

  test("means no name of absurd length", () => {
    expect(compileModulePattern(".*")?.("x".repeat(301))).toBe(false);
  });
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
