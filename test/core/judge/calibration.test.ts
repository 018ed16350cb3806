import { describe, expect, it } from "vitest";
import {
  type AxisAgreement,
  axisReadsAs,
  JudgeCalibration,
  judgeErrorOf,
  type JudgeSetup,
  readsAs,
  updateCalibration,
  type WantedJudge,
} from "../../../src/core/judge/calibration.ts";
import { compareWithPeople } from "../../../src/core/judge/compare.ts";

const setup: JudgeSetup = {
  judge: "openai m http://h/v1",
  rubric: { name: "review", hash: "aa" },
  runs: 3,
  temperature: 0,
  maxTokens: 1024,
};
const wanted: WantedJudge = {
  ref: "openai:m@http://h/v1",
  setup,
  judges: "review",
  floor: { tpr: 0.8, tnr: 0.85, selfTest: 0.9 },
  words: "review --judge openai:m@http://h/v1",
  program: "nitbench",
};
const news = { ref: wanted.ref, madeAt: "2026-01-02T03:04:05.000Z" };
const held = {
  critical: { n: 26, failed: 26 },
  negatives: { n: 36, failed: 35 },
  positives: { n: 24, passed: 22 },
  holds: true,
};

/** What a judge that decided so agrees with people: as many right and wrong passes, right and wrong fails. */
function agreement(tp: number, fn: number, tn: number, fp: number): AxisAgreement {
  const said = (person: boolean, judge: "pass" | "fail", times: number) =>
    Array.from({ length: times }, () => ({
      people: { pass: person },
      judged: [{ axes: { pass: judge }, pass: judge === "pass", evidence: "", reasoning: "" }],
    }));
  const reviews = [
    ...said(true, "pass", tp),
    ...said(true, "fail", fn),
    ...said(false, "fail", tn),
    ...said(false, "pass", fp),
  ];
  const found = compareWithPeople(reviews, [{ name: "pass", required: true }], "ines")["pass"];
  if (found === undefined) throw new Error("no labels");
  return found;
}

const record = (more: Partial<Pick<JudgeCalibration, "selfTest" | "axes">>, of: JudgeSetup = setup) =>
  updateCalibration(null, of, { ...news, ...more });
const good = record({ selfTest: held, axes: { pass: agreement(45, 5, 46, 4) } });
const test = "nitbench judge test review --judge openai:m@http://h/v1";
const calibrate =
  "nitbench judge calibrate review --judge openai:m@http://h/v1 --against LABELS.jsonl --dataset DATASET";

