import { neutralise, shortRef } from "../core/format.ts";
import type { LatencyReport, LatencyStage } from "../core/latency/latency-report.ts";
import type { Report } from "../core/report.ts";
import {
  clientWords,
  comparisonWords,
  figureText,
  type LatencyColumn,
  latencyColumns,
  levelTitle,
  loadWords,
  missingWords,
  requestWords,
} from "./latency-words.ts";
import { plainTable } from "./plain-table.ts";
import { fold, type TerminalStyle, visibleLength } from "./terminal-text.ts";

/** What the latency phase found, level by level; nothing where there was none. */
export function renderLatency({ latency }: Report, style: TerminalStyle): string[] {
  if (latency === undefined) return [];
  return [
    ...latency.stages.flatMap((stage) => renderStage(stage, latency, style)),
    ...loadWords(latency).map((line) => say(line, style)),
  ];
}

function renderStage(stage: LatencyStage, latency: LatencyReport, style: TerminalStyle): string[] {
  const { reviewers, comparisons } = stage;
  const names = reviewers.map(({ reviewer }) => nameOf(reviewer));
  const words = reviewers.map(({ figures }) => requestWords(figures).join(", "));
  const columns = fitting(stage, names, words, style);
  const head = ["reviewer", ...columns.shown.map(({ title }) => title), ...(columns.hasWords ? [""] : [])];
  const table = plainTable(head.map((title) => style.paint("dim", title)));
  reviewers.forEach((one, row) => {
    const cells = columns.shown.map((column) => cellOf(column, stage, row, style));
    table.push([names[row] ?? "", ...cells, ...(columns.hasWords ? [style.paint("dim", words[row] ?? "")] : [])]);
  });
  const missing = reviewers.flatMap(({ figures, givenUp }, row) => {
    const reason = givenUp ?? missingWords(figures);
    return reason === null ? [] : [`${names[row]}: ${reason}`];
  });
  const notes = [...comparisons.map((one) => comparisonWords(one)), ...missing, clientWords(stage)];
  return [
    "",
    `  latency in ms · ${levelTitle(stage, latency)}`,
    ...(reviewers.length === 0 ? [] : [table.toString()]),
    ...(columns.hasWords ? [] : words.map((text, row) => say(`${names[row]}: ${text}`, style))),
    ...notes.map((note) => say(neutralise(note), style)),
  ];
}

/** The columns that the terminal has room for; what else there is to say of requests stands below where it has none. */
function fitting(stage: LatencyStage, names: readonly string[], words: readonly string[], style: TerminalStyle) {
  const widthOf = (texts: readonly string[]) => Math.max(0, ...texts.map(visibleLength));
  let room = style.columns - 2 - widthOf(["reviewer", ...names]);
  const known = latencyColumns.filter(
    ({ figureOf }, index) => index < 3 || stage.reviewers.some(({ figures }) => figureOf(figures)?.value != null),
  );
  const shown = known.filter((column) => {
    room -= 3 + widthOf([column.title, ...stage.reviewers.map((_, row) => cellOf(column, stage, row, style))]);
    return room >= 0;
  });
  return { shown, hasWords: shown.length === known.length && room >= 3 + widthOf(words) };
}

/** A value in line with those above and below it, its interval quieter beside it. */
function cellOf(
  { figureOf, unit }: LatencyColumn,
  { reviewers }: LatencyStage,
  row: number,
  style: TerminalStyle,
): string {
  const texts = reviewers.map(({ figures }) => figureText(figureOf(figures), unit));
  const width = Math.max(...texts.map(({ value }) => value.length));
  const { value = "", interval = "" } = texts[row] ?? {};
  return `${value.padStart(width)}${interval === "" ? "" : ` ${style.paint("dim", `[${interval}]`)}`}`;
}

function nameOf(ref: string): string {
  return neutralise(shortRef(ref));
}

function say(text: string, style: TerminalStyle): string {
  return fold(style.paint("dim", `  ${text}`), style.columns);
}
