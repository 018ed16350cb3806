import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/core/errors.ts";
import { chooseHubFiles, HubEntry, parseHubReference } from "../../src/core/hub-reference.ts";

describe("what follows hf:", () => {
  test.each([
    ["acme/reviewer", { repo: "acme/reviewer", revision: null, path: null }],
    ["acme/reviewer@v1.2", { repo: "acme/reviewer", revision: "v1.2", path: null }],
    ["acme/reviewer@refs/pr/3:q4.gguf", { repo: "acme/reviewer", revision: "refs/pr/3", path: "q4.gguf" }],
    ["acme/r-1.5:runs/checkpoint-500", { repo: "acme/r-1.5", revision: null, path: "runs/checkpoint-500" }],
  ])("%s", (target, expected) => {
    expect(parseHubReference(target)).toEqual(expected);
  });

  test.each([
    "",
    "reviewer",
    "acme/reviewer/more",
    "acme/reviewer@",
    "acme/reviewer:",
    "acme/..",
    "acme/reviewer:../x",
    "acme/reviewer:a//b",
    "acme/reviewer:/etc/passwd",
    "acme/reviewer:a/",
    "acme/reviewer:a\\b",
    "acme/reviewer@..:x",
    "acme/reviewer@a:b:c",
  ])("%j is refused", (target) => {
    expect(() => parseHubReference(target)).toThrow(UsageError);
    expect(() => parseHubReference(target)).toThrow(/^model "hf:.*": expected hf:ORG\/NAME, /);
  });
});

test.each(["../x.gguf", "/x.gguf", "a/../x.gguf", "a//x", "a\\x", "", ".", "a/.."])(
  "an entry whose path is %j is refused",
  (path) => {
    expect(HubEntry.safeParse({ type: "file", path, size: 1 }).success).toBe(false);
  },
);

const entry = (path: string): HubEntry => ({ type: "file", path, size: 10 });

function choose(paths: readonly string[], target = "acme/r") {
  return chooseHubFiles(parseHubReference(target), paths.map(entry));
}

describe("what is needed of a repository", () => {
  const adapter = ["README.md", "adapter_config.json", "adapter_model.safetensors", "tokenizer.json"];

  test("with an adapter: its configuration and weights alone", () => {
    const { kind, place, files } = choose(adapter);
    expect([kind, place, files.map(({ path }) => path)]).toEqual([
      "adapter",
      "",
      ["adapter_config.json", "adapter_model.safetensors"],
    ]);
  });

  test("with checkpoints: those of the one that is named", () => {
    const paths = adapter.map((path) => `checkpoint-5/${path}`);
    const { kind, place, files } = choose(paths, "acme/r:checkpoint-5");
    expect([kind, place, files.length]).toEqual(["adapter", "checkpoint-5", 2]);
    expect(() => choose(paths)).toThrow(/^hf:acme\/r: holds 1 adapter, name one as hf:acme\/r:PATH \(checkpoint-5\)$/);
  });

  test("with one GGUF file: that", () => {
    expect(choose(["README.md", "q4.gguf"])).toMatchObject({ kind: "gguf", place: "q4.gguf" });
  });

  test("with several GGUF files: the one that is named", () => {
    expect(choose(["q4.gguf", "q8.gguf"], "acme/r:q8.gguf")).toMatchObject({ kind: "gguf", place: "q8.gguf" });
    expect(() => choose(["q4.gguf", "q8.gguf"])).toThrow(
      /^hf:acme\/r: holds 2 GGUF files, name one as hf:acme\/r:PATH \(q4\.gguf, q8\.gguf\)$/,
    );
  });

  test("with a whole model: what says how large it is", () => {
    const { kind, files } = choose(["config.json", "model-1.safetensors", "model-2.safetensors", "x/y.safetensors"]);
    expect([kind, files.length]).toEqual(["model", 3]);
  });

  test.each<[string[], string, RegExp]>([
    [
      ["README.md"],
      "acme/r",
      /^hf:acme\/r: neither adapter nor model: looked for .*; found 1 file of other kinds \(name/,
    ],
    [["README.md"], "acme/r:x", /^hf:acme\/r:x: no such file or folder in the repository \(look at /],
    [
      adapter,
      "acme/r:README.md",
      /^hf:acme\/r:README\.md: expected a GGUF file or the folder of an adapter \(write hf:acme\/r\)$/,
    ],
    [
      ["a/adapter_config.json", "a/adapter_model.safetensors"],
      "acme/r:a/adapter_model.safetensors",
      /\(write hf:acme\/r:a\)$/,
    ],
    [
      ["adapter_config.json", "adapter_model.bin"],
      "acme/r",
      /has adapter_config\.json and adapter_model\.bin only, a pickle \(/,
    ],
    [["adapter_config.json"], "acme/r", /has adapter_config\.json and no weights \(/],
  ])("with %j, asked for as %s, is refused", (paths, target, says) => {
    expect(() => choose(paths, target)).toThrow(says);
  });

  test("has the digest that the Hub gives: of the content for large files, of the Git blob for small ones", () => {
    const [sha256, sha1] = ["a".repeat(64), "b".repeat(40)];
    const reference = parseHubReference("acme/r:q.gguf");
    const digestOf = (more: Partial<HubEntry>) =>
      chooseHubFiles(reference, [{ ...entry("q.gguf"), ...more }]).files[0]?.digest;
    expect(digestOf({ oid: sha1, lfs: { oid: sha256 } })).toEqual({ algorithm: "sha256", value: sha256 });
    expect(digestOf({ oid: sha1 })).toEqual({ algorithm: "git-sha1", value: sha1 });
    expect(digestOf({})).toBeNull();
    expect(digestOf({ oid: sha1, lfs: { oid: "?" } })).toBeNull();
  });
});
