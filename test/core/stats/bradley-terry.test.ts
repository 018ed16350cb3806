import { describe, expect, it } from "vitest";
import { bradleyTerry } from "../../../src/core/stats/bradley-terry.ts";

/** Wins of the American League's Eastern division in 1987: Mil, Det, Tor, NY, Bos, Cle, Bal (Agresti 2002, 10.6). */
const baseball = [
  [0, 7, 9, 7, 7, 9, 11],
  [6, 0, 7, 5, 11, 9, 9],
  [4, 6, 0, 7, 7, 8, 12],
  [6, 8, 6, 0, 6, 7, 10],
  [6, 2, 6, 7, 0, 7, 12],
  [4, 4, 5, 6, 6, 0, 6],
  [2, 4, 1, 3, 1, 7, 0],
];

describe("Bradley and Terry's strengths", () => {
  it("are the published ones of a season of baseball, with their errors", () => {
    const strengths = bradleyTerry(baseball) ?? [];
    const close = (values: number[], expected: number[]) =>
      expected.forEach((value, index) => expect(values[index]).toBeCloseTo(value, 3));
    close(
      strengths.map((one) => one.strength),
      [1.5814, 1.4364, 1.2945, 1.2476, 1.1077, 0.6839, 0],
    );
    close(
      strengths.map((one) => one.se),
      [0.3433, 0.3396, 0.3367, 0.3359, 0.3339, 0.3319, 0],
    );
  });

  it("of two are the log of the odds", () => {
    const [first] =
      bradleyTerry([
        [0, 30],
        [10, 0],
      ]) ?? [];
    expect(first?.strength).toBeCloseTo(Math.log(3), 9);
    expect(first?.se).toBeCloseTo(Math.sqrt(1 / 30 + 1 / 10), 9);
  });

  it("do not exist for one that always won, nor for those that never met", () => {
    const always = [
      [0, 3, 2],
      [0, 0, 4],
      [0, 1, 0],
    ];
    const apart = [
      [0, 1, 0, 0],
      [1, 0, 0, 0],
      [0, 0, 0, 1],
      [0, 0, 1, 0],
    ];
    expect(bradleyTerry(always)).toBeNull();
    expect(bradleyTerry(apart)).toBeNull();
    expect(bradleyTerry([])).toBeNull();
  });

  it("ask for a square table", () => {
    expect(() => bradleyTerry([[0, 1]])).toThrow("expected a square table");
  });
});
