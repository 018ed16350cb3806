import { describe, expect, it } from "vitest";
import { goesWhere, inOneSpelling } from "../../../src/core/judge/address.ts";

describe("inOneSpelling", () => {
  it.each([
    "http://127.0.0.1:8000/v1",
    "http://localhost:8000/v1/",
    "HTTP://LocalHost:8000/v1",
    "http://[::1]:8000/v1",
    "http://127.1:8000/v1",
  ])("writes this machine in one way: %s", (url) => {
    expect(inOneSpelling(`openai m ${url}`)).toBe("openai m http://localhost:8000/v1");
  });

  it("keeps apart what may be another server or model", () => {
    const texts = [
      "openai m http://localhost:8000/v1",
      "openai m http://localhost:8001/v1",
      "openai n http://h:8000/v1",
    ];
    expect(new Set(texts.map(inOneSpelling)).size).toBe(3);
    expect(inOneSpelling("openai m https://Models.Example.org:443/v1/")).toBe("openai m https://models.example.org/v1");
  });
});

describe("goesWhere", () => {
  it.each([
    ["openai:other@http://h:1/v1", { model: "openai:m@http://h:1/v1" }],
    ["openai:other@http://localhost:1/v1", { model: "openai:m@http://127.0.0.1:1/v2" }],
    ["openai:other", { model: "openai:m" }],
    ["openai:other", { model: "openai:m", baseUrl: "http://h:1/v1" }],
    ["openai:other", { baseUrl: "http://h:1/v1" }],
    ["openai:other@http://h:1/v1", { baseUrl: "http://h:1/v1" }],
    ["openai:other@http://h:1/v1", {}],
  ])("holds for %s beside %j", (ref, suite) => {
    expect(goesWhere(ref, suite)).toBe(true);
  });

  it.each([
    ["openai:m@http://h:2/v1", { model: "openai:m@http://h:1/v1" }],
    ["openai:m@http://h:2/v1", { model: "openai:m" }],
    ["openai:m", { model: "openai:m@http://h:1/v1" }],
    ["anthropic:m", { model: "openai:m" }],
    ["anthropic:m", { model: "openai:m", baseUrl: "http://h:1/v1" }],
    ["openai:m@http://h:2/v1", { baseUrl: "http://h:1/v1" }],
    ["./model.gguf", { model: "openai:m" }],
    ["lexical", { model: "openai:m" }],
  ])("does not hold for %s beside %j", (ref, suite) => {
    expect(goesWhere(ref, suite)).toBe(false);
  });
});
