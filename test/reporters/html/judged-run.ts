import type { CaseLine, JudgeReport, Metric } from "../../../src/core/report.ts";
import type { RunData } from "../../../src/core/reporter.ts";
import { hostileText } from "../../fixtures/run-cases.ts";
import { makeRun, type RunOptions } from "../../fixtures/run-data.ts";

type Runs = NonNullable<CaseLine["judged"]>;

/** A judge that may gate, with hosts of its own. */
export const modelJudge: JudgeReport = {
  ref: "openai:judge-large@http://judge.example:8000/v1",
  engine: "model",
  rubric: { name: "review", file: "judges/review.yaml", hash: "sha256:77aa88bb" },
  axes: [
    { name: "theme", required: true, definition: "The concern of a reference is raised." },
    { name: "voice", required: false, definition: "It sounds like the team." },
  ],
  runs: 3,
  temperature: 0.2,
  hosts: ["judge.example:8000"],
  calls: 1204,
  tokens: { in: 1_415_997, out: 78_590 },
  price: { inputPerMTok: 2, outputPerMTok: 8, asOf: "2026-06-21", source: "https://prices.example/models" },
  costUsd: 3.46,
  busyMs: 125_000,
  wallMs: 40_000,
  unscored: [{ reason: "expected one JSON object, got a list", count: 4 }],
  informsBecause: null,
  calibration: null,
};

export const lexicalJudge: JudgeReport = {
  ...modelJudge,
  ref: "lexical",
  engine: "lexical",
  runs: 1,
  hosts: [],
  calls: 0,
  tokens: { in: 0, out: 0 },
  price: null,
  costUsd: 0,
  busyMs: 0,
  wallMs: 0,
  unscored: [],
  informsBecause:
    "no judge model is named, so the lexical judge informs and decides nothing (name one with --judge REF)",
};

/** Three judges, of which one was calibrated and one told no tokens. */
const panelRefs = [
  "openai:judge-large@http://judge.example:8000/v1",
  "openai:critic-8b@http://critic.example/v1",
  "openai:elder",
];
const rate = { value: 0.92, low: 0.83, high: 0.97 };
const agreement = {
  tp: 58,
  fp: 6,
  tn: 61,
  fn: 5,
  unscored: 2,
  kappa: 0.83,
  ac1: 0.84,
  quadraticKappa: 0.8,
  alpha: 0.9,
};

/** What is on record of a judge that may gate. */
const calibrated: NonNullable<JudgeReport["calibration"]> = {
  version: 1,
  judge: "m",
  ref: "m",
  rubric: { name: "review", hash: "x" },
  runs: 3,
  temperature: 0,
  maxTokens: 9,
  madeAt: "2026-11-02T10:00:00.000Z",
  source: "labels of ada",
  selfTest: {
    critical: { n: 16, failed: 16 },
    negatives: { n: 30, failed: 29 },
    positives: { n: 20, passed: 19 },
    holds: true,
  },
  axes: {
    theme: { ...agreement, tpr: rate, tnr: rate, source: "ada" },
    pass: { ...agreement, tpr: rate, tnr: rate, source: "ada" },
  },
};

const panelJudge: JudgeReport = {
  ...modelJudge,
  ref: panelRefs.join(", "),
  hosts: ["judge.example:8000", "critic.example", "api.openai.com"],
  price: null,
  costUsd: null,
  informsBecause: "openai:critic-8b informs and decides nothing: nothing is known of it as a judge",
  members: panelRefs.map((ref, index) => ({
    ref,
    hosts: [["judge.example:8000", "critic.example", "api.openai.com"][index] ?? ""],
    calls: 270,
    tokens: index === 1 ? { in: null, out: null } : { in: 270_000, out: 27_000 },
    ...(index === 1 ? { withoutUsage: 270 } : {}),
    price: null,
    costUsd: index === 1 ? null : 0.756,
    busyMs: 60_000,
    wallMs: 15_000,
    unscored: index === 2 ? [{ reason: "the judge refused", count: 2 }] : [],
    informsBecause:
      index === 1 ? "openai:critic-8b informs and decides nothing: nothing is known of it as a judge" : null,
    calibration: index === 0 ? calibrated : null,
  })),
};

type Verdict = "pass" | "fail" | "unknown";

/** One run of the judge; `voice` is not required. */
export const runOf = (theme: Verdict, voice: Verdict, words = ""): Runs[number] => ({
  axes: { theme, voice },
  pass: theme === "unknown" ? null : theme === "pass",
  evidence: words === "" ? "" : `evidence ${words}`,
  reasoning: words === "" ? "" : `reasoning ${words}`,
  ...(theme === "unknown" ? { reason: `the judge cannot tell: theme ${words}` } : {}),
});

const openRun = { axes: {}, pass: null, evidence: "", reasoning: "", reason: "expected one JSON object, got a list" };

