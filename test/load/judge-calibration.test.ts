import { describe, expect, it } from "vitest";
import { type JudgeSetup, updateCalibration } from "../../src/core/judge/calibration.ts";
import { findJudgeCalibration, setupKey, writeJudgeCalibration } from "../../src/load/judge-calibration.ts";
import { writeBelow } from "../fixtures/small-dataset.ts";
import { temporaryFolders } from "../fixtures/temporary.ts";

const makeFolder = temporaryFolders();
const setup: JudgeSetup = {
  judge: "openai m http://h/v1",
  rubric: { name: "review", hash: "aa" },
  runs: 3,
  temperature: 0,
  maxTokens: 1024,
};
const recordOf = (more: Partial<JudgeSetup> = {}, madeAt = "2026-01-01T00:00:00.000Z") =>
  updateCalibration(null, { ...setup, ...more }, { ref: "openai:org/m@http://h/v1", madeAt });

describe("records of judges", () => {
  it("are found again under just the setup that they were made for", async () => {
    const root = makeFolder();
    const record = recordOf();
    const file = await writeJudgeCalibration(record, root);
    expect(file).toMatch(
      new RegExp(`/judges/calibration/judges/review/openai-org-m-${setupKey(setup).slice(0, 8)}\\.json$`),
    );
    expect(findJudgeCalibration(setup, [root])).toEqual({ current: record, stale: null });
  });

  it.each([
    ["runs", { runs: 5 }],
    ["temperature", { temperature: 1 }],
    ["length", { maxTokens: 2048 }],
    ["rubric", { rubric: { name: "review", hash: "bb" } }],
  ])("of the same judge are stale for another %s, the newest first", async (_, more) => {
    const root = makeFolder();
    const old = recordOf({}, "2025-01-01T00:00:00.000Z");
    const newer = recordOf({ runs: 1 }, "2026-01-01T00:00:00.000Z");
    await writeJudgeCalibration(newer, root);
    await writeJudgeCalibration(old, root);
    expect(findJudgeCalibration({ ...setup, ...more }, [root])).toEqual({ current: null, stale: newer });
  });

  it("of another judge are nothing to it", async () => {
    const root = makeFolder();
    await writeJudgeCalibration(recordOf({ judge: "openai m http://elsewhere/v1" }), root);
    expect(findJudgeCalibration(setup, [root])).toEqual({ current: null, stale: null });
  });

  it("of the first folder come before those of the second", async () => {
    const [own, bundled] = [makeFolder(), makeFolder()];
    await writeJudgeCalibration(recordOf({}, "2026-03-01T00:00:00.000Z"), bundled);
    expect(findJudgeCalibration(setup, [own, bundled]).current?.madeAt).toBe("2026-03-01T00:00:00.000Z");
    await writeJudgeCalibration(recordOf({}, "2026-02-01T00:00:00.000Z"), own);
    expect(findJudgeCalibration(setup, [own, bundled]).current?.madeAt).toBe("2026-02-01T00:00:00.000Z");
  });

  it("take the place of earlier ones of their setup", async () => {
    const root = makeFolder();
    const first = await writeJudgeCalibration(recordOf(), root);
    expect(await writeJudgeCalibration(recordOf({}, "2027-01-01T00:00:00.000Z"), root)).toBe(first);
    expect(findJudgeCalibration(setup, [root]).current?.madeAt).toBe("2027-01-01T00:00:00.000Z");
  });

  it("of a clone of this program are kept out of its own files, and found there", async () => {
    const root = makeFolder();
    const file = await writeJudgeCalibration(recordOf(), root, root);
    expect(file).toMatch(/\/\.nitbench\/calibration\/judges\/review\/openai-org-m-\w{8}\.json$/);
    expect(findJudgeCalibration(setup, [root]).current).toEqual(recordOf());
  });

  it("that somebody damaged are named with what is wrong in them", () => {
    const root = makeFolder();
    writeBelow(root, "judges/calibration/judges/review/mine.json", JSON.stringify({ ...recordOf(), runs: 0 }));
    expect(() => findJudgeCalibration(setup, [root])).toThrow(/mine\.json: runs: expected at least 1, got 0$/);
  });

  it("that cannot be written are an error in one line", async () => {
    const root = makeFolder();
    writeBelow(root, "judges/calibration", "a file in the way");
    await expect(writeJudgeCalibration(recordOf(), root)).rejects.toThrow(/: cannot write \(.*is no folder; .*\)$/);
  });
});

it("the order of keys does not change a setup's key, and every part of it does", () => {
  const { judge, rubric, runs, temperature, maxTokens } = setup;
  expect(setupKey({ maxTokens, temperature, runs, rubric, judge })).toBe(setupKey(setup));
  const others = [
    { judge: "x" },
    { rubric: { name: "x", hash: "aa" } },
    { runs: 1 },
    { temperature: 1 },
    { maxTokens: 1 },
  ];
  expect(new Set([setup, ...others.map((more) => ({ ...setup, ...more }))].map(setupKey)).size).toBe(6);
});
