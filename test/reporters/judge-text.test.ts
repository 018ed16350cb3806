import { describe, expect, it } from "vitest";
import { compareWithPeople } from "../../src/core/judge/compare.ts";
import { SelfTestReview, selfTestOutcome } from "../../src/core/judge/self-test.ts";
import { renderAgreement, renderSelfTest, renderSpent, type WrongCase } from "../../src/reporters/judge-text.ts";

const caseOf = (id: string, kind: "positive" | "negative", isCritical = false) =>
  SelfTestReview.parse({
    id,
    kind,
    isCritical,
    ...(kind === "negative" ? { fails: ["theme"] } : {}),
    why: "w",
    diff: "d",
    reference: "r",
    norm: ["n"],
    candidate: "c",
  });

describe("renderSelfTest", () => {
  const cases = [
    caseOf("lgtm", "negative", true),
    caseOf("vague", "negative"),
    caseOf("right", "positive"),
    caseOf("other", "positive"),
  ];
  const verdicts = new Map([
    ["lgtm", true],
    ["vague", false],
    ["right", false],
    ["other", null],
  ]);
  const wrong: WrongCase[] = [
    { id: "lgtm", kind: "negative", isCritical: true, passes: 2, fails: 1, runs: 3, unscored: null, why: "Approval." },
    {
      id: "right",
      kind: "positive",
      isCritical: false,
      passes: 1,
      fails: 2,
      runs: 3,
      unscored: null,
      why: "The same bug.",
    },
    {
      id: "other",
      kind: "positive",
      isCritical: false,
      passes: 0,
      fails: 0,
      runs: 1,
      unscored: "no verdict",
      why: "The same too.",
    },
  ];

  it("counts every kind with its bounds, and tells each wrong case with why it is there", () => {
    expect(renderSelfTest(selfTestOutcome(cases, verdicts, 0.9), wrong)).toBe(
      [
        "what                           n  right  unscored  exact bounds, 95 % each",
        "critical, failed in every run  1      0         0                [.00 .95]",
        "other negatives, failed        1      1         0               [.05 1.00]",
        "positives, passed              2      0         1                [.00 .95]",
        "the last two together          3      1         1                [.03 .97]",
        "",
        "not right:",
        "  lgtm (critical): passed in 2 of 3 runs. Approval.",
        "  right (positive): failed in 2 of 3 runs. The same bug.",
        "  other (positive): unscored, no verdict. The same too.",
      ].join("\n"),
    );
  });

  it("tells the first eight wrong cases, the critical ones before the others, and how to see all", () => {
    const [critical, other] = wrong;
    if (critical === undefined || other === undefined) throw new Error("no cases");
    const many = [...Array.from({ length: 9 }, (_, index) => ({ ...other, id: `n${index}` })), critical];
    const told = renderSelfTest(selfTestOutcome(cases, verdicts, 0.9), many)
      .split("not right:\n")[1]
      ?.split("\n");
    expect(told?.[0]).toMatch(/^ {2}lgtm \(critical\)/);
    expect(told?.slice(7)).toEqual([
      "  n6 (positive): failed in 2 of 3 runs. The same bug.",
      "  and 2 more (--json has all of them)",
    ]);
  });

  it("is the table alone where all is right", () => {
    const right = new Map(cases.map(({ id, kind }) => [id, kind === "positive"]));
    expect(renderSelfTest(selfTestOutcome(cases, right, 0.9), [])).not.toContain("not right");
  });
});

describe("renderAgreement", () => {
  const judged = (pass: boolean | null) => [
    {
      axes: { theme: pass === null ? ("unknown" as const) : pass ? ("pass" as const) : ("fail" as const) },
      pass,
      evidence: "",
      reasoning: "",
    },
  ];

  it("has a row for each axis: rates with intervals and n, coefficients, and how people agree", () => {
    const said: [boolean, boolean | null][] = [
      [true, true],
      [true, true],
      [true, false],
      [false, false],
      [false, null],
    ];
    const axes = compareWithPeople(
      said.map(([person, judge]) => ({ people: { theme: person }, judged: judged(judge) })),
      [
        { name: "theme", required: true },
        { name: "voice", required: true },
      ],
      "",
    );
    const [head, row, ...rest] = renderAgreement(axes, { theme: 0.714 }).split("\n");
    expect(head?.split(/ {2,}/)).toEqual([
      "axis",
      "n",
      "unscored",
      "TPR",
      "TNR",
      "kappa",
      "quadratic",
      "AC1",
      "alpha of runs",
      "alpha of people",
    ]);
    expect(row?.split(/ {2,}/)).toEqual([
      "theme",
      "4",
      "1",
      ".67 [.21 .94] of 3",
      "1.00 [.21 1.00] of 1",
      ".50",
      ".44",
      ".53",
      "–",
      ".71",
    ]);
    expect(rest).toEqual([]);
  });
});

it("what asking took is told, or that nothing was asked", () => {
  expect(renderSpent({ calls: 1, tokensIn: 100, tokensOut: 20 })).toBe("1 question asked, 100 tokens in, 20 out");
  expect(renderSpent({ calls: 0, tokensIn: 0, tokensOut: 0 })).toBe("no question asked");
});
