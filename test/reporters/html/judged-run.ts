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
  busyMs: 125_000,
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
  busyMs: 0,
  unscored: [],
  informsBecause:
    "no judge model is named, so the lexical judge informs and decides nothing (name one with --judge REF)",
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
