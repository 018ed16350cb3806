import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/core/errors.ts";
import { openProvider } from "./fixture.ts";

describe("loadProvider", () => {
  test.each(["vllm:m", "ollama:m", "anthropic:m", "gemini:m", "hf:org/m", "./adapter", "./m.gguf"])(
    "%s is named as not built yet, with what to use instead",
    async (ref) => {
      await expect(openProvider(ref)).rejects.toThrow(UsageError);
      await expect(openProvider(ref)).rejects.toThrow(
        /is not built yet \(use openai:NAME@URL for any OpenAI-compatible server\)/,
      );
    },
  );

  test("makes the provider that the reference names", async () => {
    const provider = await openProvider("floor:silent");
    expect([provider.ref, provider.name, provider.model]).toEqual(["floor:silent", "floor", "silent"]);
  });

  test("an https address is an http provider", async () => {
    expect((await openProvider("https://review.example.org/review")).hosts).toEqual(["review.example.org"]);
  });
});
