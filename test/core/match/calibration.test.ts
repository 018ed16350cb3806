import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  calibrate,
  chooseThreshold,
  LabelledPair,
  MatcherCalibration,
  type PairSimilarity,
} from "../../../src/core/match/calibration.ts";
import { lexicalSimilarity, lexicalThreshold, lexicalVersion } from "../../../src/core/match/lexical.ts";

const folder = new URL("../../../judges/calibration/lexical-matcher/", import.meta.url);
const subject = { version: 1, pairsHash: "sha256:none" };
const messageAsNumber: PairSimilarity = (finding) => Number(finding.message);

function pair(split: LabelledPair["split"], similarity: number, same: boolean): LabelledPair {
  const bug = { category: "c", description: "d" };
  return { id: "p", split, language: "go", finding: { message: String(similarity) }, bug, same, why: "w" };
}

describe("calibrate", () => {
  test("counts the pairs of measure only, and a similarity at the threshold as same", () => {
    const pairs = [
      pair("measure", 0.5, true),
      pair("measure", 0.49, true),
      pair("measure", 0.9, false),
      pair("measure", 0.1, false),
      pair("measure", 0.2, false),
      pair("choose", 0.9, true),
    ];
    const { measured } = calibrate(pairs, messageAsNumber, 0.5, subject);
    expect(measured).toEqual({ n: 5, accuracy: 3 / 5, tpr: 1 / 2, tnr: 2 / 3, tp: 1, fp: 1, tn: 2, fn: 1 });
  });

  test("a rate without pairs is null and not 0", () => {
    const { measured, intervals } = calibrate([pair("measure", 0.9, true)], messageAsNumber, 0.5, subject);
    expect(measured).toMatchObject({ accuracy: 1, tpr: 1, tnr: null });
    expect(intervals.tnr).toBeNull();
  });

  test("intervals are Wilson's", () => {
    const pairs = Array.from({ length: 20 }, (_, index) => pair("measure", index < 18 ? 1 : 0, true));
    const { tpr } = calibrate(pairs, messageAsNumber, 0.5, subject).intervals;
    expect(tpr?.low).toBeCloseTo(0.698966, 6);
    expect(tpr?.high).toBeCloseTo(0.972134, 6);
  });
});

describe("chooseThreshold", () => {
  test("separates the labels of choose and never sees measure", () => {
    const pairs = [pair("choose", 0.61, true), pair("choose", 0.3, false), pair("measure", 0.1, true)];
    expect(chooseThreshold(pairs, messageAsNumber)).toBe(0.61);
  });

  test("takes the higher of two equally good thresholds", () => {
    const pairs = [pair("choose", 0.2, true), pair("choose", 0.4, false), pair("choose", 0.8, true)];
    const withOther = [...pairs, pair("choose", 0.1, false)];
    expect(chooseThreshold(withOther, messageAsNumber)).toBe(0.8);
  });

  test("needs pairs of both labels", () => {
    expect(() => chooseThreshold([pair("choose", 0.5, true)], messageAsNumber)).toThrow("both labels");
  });
});

describe("the shipped pairs and record", () => {
  const text = readFileSync(new URL("pairs.jsonl", folder), "utf8");
  const pairs = text
    .trim()
    .split("\n")
    .map((line) => LabelledPair.parse(JSON.parse(line)));
  const record = MatcherCalibration.parse(JSON.parse(readFileSync(new URL("record.json", folder), "utf8")));

  test("no pair repeats another's id, finding or bug", () => {
    for (const key of [
      (one: LabelledPair) => one.id,
      (one: LabelledPair) => one.finding.message.toLowerCase(),
      (one: LabelledPair) => one.bug.description.toLowerCase(),
    ]) {
      expect(new Set(pairs.map(key)).size).toBe(pairs.length);
    }
  });

  test("each split has enough pairs of both labels", () => {
    const size = (split: string, same: boolean) =>
      pairs.filter((one) => one.split === split && one.same === same).length;
    expect(Math.min(size("choose", true), size("choose", false))).toBeGreaterThanOrEqual(35);
    expect(Math.min(size("measure", true), size("measure", false))).toBeGreaterThanOrEqual(60);
  });

  test("the matcher uses the threshold that the choose pairs give", () => {
    expect(chooseThreshold(pairs, lexicalSimilarity)).toBe(lexicalThreshold);
  });

  test("the record is what the matcher of today scores on the pairs of today", () => {
    const pairsHash = `sha256:${createHash("sha256").update(text).digest("hex")}`;
    const current = { version: lexicalVersion, pairsHash };
    expect(record).toEqual(calibrate(pairs, lexicalSimilarity, lexicalThreshold, current));
  });
});
