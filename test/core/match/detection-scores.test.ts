import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Ledger, LedgerBug, LedgerFinding } from "../../../src/core/ledger.ts";
import {
  bugMetricNames,
  countBugs,
  isBugMetric,
  isOpen,
  scoreLedger,
} from "../../../src/core/match/detection-scores.ts";
import type { Finding } from "../../../src/core/review.ts";
import { bugAt, caseOf, findingAt, ledgerOf } from "../../fixtures/cases.ts";

const bug = (more: Partial<LedgerBug> = {}): LedgerBug => ({
  bugId: "b1",
  category: "logic",
  severity: "high",
  state: "missed",
  finding: null,
  theme: false,
  file: false,
  location: false,
  within: { 0: false, 1: false, 3: false, 5: false, 10: false },
  ...more,
});
const found = bug({
  state: "found",
  finding: 0,
  theme: true,
  file: true,
  location: true,
  within: { 0: true, 1: true, 3: true, 5: true, 10: true },
});

const finding = (state: LedgerFinding["state"], more: Partial<LedgerFinding> = {}): LedgerFinding => ({
  state,
  offPlace: false,
  invented: false,
  ...more,
});
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

function scoresOf(ledger: Partial<Ledger>, beta = 1, counting: "one-to-one" | "published" = "one-to-one") {
  const full = { findings: [], bugs: [], places: [], ...ledger };
  const source = caseOf({ bugs: full.bugs.map(() => bugAt(10)) });
  return scoreLedger(source, { findings: full.findings.map(() => findingAt(10)) }, full, beta, counting);
}

const valueOf = (score: unknown) =>
  (score as { numerator: number }).numerator / (score as { denominator: number }).denominator;

describe("F scores", () => {
  const ledger = {
    findings: [...times(86, finding("matched")), ...times(90, finding("unlisted")), ...times(7, finding("duplicate"))],
    bugs: [...times(86, found), ...times(51, bug())],
  };

  test.each([
    [0.5, 0.4948],
    [1, 0.5375],
    [2, 0.5882],
  ])("of TP 86, FP 97, FN 51 with beta %d is %d", (beta, expected) => {
    expect(valueOf(scoresOf(ledger, beta)["detection.f_beta"])).toBeCloseTo(expected, 4);
  });

  test("the F1 does not follow the suite's beta", () => {
    expect(valueOf(scoresOf(ledger, 2)["detection.f1"])).toBeCloseTo(0.5375, 4);
  });

  test("leave out what is undecided or ignored", () => {
    const more = {
      findings: [...ledger.findings, finding("unjudged"), finding("ignored")],
      bugs: [...ledger.bugs, bug({ state: "unjudged" })],
    };
    expect(scoresOf(more)["detection.f1"]).toEqual(scoresOf(ledger)["detection.f1"]);
  });

  test("of one case are those of recall and precision", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.nat(9), fc.nat(9), (hits, extra, missed) => {
        const scores = scoresOf({
          findings: [...times(hits, finding("matched")), ...times(extra, finding("unlisted"))],
          bugs: [...times(hits, found), ...times(missed, bug())],
        });
        const [precision, recall] = [valueOf(scores["detection.precision"]), valueOf(scores["detection.recall"])];
        expect(valueOf(scores["detection.f1"])).toBeCloseTo((2 * precision * recall) / (precision + recall), 12);
      }),
    );
  });
});

describe("precision", () => {
  const ledger = {
    findings: [finding("matched"), finding("duplicate"), finding("unlisted"), finding("ignored"), finding("unjudged")],
    bugs: [found],
  };

  test("counts duplicates as wrong when strict and leaves them out when lenient", () => {
    const scores = scoresOf(ledger);
    expect(scores["detection.precision"]).toEqual({ numerator: 1, denominator: 3 });
    expect(scores["detection.precision_lenient"]).toEqual({ numerator: 1, denominator: 2 });
    expect(scores["detection.duplicates"]).toEqual({ numerator: 1, denominator: 5 });
    expect(scores["detection.precision_macro"]).toEqual({ numerator: 1 / 3, denominator: 1 });
  });

  test("of silence has nothing to count, and its case is null by one convention and 1 by the other", () => {
    const scores = scoresOf({ bugs: [bug()] });
    expect(scores["detection.precision"]).toEqual({ numerator: 0, denominator: 0 });
    expect(scores["detection.precision_macro"]).toEqual({ value: null, reason: "no finding to be precise about" });
    expect(scores["detection.precision_macro_silent_1"]).toEqual({ numerator: 1, denominator: 1 });
    expect(scores["detection.f1"]).toEqual({ numerator: 0, denominator: 1 });
  });
});

