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
    ["vllm:reviewer@https://h/v1", { kind: "vllm", target: "reviewer", url: "https://h/v1" }],
    ["ollama:llama:8b", { kind: "ollama", target: "llama:8b" }],
    ["anthropic:m@http://h", { kind: "anthropic", target: "m@http://h" }],
    ["http://h:8080/review", { kind: "http", target: "http://h:8080/review", url: "http://h:8080/review" }],
    ["https://h/review", { kind: "http", target: "https://h/review", url: "https://h/review" }],
    ["http:https://h/review", { kind: "http", target: "http:https://h/review", url: "https://h/review" }],
    ["command:./review.sh --fast", { kind: "command", target: "./review.sh --fast" }],
    ["replay:./a.jsonl", { kind: "replay", target: "./a.jsonl" }],
    ["static:", { kind: "static", target: "" }],
    ["floor:silent", { kind: "floor", target: "silent" }],
    ["./adapter", { kind: "adapter", target: "./adapter" }],
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
    ["static:ruff", 'expected nothing after "static:"', "write static:"],
    ["floor:", "expected lgtm, silent or shotgun", ""],
  ])("refuses %s", (ref, message, advice) => {
    const read = () => parseModelRef(ref);
    expect(read).toThrow(UsageError);
    expect(read).toThrow(message);
    expect(read).toThrow(advice);
  });

  test.each(["openai:m@http://user:s3cret@h/v1", "openai:m@http://user:p@s3cret@h/v1", "http://user:s3cret@h/review"])(
    "refuses a key in a URL without repeating it: %s",
    (ref) => {
      const read = () => parseModelRef(ref);
      expect(read).toThrow("a URL must not carry a key");
      expect(read).not.toThrow("s3cret");
    },
  );
});
