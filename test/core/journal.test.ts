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
    ["dataset", { datasetHash: "data-b" }, ["its dataset was data-a, now it is data-b"]],
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
});