describe("macro precision", () => {
  const macroOf = (...states: LedgerFinding["state"][]) => {
    const scores = scoresOf({ findings: states.map((state) => finding(state)), bugs: [bug()] });
    return [scores["detection.precision_macro"], scores["detection.precision_macro_silent_1"]];
  };

  test("of a case whose findings are all undecided is null by both conventions: it was not silent", () => {
    const open = { value: null, reason: "the matcher could decide none of its findings" };
    expect(macroOf("unjudged")).toEqual([open, open]);
    expect(macroOf("unjudged", "ignored")).toEqual([open, open]);
  });

  test("of a case whose findings are all ignored is null by both conventions: it was not silent", () => {
    const ignored = { value: null, reason: "the suite ignores all of its findings" };
    expect(macroOf("ignored", "ignored")).toEqual([ignored, ignored]);
  });

  test("goes by the findings that were decided where there is one", () => {
    expect(macroOf("unlisted", "unjudged")).toEqual(times(2, { numerator: 0, denominator: 1 }));
    expect(macroOf("matched", "ignored")).toEqual(times(2, { numerator: 1, denominator: 1 }));
  });
});

describe("published counting", () => {
  const credited = { ...found, credited: true };
  const alsoCredited = bug({ credited: true });
  const uncredited = bug({ credited: false });

  test("is that of a public leaderboard: TP 86, FP 97, FN 51 give .470, .628 and .538", () => {
    const scores = scoresOf(
      {
        findings: [
          ...times(80, finding("matched")),
          ...times(97, finding("unlisted")),
          ...times(9, finding("duplicate")),
        ],
        bugs: [...times(80, credited), ...times(6, alsoCredited), ...times(51, uncredited)],
      },
      1,
      "published",
    );
    expect(scores["detection.precision_published"]).toEqual({ numerator: 86, denominator: 183 });
    expect(scores["detection.recall_published"]).toEqual({ numerator: 86, denominator: 137 });
    expect(scores["detection.f1_published"]).toEqual({ numerator: 172, denominator: 320 });
    expect(valueOf(scores["detection.precision_published"])).toBeCloseTo(0.47, 3);
    expect(valueOf(scores["detection.recall_published"])).toBeCloseTo(0.628, 3);
    expect(valueOf(scores["detection.f1_published"])).toBeCloseTo(0.5375, 12);
    expect(scores["detection.precision"]).toEqual({ numerator: 80, denominator: 186 });
    expect(scores["detection.recall"]).toEqual({ numerator: 80, denominator: 137 });
  });

  test("takes unlisted findings alone for wrong, and undecided bugs for missed", () => {
    const states = ["matched", "duplicate", "ignored", "unjudged", "unlisted"] as const;
    const scores = scoresOf(
      {
        findings: states.map((state) => finding(state)),
        bugs: [credited, bug({ state: "unjudged", theme: null, credited: false })],
      },
      1,
      "published",
    );
    expect(scores["detection.precision_published"]).toEqual({ numerator: 1, denominator: 2 });
    expect(scores["detection.recall_published"]).toEqual({ numerator: 1, denominator: 2 });
    expect(scores["detection.f1_published"]).toEqual({ numerator: 2, denominator: 4 });
  });

  test("counts the findings of a clean case as wrong, and silence on it as nothing", () => {
    const alarmed = scoresOf({ findings: [finding("unlisted")] }, 1, "published");
    expect(alarmed["detection.precision_published"]).toEqual({ numerator: 0, denominator: 1 });
    expect(alarmed["detection.f1_published"]).toEqual({ numerator: 0, denominator: 1 });
    expect(alarmed).not.toHaveProperty(["detection.recall_published"]);
    expect(scoresOf({}, 1, "published")["detection.f1_published"]).toEqual({ numerator: 0, denominator: 0 });
  });

  test("is scored only where the suite asks for it", () => {
    const names = Object.keys(scoresOf({ findings: [finding("matched")], bugs: [found] }));
    expect(names.filter((name) => name.endsWith("_published"))).toEqual([]);
  });
});

describe("a clean case", () => {
  test("is a false alarm with any finding, and counts each", () => {
    const scores = scoresOf({ findings: [finding("unlisted"), finding("unlisted")] });
    expect(scores["detection.false_alarm_rate"]).toEqual({ numerator: 1, denominator: 1 });
    expect(scores["detection.findings_per_clean_case"]).toEqual({ numerator: 2, denominator: 1 });
    expect(scores["detection.precision"]).toEqual({ numerator: 0, denominator: 2 });
  });

  test("is none with ignored findings only", () => {
    expect(scoresOf({ findings: [finding("ignored")] })["detection.false_alarm_rate"]).toEqual({
      numerator: 0,
      denominator: 1,
    });
  });

  test("has no recall and no macro precision, and a case with bugs has no false alarm", () => {
    const clean = Object.keys(scoresOf({}));
    expect(clean.filter((name) => /recall|macro/.test(name))).toEqual([]);
    expect(Object.keys(scoresOf({ bugs: [bug()] })).filter((name) => /clean|alarm/.test(name))).toEqual([]);
  });
});

describe("invented places", () => {
  test("are counted among findings that name a place", () => {
    const findings = [
      finding("unlisted", { invented: true }),
      finding("unlisted"),
      finding("unlisted", { invented: null }),
    ];
    expect(scoresOf({ findings })["detection.invented_rate"]).toEqual({ numerator: 1, denominator: 2 });
  });
});

