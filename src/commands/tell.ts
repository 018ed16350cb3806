import { existsSync } from "node:fs";
import { join } from "node:path";
import { quote } from "../command-line.ts";
import type { Report } from "../core/report.ts";

/** Tells what a run has not been told, with the line that asks for it. */
export async function tellLeft({ message, resume }: { message: string; resume: string }, line: string): Promise<void> {
  const { neutralise } = await import("../core/format.ts");
  const { hideSecrets } = await import("../core/url-secret.ts");
  process.stderr.write(`${neutralise(hideSecrets(message))}; go on with: ${line} --resume ${quote(resume)}\n`);
}

/** Tells why a run without a table does not exit 0. */
export async function tellWhy({ suite, verdict }: Report): Promise<void> {
  const { neutralise } = await import("../core/format.ts");
  const { hideSecrets } = await import("../core/url-secret.ts");
  process.stderr.write(`${neutralise(hideSecrets(`${suite.name}: ${verdict.sentence}`))}\n`);
}

/** One document: the thing itself where there is one, else a list. */
export function jsonOf(values: readonly unknown[]): string {
  return `${JSON.stringify(values.length === 1 ? values[0] : values, null, 2)}\n`;
}

/** Prints a report for people, and where it lies. */
export async function printReport(report: Report, folder: string): Promise<void> {
  const { renderTerminal } = await import("../reporters/terminal.ts");
  const { displayPath } = await import("../load/suite.ts");
  const { terminalStyle } = await import("./terminal-style.ts");
  const file = ["report.html", "report.json"].map((name) => join(folder, name)).find((path) => existsSync(path));
  process.stdout.write(`\n${renderTerminal(report, terminalStyle())}\n${displayPath(file ?? folder)}\n`);
}

/** Tells the job that the run is a part of, where that is one on GitHub. */
export async function tellJob(report: Report, folder: string): Promise<void> {
  const { GITHUB_ACTIONS, GITHUB_STEP_SUMMARY } = process.env;
  if (GITHUB_ACTIONS === undefined && GITHUB_STEP_SUMMARY === undefined) return;
  const { tellGithub } = await import("./github-actions.ts");
  tellGithub(report, folder, process);
}
