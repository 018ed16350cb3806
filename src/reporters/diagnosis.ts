import type { LikelyCause } from "../core/diagnosis/cause.ts";
import type { DiagnosedRun } from "../core/diagnosis/diagnosed-run.ts";
import type { FailureCluster } from "../core/diagnosis/failures.ts";
import { neutralise, plural, shortRef } from "../core/format.ts";
import { fold, type TerminalStyle } from "./terminal-text.ts";

const mostColumns = 80;
const mostTags = 8;

/** A diagnosis as a terminal shows it: likely causes with what shows them and their remedies, then the failures. */
export function renderDiagnosis(found: DiagnosedRun, style: TerminalStyle): string {
  const { run, reviewer, cases, causes, clusters, isWhole } = found;
  const width = Math.min(style.columns, mostColumns);
  const own = { ...style, columns: width };
  const head = `${style.paint("bold", "nitbench diagnose")} · ${neutralise(`${shortRef(reviewer)} (${run})`)} · ${plural(cases, "case")}`;
  const failures = clusters.filter(({ name }) => causes.every((cause) => cause.name !== name));
  return [
    fold(head, width),
    ...(isWhole ? [] : [fold("The run was cut short: this is about the part that was measured.", width)]),
    "",
    ...(causes.length === 0
      ? [fold(whyNone(found), width)]
      : causes.flatMap((cause, index) => [...(index === 0 ? [] : [""]), ...causeLines(cause, own)])),
    ...(failures.length === 0 ? [] : ["", ...clusterLines(failures, own)]),
    ...(clusters.length === 0
      ? []
      : ["", fold(style.paint("dim", "  cases of a cause or a cluster as JSON lines: --export NAME"), width)]),
    "",
  ].join("\n");
}

function whyNone({ asked, scored }: DiagnosedRun): string {
  if (scored === 0) return "Nothing was scored, so nothing can be said.";
  if (asked === 0) return "Too few cases to say anything: every question takes ten at least.";
  return `No likely cause: ${plural(asked, "question")} could be asked of these cases, and no answer is large and sure enough.`;
}

function causeLines({ name, cause, evidence, remedy, cases }: LikelyCause, style: TerminalStyle): string[] {
  const { columns, paint } = style;
  const title = neutralise(cause.charAt(0).toUpperCase() + cause.slice(1));
  const label = neutralise(name);
  const gap = columns - title.length - label.length;
  return [
    gap >= 2
      ? `${paint("bold", title)}${" ".repeat(gap)}${paint("dim", label)}`
      : `${paint("bold", title)}\n  ${paint("dim", label)}`,
    indented(neutralise(evidence), columns),
    indented(neutralise(remedy), columns, "  → "),
    paint("dim", indented(neutralise(`${plural(cases.length, "case")}: ${listed(cases)}`), columns)),
  ];
}

const mostExamples = 5;

function listed(cases: readonly string[]): string {
  return `${cases.slice(0, mostExamples).join(", ")}${cases.length > mostExamples ? ", …" : ""}`;
}

function clusterLines(clusters: readonly FailureCluster[], { columns, paint }: TerminalStyle): string[] {
  const isTag = ({ name }: FailureCluster) => name.includes(":");
  const tags = clusters.filter(isTag);
  const shown = [...clusters.filter((one) => !isTag(one)), ...tags.slice(0, mostTags)];
  const width = Math.max(...shown.map(({ name }) => name.length));
  const digits = Math.max("cases".length, ...shown.map(({ cases }) => String(cases.length).length));
  const left = tags.length - mostTags;
  return [
    paint("dim", `  ${"failures".padEnd(width)}  ${"cases".padStart(digits)}`),
    ...shown.map((one) => {
      const row = `  ${neutralise(one.name).padEnd(width)}  ${String(one.cases.length).padStart(digits)}`;
      return isTag(one) || row.length + 2 + one.what.length > columns ? row : `${row}  ${paint("dim", one.what)}`;
    }),
    ...(left > 0 ? [paint("dim", `  and ${left} more (--json has all)`)] : []),
  ];
}

function indented(text: string, columns: number, start = "  "): string {
  return fold(text, columns - start.length)
    .split("\n")
    .map((line, index) => `${index === 0 ? start : " ".repeat(start.length)}${line}`)
    .join("\n");
}
