import { describe, expect, test } from "vitest";
import { findDifferences, type RunIdentity } from "../../src/core/journal.ts";

const endpoint = {
  id: "openai:m",
  provider: "openai",
  model: "m",
  identity: "openai m http://h/a/v1",
  hosts: ["h", "g"],
};
const floor = { id: "floor:lgtm", provider: "floor", model: "lgtm", identity: "floor:lgtm", hosts: [] };
const run: RunIdentity = { suiteHash: "suite-a", datasetHash: "data-a", reviewers: [endpoint, floor] };

describe("two runs", () => {
  test("with the same reviewers in another order ask the same", () => {
    const other = { ...run, reviewers: [floor, { ...endpoint, hosts: ["g", "h"] }] };
    expect(findDifferences(run, other)).toEqual([]);
  });

  test.each<[string, Partial<RunIdentity>, string[]]>([
    ["suite", { suiteHash: "suite-b" }, ["its suite was suite-a, now it is suite-b"]],
    ["dataset", { datasetHash: "data-b" }, ["the cases of its dataset have changed"]],
    ["reviewer fewer", { reviewers: [floor] }, ["reviewer openai:m is missing now"]],
    [
      "reviewer more",
      { reviewers: [endpoint, floor, { ...floor, id: "floor:silent" }] },
      ["reviewer floor:silent is new"],
    ],
    [
      "base URL",
      { reviewers: [{ ...endpoint, identity: "openai m http://h/b/v1" }, floor] },
      ["reviewer openai:m was openai m http://h/a/v1, now it is openai m http://h/b/v1"],
    ],
    [
      "host",
      { reviewers: [{ ...endpoint, hosts: ["h"] }, floor] },
      ["where reviewer openai:m sends code was g, h, now it is h"],
    ],
    [
      "model",
      { reviewers: [{ ...endpoint, model: "n" }, floor] },
      ["the model of reviewer openai:m was m, now it is n"],
    ],
  ])("that differ in a %s are told by it", (_, more, differences) => {
    expect(findDifferences(run, { ...run, ...more })).toEqual(differences);
  });

  const settings = { name: "tiny", "dataset.path": "data", "reviewer.prompt": "text-a", "reviewer.maxTokens": "64" };
  const told = { ...run, settings: { ...settings, seed: "1" } };

  test.each<[string, Record<string, string>, string[]]>([
    ["suite's name", { name: "other" }, ["the name of its suite was tiny, now it is other"]],
    ["prompt", { "reviewer.prompt": "text-b" }, ["the text of reviewer.prompt has changed"]],
    ["setting", { "reviewer.maxTokens": "5" }, ["reviewer.maxTokens was 64, now it is 5"]],
    ["seed", { seed: "2" }, ["the seed was 1, now it is 2"]],
    ["setting more", { "dataset.limit": "5" }, ["dataset.limit was none, now it is 5"]],
  ])("that differ in a %s are told by it, not by a hash", (_, more, differences) => {
    const now = { ...told, suiteHash: "suite-b", settings: { ...told.settings, ...more } };
    expect(findDifferences(told, now)).toEqual(differences);
  });

  test("that choose other cases are not told by the cases as well", () => {
    const now = { suiteHash: "suite-b", datasetHash: "data-b", settings: { ...told.settings, "dataset.path": "more" } };
    expect(findDifferences(told, { ...told, ...now })).toEqual(["dataset.path was data, now it is more"]);
  });

  test("of which one does not tell its settings are told by their hashes", () => {
    expect(findDifferences(run, { ...told, suiteHash: "suite-b" })).toEqual([
      "its suite was suite-a, now it is suite-b",
    ]);
  });
});
