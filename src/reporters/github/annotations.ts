import { plural, shortRef } from "../../core/format.ts";
import type { Report } from "../../core/report.ts";
import { gateTitle } from "../gate-title.ts";

/** A line of a file, from 1 on; the path is relative to the repository. */
export interface Place {
  file: string;
  line: number;
}

/** Where things stand in the files of the repository; null where that is not known. */
export interface Places {
  /** @param index of the gate in the suite */
  gate: (index: number) => Place | null;
  case: (id: string) => Place | null;
}

/** GitHub shows no more of a kind in one step. */
const mostOfAKind = 10;

/**
 * Workflow commands that GitHub shows as annotations, one a line: an error for what makes the run fail, a warning for an
 * undecided gate and for each case that the baseline got right and a measured reviewer does not, on its line of the
 * suite or the dataset.
 */
export function renderAnnotations(report: Report, places: Places): string {
  const { verdict, suite } = report;
  const gates = verdict.status === "incomplete" ? [] : ofGates(report, places);
  const errors = [
    ...(verdict.status === "incomplete" && verdict.exitCode !== 0
      ? [command("error", `nitbench ${suite.name} is incomplete`, verdict.sentence, null)]
      : []),
    ...gates.filter(({ isError }) => isError).map(({ text }) => text),
  ];
  const warnings = [...gates.filter(({ isError }) => !isError).map(({ text }) => text), ...ofCases(report, places)];
  const kept = [...errors.slice(0, mostOfAKind), ...cutWarnings(warnings)];
  return kept.map((line) => `${line}\n`).join("");
}

/** The cases whose lines have to be found, as many as can be shown. */
export function brokenCases({ comparisons }: Report): string[] {
  return [...new Set(comparisons.flatMap(({ flips }) => flips?.broken ?? []))].slice(0, mostOfAKind);
}

function ofGates({ reviewers }: Report, places: Places): { isError: boolean; text: string }[] {
  return reviewers
    .filter(({ role }) => role === "measured")
    .flatMap(({ id, gates }) =>
      gates.flatMap(({ gate, status, reason }, index) => {
        if (status === "pass" || !gate.required) return [];
        const isError = status === "fail";
        const title = `${gateTitle(gate)} ${isError ? "fails" : "is undecided"}`;
        const text = command(isError ? "error" : "warning", title, `${shortRef(id)}: ${reason}`, places.gate(index));
        return [{ isError, text }];
      }),
    );
}

function ofCases({ comparisons }: Report, places: Places): string[] {
  return comparisons.flatMap(({ reviewer, baseline, flips }) =>
    (flips?.broken ?? []).map((id) => {
      const message = `${shortRef(baseline.reviewer)} got this case right, ${shortRef(reviewer)} does not`;
      return command("warning", `case ${id} broke`, message, places.case(id));
    }),
  );
}

function cutWarnings(warnings: readonly string[]): string[] {
  if (warnings.length <= mostOfAKind) return [...warnings];
  const left = warnings.length - mostOfAKind + 1;
  const more = command("warning", "and more", `${plural(left, "further warning")}: see the report`, null);
  return [...warnings.slice(0, mostOfAKind - 1), more];
}

function command(level: "error" | "warning", title: string, message: string, place: Place | null): string {
  const where = place === null ? "" : `file=${escapeProperty(place.file)},line=${place.line},`;
  return `::${level} ${where}title=${escapeProperty(title)}::${escapeData(message)}`;
}

/** As the runner reads it back; all other line ends and control characters end up as spaces, which no log obeys. */
function escapeData(text: string): string {
  return text
    .toWellFormed()
    .replaceAll("%", "%25")
    .replaceAll("\r", "%0D")
    .replaceAll("\n", "%0A")
    .replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, " ");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