describe("severity agreement", () => {
  test("looks at matched findings that give a severity", async () => {
    const source = caseOf({
      bugs: [bugAt(10, { severity: "high" }), bugAt(30, { id: "b2", severity: "low" }), bugAt(60, { id: "b3" })],
    });
    const findings: Finding[] = [
      findingAt(10, "b1", { severity: "high" }),
      findingAt(30, "b2", { severity: "high" }),
      findingAt(60, "b3"),
      findingAt(10, "b1=.1", { severity: "high" }),
    ];
    const scores = scoreLedger(source, { findings }, await ledgerOf(source, findings), 1);
    expect(scores["detection.severity_agreement"]).toEqual({ numerator: 1, denominator: 2 });
  });
});

describe("countBugs", () => {
  test("counts each level of strictness by itself", () => {
    const bugs = [found, bug({ theme: true }), bug({ file: true, location: true }), bug({ file: true }), bug()];
    const counts = [
      "detection.recall",
      "detection.recall_theme",
      "detection.recall_file",
      "detection.recall_location",
    ] as const;
    expect(counts.map((name) => countBugs(name, bugs))).toEqual(
      [1, 2, 3, 2].map((numerator) => ({ numerator, denominator: 5 })),
    );
  });

  test.each([0, 1, 3, 5, 10] as const)("recall_at_%d reads that tolerance", (lines) => {
    const bugs = [bug({ within: { ...bug().within, [lines]: true } }), bug()];
    const counts = bugMetricNames
      .filter((name) => name.includes("_at_"))
      .map((name) => [name, countBugs(name, bugs).numerator]);
    expect(Object.fromEntries(counts)).toMatchObject({ [`detection.recall_at_${lines}`]: 1 });
    expect(counts.filter(([, numerator]) => numerator === 1)).toHaveLength(1);
  });

  test("leaves an unjudged bug out where it was not found, and never out of file and location", () => {
    const open = { 0: false, 1: false, 3: null, 5: null, 10: null };
    const bugs = [found, bug({ state: "unjudged", theme: null, within: open })];
    expect(countBugs("detection.recall", bugs)).toEqual({ numerator: 1, denominator: 1 });
    expect(countBugs("detection.recall_at_0", bugs)).toEqual({ numerator: 1, denominator: 2 });
    expect(countBugs("detection.recall_theme", bugs)).toEqual({ numerator: 1, denominator: 1 });
    expect(countBugs("detection.recall_at_10", bugs)).toEqual({ numerator: 1, denominator: 1 });
    expect(countBugs("detection.recall_location", bugs)).toEqual({ numerator: 1, denominator: 2 });
    expect(countBugs("detection.recall_theme", [bug({ state: "unjudged", theme: true })])).toEqual({
      numerator: 1,
      denominator: 1,
    });
  });

  test("can count what is open as missed or as found, and then leaves nothing out but what has no place", () => {
    const bugs = [found, bug(), bug({ theme: null }), bug({ file: null, location: null })];
    expect(countBugs("detection.recall_theme", bugs)).toEqual({ numerator: 1, denominator: 3 });
    expect(countBugs("detection.recall_theme", bugs, "low")).toEqual({ numerator: 1, denominator: 4 });
    expect(countBugs("detection.recall_theme", bugs, "high")).toEqual({ numerator: 2, denominator: 4 });
    for (const openAs of ["low", "high"] as const)
      expect(countBugs("detection.recall_file", bugs, openAs)).toEqual({ numerator: 1, denominator: 3 });
  });

  test("of no bug is nothing of nothing", () => {
    expect(countBugs("detection.recall", [])).toEqual({ numerator: 0, denominator: 0 });
  });
});

describe("an open question", () => {
  test("is that of the metrics alone that it could turn", () => {
    const away = bug({ theme: null, within: { ...bug().within, 10: null } });
    expect(bugMetricNames.filter((name) => isOpen(name, away))).toEqual([
      "detection.recall_theme",
      "detection.recall_at_10",
    ]);
    expect(isOpen("detection.recall", bug({ state: "unjudged" }))).toBe(true);
  });

  test("is none where a bug was found or missed for sure, or where its place is not known", () => {
    for (const one of [found, bug(), bug({ file: null, location: null })])
      expect(bugMetricNames.filter((name) => name !== "detection.recall_published" && isOpen(name, one))).toEqual([]);
  });

  test("of published recall is an undecided bug, though it counts as missed", () => {
    const undecided = bug({ state: "unjudged", credited: false });
    expect(isOpen("detection.recall_published", undecided)).toBe(true);
    expect(countBugs("detection.recall_published", [undecided])).toEqual({ numerator: 0, denominator: 1 });
    expect(countBugs("detection.recall_published", [undecided], "high")).toEqual({ numerator: 1, denominator: 1 });
    expect(isOpen("detection.recall_published", bug({ credited: false }))).toBe(false);
    expect(isOpen("detection.recall_published", bug({ state: "unjudged", credited: true }))).toBe(false);
  });
});

test("recall counts bugs and precision does not", () => {
  expect(isBugMetric("detection.recall_file")).toBe(true);
  expect(isBugMetric("detection.precision")).toBe(false);
});
