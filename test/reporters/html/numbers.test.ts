import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assignMarks } from "../../../src/reporters/html/marks.ts";
import {
  metricLabel,
  rowOrder,
  showBeside,
  showInterval,
  showThreshold,
  unitsOf,
} from "../../../src/reporters/html/numbers.ts";
import { makeRun } from "../../fixtures/run-data.ts";

describe("a value beside the threshold of its gate", () => {
  it.each([
    [0.847, 0.85, ".847"],
    [0.8499, 0.85, ".8499"],
    [0.41, 0.85, ".41"],
    [0.85, 0.85, ".85"],
    [1, 0.999, "1.000"],
    [0.9996, 1, ".9996"],
  ])("shows %d beside %d as %s", (value, threshold, shown) => {
    expect(showBeside(value, [threshold], "rate")).toBe(shown);
  });

  it("shows tenths of a millisecond only where they are needed", () => {
    expect(showBeside(800.4, [800], "ms")).toBe("800.4");
    expect(showBeside(812.4, [800], "ms")).toBe("812");
  });

  it("never looks as if it were on the other side of the threshold", () => {
    const rates = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(rates, fc.integer({ min: 0, max: 100 }), (value, percent) => {
        const threshold = percent / 100;
        const shown = Number(showBeside(value, [threshold], "rate"));
        expect(value < threshold ? shown <= threshold : shown >= threshold).toBe(true);
      }),
    );
  });

  it("leaves no digit of the threshold out", () => {
    expect([0.3, 0.85, 0.925, 1].map((threshold) => showThreshold(threshold, "rate"))).toEqual([
      ".30",
      ".85",
      ".925",
      "1.00",
    ]);
  });
});

describe("what a metric counts", () => {
  it("is said in the plural, and is cases where nothing is known", () => {
    const recall = makeRun().report.reviewers[0]?.metrics["detection.recall"];
    expect(unitsOf(undefined, recall)).toBe("bugs");
    expect(unitsOf(undefined)).toBe("cases");
  });
});

describe("the order of reviewers", () => {
  const { reviewers } = makeRun({ measured: 10 }).report;
  const oracle = { ...reviewers.find((one) => one.provider === "ceiling") };

  it("puts what is measured first, even a ceiling, and never a yardstick among the company", () => {
    const asked = reviewers.map((one) => (one.id === oracle.id ? { ...one, role: "measured" as const } : one));
    const { measured, company, yardsticks } = rowOrder(asked);
    expect(measured.map((one) => one.id)).toContain("ceiling:oracle");
    expect(company.map((one) => one.id)).toEqual(["static:"]);
    expect(yardsticks.map((one) => one.provider)).toEqual(["floor", "floor"]);
  });

  it("gives full hues to the measured only, each its own mark", () => {
    const marks = assignMarks(reviewers);
    const looks = (role: string) =>
      reviewers
        .filter((one) => one.role === role)
        .map((one) => `${marks.get(one.id)?.hue} ${marks.get(one.id)?.shape}`);
    expect(looks("measured").every((look) => /^hue-\d /.test(look))).toBe(true);
    expect(new Set(looks("measured")).size).toBe(10);
    expect(looks("company").some((look) => /^hue-\d /.test(look))).toBe(false);
    expect(marks.get("static:")?.hue).toBe("hue-muted-0");
  });
});

describe("an interval", () => {
  it.each([
    [0.44, 0.66, "rate", ".44–.66"],
    [0.9712, 0.9988, "rate", ".97–.999"],
    [0.0004, 0.03, "rate", "<.001–.03"],
    [0, 1, "rate", ".00–1.00"],
    [0.996, 1.2, "count", "1.00–1.20"],
    [null, 0.5, "rate", ""],
    [0.5, null, "rate", ""],
  ] as const)("from %s to %s as a %s is %s", (low, high, unit, shown) => {
    expect(showInterval({ low, high, unit })).toBe(shown);
  });
});

it("a metric is called by a short name that says what it is about", () => {
  expect(metricLabel("safety.pass_rate")).toBe("safety");
});
