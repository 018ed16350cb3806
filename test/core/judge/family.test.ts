import { describe, expect, test } from "vitest";
import { familiesOf, kinshipWarnings } from "../../../src/core/judge/family.ts";

describe("the families of a model", () => {
  test.each([
    ["gpt-4o-mini", ["gpt"]],
    ["o3", ["gpt"]],
    ["o4-mini-2025-04-16", ["gpt"]],
    ["claude-sonnet-4-5", ["claude"]],
    ["google/gemma-3-27b-it", ["gemini"]],
    ["Qwen/Qwen2.5-Coder-7B-Instruct", ["qwen"]],
    ["QwQ-32B", ["qwen"]],
    ["codellama:13b", ["llama"]],
    ["mistralai/Mixtral-8x7B", ["mistral"]],
    ["codestral-latest", ["mistral"]],
    ["microsoft/phi-4", ["phi"]],
    ["Phi3-mini", ["phi"]],
    ["zai-org/GLM-4.6", ["glm"]],
    ["command-r-plus", ["command-r"]],
  ])("are told by its name: %s", (model, families) => {
    expect(familiesOf(model)).toEqual(families);
  });

  test("are several for a distilled model", () => {
    expect(familiesOf("deepseek-r1-distill-qwen-7b")).toEqual(["qwen", "deepseek"]);
  });

  test.each(["ours-v3", "dolphin-2", "sophia", "foo1-large", "proto3", "gloss4-reviewer", "kimirin"])(
    "are not told by a part of another word: %s",
    (model) => {
      expect(familiesOf(model)).toEqual([]);
    },
  );
});

describe("kinship of judge and reviewers", () => {
  const reviewers = [
    { ref: "openai:qwen3-8b", model: "qwen3-8b" },
    { ref: "openai:llama-3.1", model: "llama-3.1" },
    { ref: "openai:r1-distill-qwen", model: "r1-distill-qwen" },
  ];

  test("is told with everyone whom it concerns", () => {
    expect(kinshipWarnings("Qwen2.5-72B", reviewers)).toEqual([
      "the judge Qwen2.5-72B is of one model family (qwen) with openai:qwen3-8b, openai:r1-distill-qwen",
    ]);
  });

  test("is told of each family that a distilled judge comes from", () => {
    expect(kinshipWarnings("llama-distill-of-qwen", reviewers)).toHaveLength(2);
  });

  test("is not made up where a name tells of no family", () => {
    expect(kinshipWarnings("claude-opus", reviewers)).toEqual([]);
    expect(kinshipWarnings("ours", [{ ref: "openai:others", model: "others" }])).toEqual([]);
  });

  test("is told of one name, whatever it says: it may be one model at two addresses", () => {
    expect(kinshipWarnings("ours", [{ ref: "openai:Ours@http://h/v1", model: "Ours" }])).toEqual([
      "the judge ours has the name of openai:Ours@http://h/v1: if it is the same model, it judges itself",
    ]);
  });
});
