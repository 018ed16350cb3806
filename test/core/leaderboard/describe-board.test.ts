import { describe, expect, it } from "vitest";
import { formatRanks, luckOfTheBest, nameBasis, nameMeasure } from "../../../src/core/leaderboard/describe-board.ts";

describe("words of a leaderboard", () => {
  it("print a rank that is sure as one number, any other as its range", () => {
    expect(formatRanks({ low: 1, high: 1 })).toBe("1");
    expect(formatRanks({ low: 2, high: 5 })).toBe("2–5");
  });

  it("name measures as people call them", () => {
    expect([1, 0.5, 2].map((beta) => nameMeasure({ metric: "detection.f_beta", beta }))).toEqual(["F1", "F.5", "F2"]);
    expect(nameMeasure({ metric: "judge.pass_rate" })).toBe("judge pass rate");
    expect(nameBasis({ counting: "published", judge: "openai:opus@https://api.example/v1" })).toBe(
      "published counting, judge openai:opus",
    );
  });

  it("say how much the best of equals is flattered: of 12 at .40 give or take .04 it shows .465", () => {
    expect(0.4 + luckOfTheBest(12, 0.04)).toBeCloseTo(0.465, 3);
    expect(luckOfTheBest(1, 0.04)).toBe(0);
  });
});
