import { neutralise, shortRef } from "../core/format.ts";
import type { Report } from "../core/report.ts";
import { fold, type TerminalStyle } from "./terminal-text.ts";

/** What likely makes each measured reviewer fail, one line for each cause; none where nothing is shown. */
export function renderLikelyCauses({ reviewers }: Report, { columns, paint }: TerminalStyle): string[] {
  return reviewers
    .filter(({ diagnosis }) => diagnosis.length > 0)
    .flatMap(({ id, diagnosis }) => [
      "",
      `  likely ${diagnosis.length === 1 ? "cause" : "causes"} of failures of ${paint("bold", neutralise(shortRef(id)))}`,
      ...diagnosis.map(({ cause, evidence }) => {
        const [first = "", ...others] = fold(neutralise(`${cause}: ${lowerFirst(evidence)}`), columns - 4).split("\n");
        return [`  ${first}`, ...others.map((line) => `    ${line}`)].join("\n");
      }),
    ]);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
