import { describe, expect, test } from "vitest";
import { baseId, compareBases, readBaseName } from "../../../src/core/adapter/base-model.ts";

describe("the name of a base", () => {
  test.each([
    [null, { kind: "missing" }],
    ["", { kind: "missing" }],
    ["  ", { kind: "missing" }],
    ["Qwen/Qwen2.5-Coder-7B", { kind: "hub", id: "Qwen/Qwen2.5-Coder-7B" }],
    ["gpt2", { kind: "hub", id: "gpt2" }],
    ["llama-3-8b", { kind: "word", word: "llama-3-8b" }],
    ["/home/ann/models/qwen", { kind: "path", path: "/home/ann/models/qwen", id: null }],
    ["./base", { kind: "path", path: "./base", id: null }],
    ["../base/model", { kind: "path", path: "../base/model", id: null }],
    ["C:\\models\\qwen", { kind: "path", path: "C:\\models\\qwen", id: null }],
    ["models/base/final", { kind: "path", path: "models/base/final", id: null }],
    [
      "/root/.cache/huggingface/hub/models--Qwen--Qwen2.5-Coder-7B/snapshots/0123abc",
      {
        kind: "path",
        path: "/root/.cache/huggingface/hub/models--Qwen--Qwen2.5-Coder-7B/snapshots/0123abc",
        id: "Qwen/Qwen2.5-Coder-7B",
      },
    ],
  ])("%s", (name, expected) => {
    expect(readBaseName(name)).toEqual(expected);
  });

  test("says an id of the Hub where it can", () => {
    expect([null, "base", "./base", "a/b", "/x/models--a--b/snapshots/1"].map(baseId)).toEqual([
      null,
      null,
      null,
      "a/b",
      "a/b",
    ]);
  });
});

test.each([
  ["Qwen/Qwen2.5-7B", "Qwen/Qwen2.5-7B", "same"],
  ["Qwen/Qwen2.5-7B", "mirror/qwen2.5-7b", "same"],
  ["/data/Qwen2.5-7B/", "Qwen/Qwen2.5-7B", "named"],
  ["./Qwen2.5-7B", "/data/Qwen2.5-7B", "named"],
  ["/data/Qwen2.5-7B/", "/data/Qwen2.5-7B", "same"],
  ["/a/model", "/b/model", "other"],
  ["C:\\a\\model", "/b/model", "other"],
  ["/data/base.gguf", "me/base", "packed"],
  ["/x/models--Qwen--Qwen2.5-7B/snapshots/1", "/data/Qwen2.5-7B", "named"],
  ["/x/models--Qwen--Qwen2.5-7B/snapshots/1", "Qwen/Qwen2.5-7B", "same"],
  ["unsloth/Qwen2.5-7B-bnb-4bit", "Qwen/Qwen2.5-7B", "packed"],
  ["Qwen/Qwen2.5-7B", "Qwen/Qwen2.5-7B-AWQ", "packed"],
  ["Qwen/Qwen2.5-7B", "Qwen/Qwen2.5-7B-Instruct", "other"],
  ["Qwen/Qwen2.5-7B", "Qwen/Qwen2.5-14B", "other"],
  [null, "Qwen/Qwen2.5-7B", null],
])("an adapter of %s on %s: %s", (trained, served, likeness) => {
  expect(compareBases(trained, served)).toBe(likeness);
});
