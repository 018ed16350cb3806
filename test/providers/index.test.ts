import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/core/errors.ts";
import { openProvider } from "./fixture.ts";

describe("loadProvider", () => {
  test.each(["hf:org/m", "./adapter"])("%s has to be served first", async (ref) => {
    await expect(openProvider(ref)).rejects.toThrow(UsageError);
    await expect(openProvider(ref)).rejects.toThrow("what lies on the disk has to be served, and only reviewers are");
  });

  test("makes the provider that the reference names", async () => {
    const provider = await openProvider("floor:silent");
    expect([provider.ref, provider.name, provider.model]).toEqual(["floor:silent", "floor", "silent"]);
  });

  test("an https address is an http provider", async () => {
    expect((await openProvider("https://review.example.org/review")).hosts).toEqual(["review.example.org"]);
  });
});