describe("readsAs", () => {
  it("lets a judge gate that held the self-test and reaches the floor", () => {
    expect(readsAs(good, wanted)).toBeNull();
  });

  it.each([
    ["nothing is known", null, "nothing is known of it as a judge by the rubric review", test],
    [
      "another rubric",
      record({ selfTest: held }, { ...setup, rubric: { name: "review", hash: "bb" } }),
      "it was calibrated with another version of the rubric review",
      test,
    ],
    [
      "other runs",
      record({ selfTest: held }, { ...setup, runs: 1 }),
      "it was calibrated with runs 1, and is asked with 3 here",
      test,
    ],
    [
      "other parameters",
      record({ selfTest: held }, { ...setup, temperature: 0.7 }),
      "it was calibrated with temperature 0.7, and is asked with 0 here",
      test,
    ],
    ["no self-test", record({ axes: good.axes }), "it has not taken the self-test of the rubric review", test],
    [
      "single axes only",
      record({ selfTest: held, axes: { theme: agreement(45, 5, 46, 4) } }),
      "it was not compared with people on all required axes of the rubric review",
      calibrate,
    ],
    [
      "no fail of people",
      record({ selfTest: held, axes: { pass: agreement(40, 2, 0, 0) } }),
      "people's labels hold no fail, so nobody knows what it makes of one",
      calibrate,
    ],
    [
      "a judge by chance",
      record({ selfTest: held, axes: { pass: agreement(30, 20, 20, 30) } }),
      "with TPR .60 and TNR .40 against people it is no better than chance",
      calibrate,
    ],
    [
      "three labels of each",
      record({ selfTest: held, axes: { pass: agreement(3, 0, 3, 0) } }),
      "3 passes and 3 fails of people are too few to rest a gate on (label 25 of each at least)",
      calibrate,
    ],
    [
      "24 fails",
      record({ selfTest: held, axes: { pass: agreement(200, 0, 24, 0) } }),
      "200 passes and 24 fails of people are too few to rest a gate on (label 25 of each at least)",
      calibrate,
    ],
    [
      "few labels and a missed floor, which more labels would not mend",
      record({ selfTest: held, axes: { pass: agreement(10, 10, 20, 0) } }),
      "with TPR .50 and TNR 1.00 against people it is below the floor of the rubric review, TPR .80",
      calibrate,
    ],
    [
      "reviews left open",
      record({ selfTest: held, axes: { pass: { ...agreement(45, 5, 46, 4), unscored: 3 } } }),
      "it left 3 of 103 labelled reviews open, more than 2 %",
      calibrate,
    ],
    [
      "a TNR below the floor",
      record({ selfTest: held, axes: { pass: agreement(45, 5, 40, 10) } }),
      "with TPR .90 and TNR .80 against people it is below the floor of the rubric review, TNR .85",
      calibrate,
    ],
    [
      "a TPR that looks like the floor",
      record({ selfTest: held, axes: { pass: agreement(797, 203, 46, 4) } }),
      "with TPR .797 and TNR .92 against people it is below the floor of the rubric review, TPR .80",
      calibrate,
    ],
  ])("says in one line why it may not, and what to run: %s", (_, given, reason, command) => {
    expect(readsAs(given, wanted)).toBe(`openai:m@http://h/v1 informs and decides nothing: ${reason}; run ${command}`);
  });

  it("lets a judge gate on the fewest labels, and with the share open that a run's budget allows", () => {
    expect(readsAs(record({ selfTest: held, axes: { pass: agreement(25, 0, 25, 0) } }), wanted)).toBeNull();
    const open = { ...agreement(49, 0, 49, 0), unscored: 2 };
    expect(readsAs(record({ selfTest: held, axes: { pass: open } }), wanted)).toBeNull();
  });

  it("asks of a single axis what it asks of all together", () => {
    const axes = { ...good.axes, theme: agreement(45, 5, 30, 20), voice: agreement(45, 5, 46, 4) };
    const known = record({ selfTest: held, axes });
    expect(axisReadsAs(known, wanted, "voice")).toBeNull();
    const head = "openai:m@http://h/v1 decides nothing by";
    expect(axisReadsAs(known, wanted, "theme")).toBe(
      `${head} theme alone: with TPR .90 and TNR .60 against people it is below the floor of the rubric review, TNR .85; run ${calibrate}`,
    );
    expect(axisReadsAs(known, wanted, "actionable")).toBe(
      `${head} actionable alone: it was not compared with people on the axis actionable of the rubric review; run ${calibrate}`,
    );
  });

  it("says of a judge that failed the self-test what failed, and what to change rather than to run again", () => {
    const failed = record({ selfTest: { ...held, critical: { n: 26, failed: 24 }, holds: false }, axes: good.axes });
    expect(readsAs(failed, wanted)).toBe(
      "openai:m@http://h/v1 informs and decides nothing: it failed the self-test (24 of 26 critical cases failed, " +
        "where a judge must fail all; 35 of 36 other negatives failed; 22 of 24 positives passed); " +
        `name another judge model or make the rubric clearer (each case: ${test})`,
    );
  });

  it("does not call a self-test failed of which cases were left unscored", () => {
    const open = record({ selfTest: { ...held, holds: false, undecided: 2 }, axes: good.axes });
    expect(readsAs(open, wanted)).toBe(
      `openai:m@http://h/v1 informs and decides nothing: its self-test is undecided, 2 of its cases being unscored; run ${test}`,
    );
  });

  it("asks the same of a judge of pairs, whose labels are those of bc-bench", () => {
    const pairs = { ...wanted, judges: "pair" as const };
    expect(readsAs(good, pairs)).toBeNull();
    expect(readsAs(record({ axes: good.axes }), pairs)).toMatch(
      /has not taken the self-test .*run nitbench judge test /,
    );
    expect(readsAs(null, pairs)).toMatch(/run nitbench judge test \S+ --judge \S+$/);
    expect(readsAs(record({ selfTest: held }), pairs)).toMatch(
      /run nitbench judge calibrate review --judge \S+ --against bc-bench$/,
    );
  });
});

describe("updateCalibration", () => {
  it("keeps what was known beside what is new, axis by axis, and names all sources", () => {
    const theme = { ...agreement(30, 3, 30, 3), source: "crscore" };
    const later = updateCalibration(good, setup, { ...news, madeAt: "2027-01-01T00:00:00.000Z", axes: { theme } });
    expect(later).toEqual({
      ...good,
      madeAt: "2027-01-01T00:00:00.000Z",
      source: "ines; crscore",
      axes: { pass: good.axes["pass"], theme },
    });
    expect(JudgeCalibration.parse(JSON.parse(JSON.stringify(later)))).toEqual(later);
  });

  it("has no source before the first label", () => {
    expect(record({ selfTest: held })).toMatchObject({ source: null, axes: {}, selfTest: held });
  });
});

describe("judgeErrorOf", () => {
  const errorOf = (calibration: JudgeCalibration | null) => judgeErrorOf({ informsBecause: null, calibration });

  it("is the composite's TPR and TNR with the number of people's passes and fails", () => {
    expect(errorOf(good)).toEqual({ tpr: { value: 0.9, n: 50 }, tnr: { value: 0.92, n: 50 } });
  });

  it("is not known without a record, the composite, or one kind of label", () => {
    expect(errorOf(null)).toBeNull();
    expect(errorOf(record({ axes: { theme: agreement(9, 1, 9, 1) } }))).toBeNull();
    expect(errorOf(record({ axes: { pass: agreement(9, 1, 0, 0) } }))).toBeNull();
  });

  it("is the reason where the judge may not gate, however good its figures look", () => {
    expect(judgeErrorOf({ informsBecause: "j failed the self-test", calibration: good })).toBe(
      "not corrected: j failed the self-test",
    );
  });
});
