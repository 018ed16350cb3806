import type { PreflightFinding } from "../core/adapter/finding.ts";
import { neutralise, noValue, plural } from "../core/format.ts";
import type { DoctorReport } from "./doctor.ts";
import type { EngineState } from "./engines.ts";
import type { CheckpointReport, ModelReport } from "./model.ts";
import { needsBaseFile, type ServingOption } from "./serving.ts";
import { hasError } from "./artefact.ts";
import { fold, type TerminalStyle } from "../reporters/terminal-text.ts";

const labelWidth = 14;

/** What the doctor found, as a terminal shows it: the models and the engines, or all of the machine where none is named. */
export function renderDoctor(report: DoctorReport, style: TerminalStyle): string {
  const { tool, node, platform, models } = report;
  const heading = `${style.paint("bold", "nitbench doctor")} · nitbench ${tool} · Node ${node} · ${platform}`;
  const sections = [
    [heading],
    ...models.map((model) => modelLines(model, style)),
    engineLines(report, style),
    ...(models.length > 0 ? [] : [keyLines(report, style), missingLines(report, style)]),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

function modelLines(model: ModelReport, style: TerminalStyle): string[] {
  const { ref, facts, checkpoints, findings, serving, failure } = model;
  return [
    `${style.paint("bold", neutralise(ref))}  ${verdict(model, style)}`,
    ...(failure === null ? [] : row(style, "error", neutralise(failure.message), "red")),
    ...facts.flatMap(([label, text]) => row(style, label, neutralise(text))),
    ...checkpointLines(checkpoints, style),
    ...(checkpoints.length > 0 && findings.length > 0 ? [""] : []),
    ...findings.flatMap((finding) => findingLines(finding, style)),
    ...(serving.length === 0 ? [] : ["", ...serving.flatMap((option) => servingLines(option, style))]),
    ...(serving.some(({ needs }) => needs === needsBaseFile)
      ? row(style, "", "→ with --base FILE.gguf the doctor tells whether a base fits")
      : []),
  ];
}

function verdict({ failure, findings, serving }: ModelReport, style: TerminalStyle): string {
  if (failure !== null || hasError(findings)) return style.paint("red", "cannot be measured");
  if (serving.length > 0 && serving.every(({ refusal }) => refusal !== null))
    return style.paint("yellow", "no engine takes it as it is");
  if (findings.length === 0) return style.paint("green", "sound");
  return style.paint("yellow", `usable, ${plural(findings.length, "warning")}`);
}

/** A label and its text, folded beside it. */
function row(style: TerminalStyle, label: string, text: string, colour?: "red" | "yellow"): string[] {
  const lines = fold(text, Math.max(20, style.columns - labelWidth - 2)).split("\n");
  return lines.map((line, index) => {
    const shown = index === 0 ? label.padEnd(labelWidth) : " ".repeat(labelWidth);
    return `  ${colour === undefined ? style.paint("dim", shown) : style.paint(colour, shown)}${line}`;
  });
}

function findingLines({ level, message, fix }: PreflightFinding, style: TerminalStyle): string[] {
  return [
    ...row(style, level, neutralise(message), level === "error" ? "red" : "yellow"),
    ...row(style, "", `→ ${neutralise(fix)}`),
  ];
}

function checkpointLines(checkpoints: readonly CheckpointReport[], style: TerminalStyle): string[] {
  if (checkpoints.length === 0) return [];
  const width = Math.max(10, ...checkpoints.map(({ name }) => name.length));
  const line = (cells: readonly string[]) => `  ${cells.join("  ")}`.trimEnd();
  const number = (value: number | null) => (value === null ? noValue : value.toFixed(3)).padStart(9);
  return [
    "",
    style.paint("dim", line(["checkpoint".padEnd(width), "loss".padStart(9), "eval loss".padStart(9)])),
    ...checkpoints.map(({ name, loss, evalLoss, isBest, findings }) => {
      const fault = findings.find(({ level }) => level === "error")?.code;
      const state = fault === undefined ? (isBest ? style.paint("green", "best") : "") : style.paint("red", fault);
      return line([name.padEnd(width), number(loss), number(evalLoss), state]);
    }),
  ];
}

function servingLines({ engine, refusal, needs, lines }: ServingOption, style: TerminalStyle): string[] {
  if (refusal !== null) return row(style, engine, `no: ${refusal}`);
  const typed = lines.flatMap((line) => foldCommand(neutralise(line), style.columns - 4).map((part) => `    ${part}`));
  return [...row(style, engine, needs === null ? "yes" : `needs ${neutralise(needs)}`), ...typed];
}

/** Breaks a command for a POSIX shell, so that it can be copied from the terminal; one with quotes is left as it is. */
function foldCommand(command: string, width: number): string[] {
  if (command.length <= width || /['"]/.test(command)) return [command];
  const lines = fold(command, width - 4).split("\n");
  return lines.map((line, index) => `${index === 0 ? "" : "  "}${line}${index === lines.length - 1 ? "" : " \\"}`);
}

function engineLines({ engines }: DoctorReport, style: TerminalStyle): string[] {
  return [
    style.paint("bold", "Engines"),
    ...engines.flatMap((engine) => row(style, engine.name, describeEngine(engine))),
  ];
}

function describeEngine({ installed, address, answering }: EngineState): string {
  const host = address?.replace("http://", "") ?? "";
  const own =
    installed === null
      ? "not found"
      : `installed${installed.version === null ? "" : `, ${neutralise(installed.version)}`}`;
  if (address === null) return own;
  if (answering === null) return `${own}; nothing of it answers at ${host}`;
  return `${installed === null ? "" : `${own}; `}answers at ${host}${answering.version === null ? "" : ` as ${neutralise(answering.version)}`}`;
}

function keyLines({ keys }: DoctorReport, style: TerminalStyle): string[] {
  const width = Math.max(...keys.map(({ name }) => name.length)) + 2;
  return [
    style.paint("bold", "Keys"),
    ...keys.map(
      ({ name, isSet, opens }) =>
        `  ${name.padEnd(width)}${isSet ? style.paint("green", "set    ") : "not set"}  ${style.paint("dim", opens)}`,
    ),
  ];
}

function missingLines({ missing }: DoctorReport, style: TerminalStyle): string[] {
  if (missing.length === 0) return [];
  const width = Math.max(...missing.map(({ what }) => what.length)) + 2;
  return [
    style.paint("bold", "Not here, and how to get it"),
    ...missing.map(({ what, remedy }) => `  ${what.padEnd(width)}${remedy}`),
  ];
}
