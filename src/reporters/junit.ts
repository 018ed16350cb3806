import { shortRef } from "../core/format.ts";
import type { GateResult, Report, ReviewerReport } from "../core/report.ts";
import type { Reporter } from "../core/reporter.ts";
import { gateTitle } from "./gate-title.ts";

/** The gates as JUnit XML, `junit.xml`, which GitLab, Jenkins and most other CI systems read. */
export const junitReporter: Reporter = {
  name: "junit",
  render: ({ report }) => Promise.resolve([{ path: "junit.xml", content: renderJunit(report) }]),
};

interface TestCase {
  name: string;
  className: string;
  /** Nothing for one that passes. */
  outcome?: { kind: "failure" | "error" | "skipped"; message: string };
}

/**
 * One test suite a measured reviewer, one test case a gate: a failed required gate is a failure, an undecided one and one
 * that is not required and fails are skipped with their reason. A first case says whether the run is whole, so that an
 * incomplete one is an error and a report without gates is not empty.
 */
export function renderJunit(report: Report): string {
  const { suite, run, verdict, reviewers } = report;
  const isIncomplete = verdict.status === "incomplete";
  const whole: TestCase = {
    name: "the run is complete",
    className: suite.name,
    // A shard that may be joined is no mistake, and no success either.
    ...(isIncomplete
      ? { outcome: { kind: verdict.exitCode === 0 ? "skipped" : "error", message: verdict.sentence } }
      : {}),
  };
  const gated = reviewers.filter(({ role }) => role === "measured");
  const suites = [
    { name: suite.name, cases: [whole] },
    ...gated.map((reviewer) => ({
      name: `${suite.name}: ${shortRef(reviewer.id)}`,
      cases: reviewer.gates.map((result) => caseOf(reviewer, result, suite.name)),
    })),
  ];
  const all = suites.flatMap(({ cases }) => cases);
  const seconds = (run.durationMs / 1000).toFixed(3);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${escapeXml(`nitbench ${suite.name}`)}" ${counts(all)} time="${seconds}">`,
    ...suites.flatMap(({ name, cases }, index) => [
      `  <testsuite name="${escapeXml(name)}" ${counts(cases)} time="${index === 0 ? seconds : "0"}" timestamp="${escapeXml(run.startedAt.replace(/\.\d+Z$/, ""))}">`,
      "    <properties>",
      ...Object.entries({ run: run.id, verdict: verdict.status, exitCode: String(verdict.exitCode) }).map(
        ([key, value]) => `      <property name="${key}" value="${escapeXml(value)}"/>`,
      ),
      "    </properties>",
      ...cases.map(renderCase),
      "  </testsuite>",
    ]),
    "</testsuites>\n",
  ].join("\n");
}

function counts(cases: readonly TestCase[]): string {
  const of = (kind: string) => cases.filter(({ outcome }) => outcome?.kind === kind).length;
  return `tests="${cases.length}" failures="${of("failure")}" errors="${of("error")}" skipped="${of("skipped")}"`;
}

function caseOf(reviewer: ReviewerReport, result: GateResult, suite: string): TestCase {
  const { status, gate, casesToDecide, reason } = result;
  const common = { name: gateTitle(gate), className: `${suite}.${shortRef(reviewer.id)}` };
  if (status === "pass") return common;
  if (status === "fail" && gate.required) return { ...common, outcome: { kind: "failure", message: reason } };
  const word =
    status === "fail" ? "fails, but is not required" : gate.required ? "undecided" : "undecided, not required";
  const more = casesToDecide === null || casesToDecide === 0 ? "" : `; about ${casesToDecide} more would decide`;
  return { ...common, outcome: { kind: "skipped", message: `${word}: ${reason}${more}` } };
}

function renderCase({ name, className, outcome }: TestCase): string {
  const open = `    <testcase classname="${escapeXml(className)}" name="${escapeXml(name)}" time="0"`;
  if (outcome === undefined) return `${open}/>`;
  const { kind, message } = outcome;
  // What is skipped takes an attribute alone; the others show their text.
  const body =
    kind === "skipped"
      ? `<skipped message="${escapeXml(message)}"/>`
      : `<${kind} message="${escapeXml(message)}" type="${kind === "failure" ? "gate" : "incomplete"}">${escapeXml(message)}</${kind}>`;
  return `${open}>${body}</testcase>`;
}

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" };

/** Text for an attribute or an element: what XML 1.0 does not allow at all becomes U+FFFD, line ends become spaces. */
export function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\t\n\r]+/g, " ")
    .replaceAll(notXml, "\ufffd")
    .replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
}

// eslint-disable-next-line no-control-regex -- control characters are just what this looks for
const notXml = /[\u0000-\u001f\u007f-\u009f\ufffe\uffff]/g;