/** What the judge says of each case with each reviewer; an empty list leaves the case unjudged. */
const verdictsByCase: Record<string, Runs> = {
  "parcel-average": [runOf("pass", "pass", "one"), runOf("pass", "pass", "two"), runOf("pass", "pass", "three")],
  "slot-bounds": [runOf("pass", "pass", "one"), runOf("fail", "pass", "two"), runOf("pass", "fail", "three")],
  "menu-escape": [runOf("fail", "fail", "one"), openRun, openRun],
  "guard-removed": [runOf("pass", "pass"), runOf("fail", "fail"), openRun],
  'hostile"><script>': [
    { ...runOf("fail", "unknown"), evidence: hostileText, reasoning: hostileText },
    { ...runOf("pass", "fail"), evidence: hostileText, reasoning: `${hostileText} again` },
    { ...openRun, reason: hostileText },
  ],
  "seat-sort": [],
};

const silent = runOf("fail", "fail");
const said = { ...silent, reasoning: "The review is empty." };
const usual: Runs = [said, said, said];

/** A run whose reviews a judge read, by case as above and otherwise as silence is judged. */
export function judgedRun(judge: JudgeReport = modelJudge, options: RunOptions = {}): RunData {
  const run = makeRun(options);
  run.report.judge = judge;
  for (const [index, { metrics }] of run.report.reviewers.entries()) {
    metrics["judge.pass_rate"] = metricOf(0.5 + index / 20, "case");
    metrics["judge.theme"] = metricOf(0.6 + index / 20, "case");
  }
  const withVerdicts = (line: CaseLine): CaseLine => {
    const judged = (verdictsByCase[line.caseId] ?? usual).slice(0, judge.runs);
    return line.review === null || judged.length === 0 ? line : { ...line, judged };
  };
  return withLines(run, withVerdicts);
}

const letterOf = (mark: string): Verdict => (mark === "+" ? "pass" : "fail");

/** What each of three judges says of a case in its three runs, a mark each: passed, failed, unscored. */
const panelByCase: Record<string, readonly string[]> = {
  "parcel-average": ["+++", "+++", "+++"],
  "slot-bounds": ["++-", "---", "+++"],
  "menu-escape": ["---", "???", "---"],
  "guard-removed": ["???", "+++", "---"],
};

/** A run whose reviews three judges read, by case as above and otherwise as silence is judged. */
export function panelRun(options: RunOptions = {}): RunData {
  const run = judgedRun(panelJudge, options);
  for (const [index, reviewer] of run.report.reviewers.entries()) {
    reviewer.metrics["judge.panel_disagreement"] = metricOf(0.2, "case");
    reviewer.judges = panelRefs.map((ref, at) => ({
      ref,
      metrics: {
        "judge.pass_rate": metricOf(0.4 + index / 20 + at / 10, "case"),
        "judge.flip_rate": metricOf(0.1, "case"),
      },
    }));
  }
  return withLines(run, (line) => {
    if (line.review === null || line.judged === undefined) return line;
    const marks = panelByCase[line.caseId] ?? ["---", "---", "---"];
    const judged = marks.flatMap((runs, at) =>
      Array.from(runs, (mark, n) => ({
        ...(mark === "?" ? openRun : runOf(letterOf(mark), "pass", `${at}${n}`)),
        judge: panelRefs[at] ?? "",
      })),
    );
    const panel = marks.map((runs, at) => {
      const passed = Array.from(runs).filter((mark) => mark === "+").length;
      return { judge: panelRefs[at] ?? "", pass: runs.startsWith("?") ? null : passed > 1 };
    });
    return { ...line, judged, panel };
  });
}

/** Who matched the findings: a judge of pairs, alone or three of them. */
export function matchedRun(isPanel = false): RunData {
  const run = makeRun();
  const { engine: _, axes: __, ref, ...asked } = isPanel ? panelJudge : modelJudge;
  const rubric = { name: "same-bug", file: "judges/same-bug.yaml", hash: "sha256:55cc66dd" };
  const { theme, pass } = calibrated.axes;
  const calibration =
    isPanel || theme === undefined || pass === undefined ? null : { ...calibrated, axes: { same: theme, pass } };
  run.report.matcher = { name: "judge", calibration: null, judge: ref, asked: { ...asked, rubric, calibration } };
  return run;
}

export function withLines(run: RunData, change: (line: CaseLine) => CaseLine): RunData {
  return {
    ...run,
    lines: async function* () {
      for await (const line of run.lines()) yield change(line);
    },
  };
}

function metricOf(value: number, unitOfAnalysis: string): Metric {
  const interval = { low: value - 0.1, high: value + 0.1, lowOneSided: value - 0.08, highOneSided: value + 0.08 };
  return { value, ...interval, method: "bca", n: 30, unscored: 0, unitOfAnalysis, clusters: 30, unit: "rate" };
}
