import fc from "fast-check";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { describe, expect, it } from "vitest";
import {
  consensusOf,
  flipRate,
  medianOfRuns,
  medianPass,
  panelOf,
  passesOfRuns,
  passOfRun,
  passRate,
  type Passes,
  type Verdicts,
} from "../../../src/core/judge/aggregate.ts";

const required = ["theme", "voice"];
const said = (theme: Verdicts[string], voice: Verdicts[string] = "pass"): Verdicts => ({ theme, voice });
const passes = (text: string): Passes => Array.from(text, (mark) => (mark === "?" ? null : mark === "+"));

const outcome = fc.constantFrom("pass", "fail", "unknown");
const run = fc.option(fc.record({ theme: outcome, voice: outcome, optional: outcome }), { freq: 6 });
const runsOf = (k: number) => fc.array(run, { minLength: k, maxLength: k });
const odd = fc.constantFrom(1, 3, 5);
const casesOfRuns = odd.chain((k) => fc.array(runsOf(k), { maxLength: 8 }));

describe("passOfRun", () => {
  it("passes where all required axes pass, whatever the others say", () => {
    expect(passOfRun({ ...said("pass"), optional: "fail" }, required)).toBe(true);
    expect(passOfRun({ ...said("pass"), optional: "unknown" }, required)).toBe(true);
    expect(passOfRun(said("pass", "fail"), required)).toBe(false);
  });

  it("is unscored without a verdict and where a required axis is unknown, even beside one that failed", () => {
    expect(passOfRun(null, required)).toBeNull();
    expect(passOfRun(said("pass", "unknown"), required)).toBeNull();
    expect(passOfRun(said("fail", "unknown"), required)).toBeNull();
  });

  it("never makes up an axis: one that is missing is an error, and so is asking for none", () => {
    expect(() => passOfRun({ theme: "pass" }, required)).toThrow("expected the axis voice, got theme");
    expect(() => passOfRun({}, required)).toThrow("expected the axis theme, got none");
    expect(() => passOfRun(said("pass"), [])).toThrow("expected at least one");
  });
});

describe("medianPass", () => {
  it.each([
    ["+", true],
    ["-", false],
    ["++-", true],
    ["+--", false],
    ["++???", null],
    ["++-??", true],
    ["+-?", null],
    ["+?", null],
    ["?", null],
    ["", null],
  ])("of %s is %s", (text, median) => {
    expect(medianPass(passes(text))).toBe(median);
  });
});

