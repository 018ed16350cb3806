import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { calibrateLexicalJudge, resultsOf } from "../../scripts/calibrate-lexical-judge.ts";
import { lexicalThresholds } from "../../src/core/judge/lexical.ts";

const folder = new URL("../../judges/calibration/lexical-judge/", import.meta.url);

describe("the lexical judge's calibration", () => {
  let current: ReturnType<typeof calibrateLexicalJudge>;
  beforeAll(() => {
    current = calibrateLexicalJudge();
  });

  test("has on record what the judge of today does on the data of today", () => {
    const record: unknown = JSON.parse(readFileSync(new URL("record.json", folder), "utf8"));
    expect(record).toEqual(JSON.parse(JSON.stringify(current.record)));
  });

  test("chose the thresholds of theme and voice on the half that is for choosing", () => {
    const { theme, voice } = lexicalThresholds;
    expect(current.chosen).toEqual({ theme, voice });
  });

  test("shows its results in the README, whatever they are", () => {
    expect(readFileSync(new URL("README.md", folder), "utf8")).toContain(`\n\n${resultsOf(current)}\n\n`);
  });

  test("asks enough of both halves, and for every own voice those of the three other authors", () => {
    const { theme, voice, actionable } = current.record;
    for (const half of ["choose", "measure"] as const) {
      expect(theme[half].tp + theme[half].fn).toBeGreaterThanOrEqual(80);
      expect(theme[half].tn + theme[half].fp).toBeGreaterThanOrEqual(50);
      expect(voice[half].tn + voice[half].fp).toBe(3 * (voice[half].tp + voice[half].fn));
      expect(actionable[half].tp + actionable[half].fn).toBe(actionable[half].tn + actionable[half].fp);
    }
  });

  test("passes no critical case of the self-test", () => {
    expect(current.selfTest.critical).toMatchObject({ right: 26, wrong: [], unscored: [] });
  });
});
