import { describe, expect, test } from "vitest";
import { calm, findingsOf, makeCase, openProvider, requestFor } from "./fixture.ts";

const twoFiles = makeCase({
  diff: [
    "diff --git a/a.py b/a.py",
    "--- a/a.py",
    "+++ b/a.py",
    "@@ -1,3 +1,4 @@",
    " one",
    "-two",
    "+zwei",
    " three",
    "+vier",
    "@@ -10,3 +11,1 @@",
    " ten",
    "-eleven",
    "-twelve",
    "diff --git a/b.py b/b.py",
    "--- a/b.py",
    "+++ b/b.py",
    "@@ -5 +5 @@",
    "-five",
    "+fünf",
    "",
  ].join("\n"),
});

async function say(ref: string): Promise<string> {
  return (await (await openProvider(ref)).generate(requestFor(twoFiles), calm)).text;
}

describe("floor", () => {
  test("lgtm approves in words", async () => {
    expect(await say("floor:lgtm")).toBe("LGTM");
  });

  test("silent says nothing", async () => {
    expect(await say("floor:silent")).toBe("");
  });

  test("shotgun flags each hunk from its first to its last added line, or the deleted lines where it only deletes", async () => {
    const places = findingsOf(await say("floor:shotgun")).map(({ file, lines, side }) => [file, lines, side]);
    expect(places).toEqual([
      ["a.py", [2, 4], undefined],
      ["a.py", [11, 12], "old"],
      ["b.py", [5, 5], undefined],
    ]);
  });

  test("shotgun names many kinds of defect in each remark", async () => {
    const [finding] = findingsOf(await say("floor:shotgun"));
    for (const word of ["null", "off by one", "race", "leak", "injection", "missing"]) {
      expect(finding?.message).toContain(word);
    }
  });

  test("shotgun writes prose where the contract asks for it, and approves where there is nothing to flag", async () => {
    const provider = await openProvider("floor:shotgun", { contract: "prose" });
    const { text } = await provider.generate(requestFor(twoFiles), calm);
    expect(text.split("\n\n").map((said) => said.slice(0, said.indexOf("]") + 1))).toEqual([
      "a.py:2-4: [medium]",
      "a.py:11-12: [medium (deleted lines 11-12)]",
      "b.py:5: [medium]",
    ]);
    const renamed = "diff --git a/a.py b/b.py\nsimilarity index 100%\nrename from a.py\nrename to b.py\n";
    expect((await provider.generate(requestFor(twoFiles, { diff: renamed }), calm)).text).toBe("LGTM");
  });

  test("shotgun has nothing to flag in a change without lines", async () => {
    const renamed = "diff --git a/a.py b/b.py\nsimilarity index 100%\nrename from a.py\nrename to b.py\n";
    const provider = await openProvider("floor:shotgun");
    expect(findingsOf((await provider.generate(requestFor(twoFiles, { diff: renamed }), calm)).text)).toEqual([]);
  });

  test("is neither timed nor given the answers", async () => {
    const provider = await openProvider("floor:shotgun");
    expect([provider.isTimed, provider.seesTruth, provider.hosts]).toEqual([false, false, []]);
  });

  test("an unknown floor is a usage error that names the nearest one", async () => {
    await expect(openProvider("floor:shotgn")).rejects.toThrow('unknown floor "shotgn" (did you mean "shotgun"?');
  });

  test("a name of every object is no floor", async () => {
    await expect(openProvider("floor:constructor")).rejects.toThrow('unknown floor "constructor"');
  });

  test("an aborted signal's reason is thrown", async () => {
    const provider = await openProvider("floor:lgtm");
    const reason = new Error("enough");
    await expect(provider.generate(requestFor(twoFiles), AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});