describe("medianOfRuns", () => {
  it("is the median of the pass rates of the runs, not the pass rate of the medians", () => {
    const cases = ["++-", "+-+", "-++", "---"].map(passes);
    expect(medianOfRuns(cases)).toEqual({
      value: 0.5,
      rates: [0.5, 0.5, 0.5],
      spread: 0,
      medianRun: 0,
      scored: 4,
      unscored: 0,
    });
    expect(passRate(cases.map(medianPass))).toBe(0.75);
  });

  it("names the run whose rate is the median and how far the runs lie apart", () => {
    const summary = medianOfRuns(["++-", "+--", "++-", "++-"].map(passes));
    expect(summary).toMatchObject({ value: 0.75, rates: [1, 0.75, 0], spread: 1, medianRun: 1 });
  });

  it("leaves a case out of the run in which it is unscored, and out of all where it is in most", () => {
    const summary = medianOfRuns(["+++", "-?-", "??-"].map(passes));
    expect(summary).toMatchObject({ value: 0.5, rates: [0.5, 1, 0.5], scored: 2, unscored: 1 });
  });

  it("counts a run that a case lacks as unscored there", () => {
    expect(medianOfRuns(["+++", "-"].map(passes))).toEqual(medianOfRuns(["+++", "-??"].map(passes)));
  });

  it("lies between two runs where a run has nothing scored", () => {
    const summary = medianOfRuns(["+-?", "++?"].map(passes));
    expect(summary).toMatchObject({ value: 0.75, rates: [1, 0.5, null], spread: 0.5, medianRun: null });
  });

  it("has no value where nothing is scored", () => {
    const nothing = { value: null, spread: null, medianRun: null, scored: 0 };
    expect(medianOfRuns([])).toMatchObject({ ...nothing, rates: [], unscored: 0 });
    expect(medianOfRuns([passes("???")])).toMatchObject({ ...nothing, rates: [null, null, null], unscored: 1 });
  });

  it("depends neither on the order of cases nor of runs", () => {
    fc.assert(
      fc.property(casesOfRuns, (cases) => {
        const given = cases.map((runs) => passesOfRuns(runs, required));
        const summary = medianOfRuns(given);
        expect(medianOfRuns(given.toReversed())).toEqual(summary);
        const { value, spread, rates } = medianOfRuns(given.map((one) => [...one.slice(1), ...one.slice(0, 1)]));
        expect({ value, spread }).toEqual({ value: summary.value, spread: summary.spread });
        expect(rates).toEqual([...summary.rates.slice(1), ...summary.rates.slice(0, 1)]);
      }),
    );
  });

  it("with one run is that run's pass rate", () => {
    fc.assert(
      fc.property(fc.array(runsOf(1)), (cases) => {
        const given = cases.map((runs) => passesOfRuns(runs, required));
        const rate = passRate(given.flat());
        expect(medianOfRuns(given)).toMatchObject({ value: rate, spread: rate === null ? null : 0 });
      }),
    );
  });

  it("lies between the lowest and the highest rate", () => {
    fc.assert(
      fc.property(casesOfRuns, (cases) => {
        const { value, rates, spread } = medianOfRuns(cases.map((runs) => passesOfRuns(runs, required)));
        const known = rates.filter((rate) => rate !== null);
        expect(value === null).toBe(known.length === 0);
        expect(value ?? Infinity).toBeGreaterThanOrEqual(Math.min(...known));
        expect(value ?? -Infinity).toBeLessThanOrEqual(Math.max(...known));
        expect(spread).toBe(value === null ? null : Math.max(...known) - Math.min(...known));
      }),
    );
  });
});

describe("consensusOf", () => {
  it("takes what most runs say, axis by axis", () => {
    const runs = [said("pass", "fail"), said("fail", "pass"), said("pass", "pass")];
    expect(consensusOf(runs, required)).toEqual(said("pass", "pass"));
  });

  it("can pass a case that no run passed", () => {
    const three = ["theme", "voice", "actionable"];
    const runs = three.map((axis): Verdicts => ({ theme: "pass", voice: "pass", actionable: "pass", [axis]: "fail" }));
    expect(runs.map((one) => passOfRun(one, three))).toEqual([false, false, false]);
    expect(passOfRun(consensusOf(runs, three), three)).toBe(true);
  });

  it("is null where most runs are unscored, though they may know single axes", () => {
    expect(consensusOf([null, null, said("pass")], required)).toBeNull();
    expect(consensusOf([said("pass", "unknown"), said("unknown"), said("pass")], required)).toBeNull();
    expect(consensusOf([], required)).toBeNull();
  });

  it("does not know an axis on which the scored runs are at a tie", () => {
    expect(consensusOf([said("pass"), said("fail"), null], required)).toEqual(said("unknown"));
  });

  it("keeps axes that are not required, unknown where most runs do not know them", () => {
    const runs = [
      { ...said("pass"), optional: "fail" },
      { ...said("pass"), optional: "unknown" },
      said("pass"),
    ] satisfies Verdicts[];
    expect(consensusOf(runs, required)).toEqual({ ...said("pass"), optional: "unknown" });
  });

  it("does not depend on the order of runs, and with one run is that run where it is scored", () => {
    fc.assert(
      fc.property(odd.chain(runsOf), (runs) => {
        expect(consensusOf(runs.toReversed(), required)).toEqual(consensusOf(runs, required));
        const [first = null] = runs;
        const alone = passOfRun(first, required) === null ? null : first;
        expect(consensusOf([first], required)).toEqual(alone);
      }),
    );
  });

  it("of one axis passes exactly where the median of the runs does", () => {
    fc.assert(
      fc.property(odd.chain(runsOf), (runs) => {
        const median = medianPass(passesOfRuns(runs, ["theme"]));
        expect(passOfRun(consensusOf(runs, ["theme"]), ["theme"])).toBe(median);
      }),
    );
  });
});

