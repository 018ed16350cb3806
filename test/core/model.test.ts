import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/core/errors.ts";
import { parseModelRef } from "../../src/core/model.ts";

describe("parseModelRef", () => {
  test.each([
    ["openai:m", { kind: "openai", target: "m" }],
    [
      "openai:org/m@v2@http://127.0.0.1:8000/v1",
      { kind: "openai", target: "org/m@v2", url: "http://127.0.0.1:8000/v1" },
    ],
    ["openai:name@v2", { kind: "openai", target: "name@v2" }],
    ["openai:org/m@20240229", { kind: "openai", target: "org/m@20240229" }],
    ["openai:m@v1.5", { kind: "openai", target: "m@v1.5" }],
    ["openai:m@HTTP://h/v1", { kind: "openai", target: "m", url: "HTTP://h/v1" }],
    ["vllm:reviewer@https://h/v1", { kind: "vllm", target: "reviewer", url: "https://h/v1" }],
    ["ollama:llama:8b", { kind: "ollama", target: "llama:8b" }],
    ["ollama:llama:8b@http://h:11434", { kind: "ollama", target: "llama:8b", url: "http://h:11434" }],
    ["anthropic:m@http://h", { kind: "anthropic", target: "m", url: "http://h" }],
    ["gemini:m", { kind: "gemini", target: "m" }],
    ["openai:m@https://h/v1?api-version=1", { kind: "openai", target: "m", url: "https://h/v1?api-version=1" }],
    ["http://h:8080/review", { kind: "http", target: "http://h:8080/review", url: "http://h:8080/review" }],
    ["https://h/review", { kind: "http", target: "https://h/review", url: "https://h/review" }],
    ["http:https://h/review", { kind: "http", target: "http:https://h/review", url: "https://h/review" }],
    ["command:./review.sh --fast", { kind: "command", target: "./review.sh --fast" }],
    ["replay:./a.jsonl", { kind: "replay", target: "./a.jsonl" }],
    ["static:", { kind: "static", target: "" }],
    ["floor:silent", { kind: "floor", target: "silent" }],
    ["./adapter", { kind: "adapter", target: "./adapter" }],
    ["llama:m/model.gguf", { kind: "llama", target: "m/model.gguf" }],
    ["../m/model.gguf", { kind: "gguf", target: "../m/model.gguf" }],
    ["/models/a", { kind: "adapter", target: "/models/a" }],
    ["~/a", { kind: "adapter", target: "~/a" }],
  ])("reads %s", (ref, expected) => {
    expect(parseModelRef(ref)).toEqual({ ref, ...expected });
  });

  test.each([
    ["opnai:m", 'unknown kind "opnai"', 'did you mean "openai"'],
    ["my-model", 'unknown kind "my-model"', "write KIND:NAME"],
    ["toString:x", 'unknown kind "toString"', "known:"],
    [
      "openai:",
      'expected a model id, such as openai:my-model@http://127.0.0.1:8000/v1 after "openai:", got nothing',
      "",
    ],
    ["openai:@http://h", 'expected a model name before "@"', ""],
    ["openai:m@http://", '"http://" is not a URL', "write http://host:port/path"],
    ["openai:m@ftp://h/v1", '"ftp://h/v1" is not a URL', "write http://host:port/path"],
    ["openai:m@http:127.0.0.1:8000", '"http:127.0.0.1:8000" is not a URL', "write http://host:port/path"],
    ["http:ftp://h/review", '"http:ftp://h/review" is not a URL', "write http://host:port/path"],
    ["static:ruff", 'expected nothing after "static:"', "write static:"],
    ["floor:", "expected lgtm, silent or shotgun", ""],
  ])("refuses %s", (ref, message, advice) => {
    const read = () => parseModelRef(ref);
    expect(read).toThrow(UsageError);
    expect(read).toThrow(message);
    expect(read).toThrow(advice);
  });

  test.each([
    ["./a/", "./a"],
    ["./a/.", "./a"],
    ["/a//./", "/a"],
    ["~/a/", "~/a"],
    ["./m.gguf/", "./m.gguf"],
    ["./", "./"],
    ["../", "../"],
    ["/", "/"],
    ["./a./b", "./a./b"],
  ])("takes %s as %s", (written, ref) => {
    expect(parseModelRef(written)).toMatchObject({ ref, target: ref });
  });

  test("lists the kinds that there are", () => {
    expect(() => parseModelRef("lama:m")).toThrow(
      "known: openai, anthropic, gemini, vllm, ollama, http, https, static,",
    );
  });

  test.each([
    ["openai:m", "127.0.0.1:8123/v1"],
    ["openai:m", "127.0.0.1"],
    ["openai:m", "localhost"],
    ["openai:m", "localhost/v1"],
    ["openai:m", "gpu:8000"],
    ["openai:m", "gpu/v1"],
    ["openai:m", "models.example.org/v1"],
    ["openai:m", "[::1]:8000/v1"],
    ["openai:m@v2", "127.0.0.1:8123/v1"],
    ["ollama:llama:8b", "127.0.0.1:11434"],
  ])("of %s refuses the address %s, which has no scheme", (model, address) => {
    expect(() => parseModelRef(`${model}@${address}`)).toThrow(
      `"${address}" has no scheme (write ${model}@http://${address})`,
    );
  });

  test.each([
    "openai:m@http://user:s3cret@h/v1",
    "openai:m@http://user:p@s3cret@h/v1",
    "openai:m@http://user:s3cret/abc@h/v1",
    "openai:m@http://u:12/s3cret@h/v1",
    "openai:m@http://user:a s3cret@h/v1",
    "http://user:s3cret@h/review",
    "http://h/review?version=1&api_key=s3cret",
    "http:https://h/review?token=s3cret",
    "openai:m@https://h/v1?X-Signature=s3cret",
    "openai:m@https://h/v1#pass=s3cret",
    "openai:m@ftp://user:s3cret@h/v1",
    "openai:m@user:s3cret@127.0.0.1:8000/v1",
    "openai:m@127.0.0.1:8000/v1?auth=s3cret",
    "anthropic:m@http://user:s3cret@h",
    "openai:@http://user:s3cret@h/v1",
  ])("refuses a key in a URL without repeating it: %s", (ref) => {
    const read = () => parseModelRef(ref);
    expect(read).toThrow("a URL must not carry a key");
    expect(read).not.toThrow("s3cret");
    expect(read).not.toThrow("user");
  });

  test.each(["opnai:m@http://user:s3cret@h/v1", "http//user:s3cret@h/v1", "user@s3cret", "opnai:m?key=s3cret"])(
    "repeats no key of a reference whose kind is unknown: %s",
    (ref) => {
      const read = () => parseModelRef(ref);
      expect(read).toThrow("unknown kind");
      expect(read).not.toThrow("s3cret");
    },
  );
});