describe("flipRate", () => {
  it("is the share of cases with a pass and a fail, of those that two runs scored", () => {
    expect(flipRate(["+++", "+-+", "---", "+-?", "-??", "???"].map(passes))).toBe(0.5);
  });

  it("is null with one run: nothing could flip", () => {
    expect(flipRate(["+", "-"].map(passes))).toBeNull();
  });
});

describe("panelOf", () => {
  it("gives each case to the majority and tells how often the judges differ", () => {
    const panel = panelOf(["++--?", "+-+-?", "+++--"].map(passes));
    expect(panel.passes).toEqual(passes("+++-?"));
    expect(panel.disagreement).toBe(0.5);
  });

  it("of two judges who differ has no majority", () => {
    expect(panelOf(["+-", "--"].map(passes))).toEqual({ passes: [null, false], disagreement: 0.5 });
  });

  it("of one judge is that judge, and of none is nothing", () => {
    expect(panelOf([passes("+-?")])).toEqual({ passes: passes("+-?"), disagreement: null });
    expect(panelOf([])).toEqual({ passes: [], disagreement: null });
  });

  it("does not depend on the order of the judges", () => {
    const judge = fc.array(fc.constantFrom(true, false, null), { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(judge, { maxLength: 5 }), (judges) => {
        expect(panelOf(judges.toReversed())).toEqual(panelOf(judges));
      }),
    );
  });

  it("refuses judges of different numbers of cases", () => {
    expect(() => panelOf(["++", "+"].map(passes))).toThrow("expected judges of the same cases, got 2, 1");
  });
});

describe("what several runs estimate", () => {
  const axis = ["theme"];
  const verdict = (pass: boolean): Verdicts => ({ theme: pass ? "pass" : "fail" });
  /** The chance that the consensus passes, over all that the runs can say. */
  const consensusChance = (chance: number, k: number) => {
    let total = 0;
    for (let bits = 0; bits < 2 ** k; bits++) {
      const outcomes = Array.from({ length: k }, (_, index) => Math.floor(bits / 2 ** index) % 2 === 1);
      const weight = outcomes.reduce((product, pass) => product * (pass ? chance : 1 - chance), 1);
      if (passOfRun(consensusOf(outcomes.map(verdict), axis), axis) === true) total += weight;
    }
    return total;
  };

  it.each([
    [0.6, 1, 0.6],
    [0.6, 3, 0.648],
    [0.7, 1, 0.7],
    [0.7, 3, 0.784],
    [0.7, 5, 0.837],
  ])("by consensus makes of the chance %f with %i runs %f", (chance, k, expected) => {
    expect(consensusChance(chance, k)).toBeCloseTo(expected, 3);
  });

  it.each([
    [3, 0.784],
    [5, 0.837],
  ])("the median of %i runs stays at .70 where their consensus is at %f", (k, consensus) => {
    const generator = xoroshiro128plus(k);
    const passesNow = () => (generator.next() >>> 0) / 2 ** 32 < 0.7;
    const cases = Array.from({ length: 20_000 }, () => Array.from({ length: k }, () => verdict(passesNow())));
    const { value, spread } = medianOfRuns(cases.map((runs) => passesOfRuns(runs, axis)));
    expect(Math.abs((value ?? 0) - 0.7)).toBeLessThan(0.01);
    expect(spread).toBeLessThan(0.02);
    const byConsensus = passRate(cases.map((runs) => passOfRun(consensusOf(runs, axis), axis)));
    expect(Math.abs((byConsensus ?? 0) - consensus)).toBeLessThan(0.01);
  });
});
