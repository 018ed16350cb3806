import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import type { Report } from "../core/report.ts";
import { Suite } from "../core/suite.ts";
import { readLines } from "../io/lines.ts";
import { parseYaml } from "../load/yaml.ts";
import { brokenCases, type Place, renderAnnotations } from "../reporters/github/annotations.ts";

/** What of a job on GitHub matters here. */
export interface GithubWorld {
  env: Readonly<Record<string, string | undefined>>;
  /** Where workflow commands are printed; the runner reads both streams. */
  stderr: { write(text: string): unknown };
}

/**
 * Tells a job on GitHub how a run went: appends its summary.md to the job's summary where `GITHUB_STEP_SUMMARY` names
 * one, and prints annotations where `GITHUB_ACTIONS` is set. Does nothing for a run without a summary.md. A summary that
 * cannot be written is told and changes no exit code.
 */
export function tellGithub(report: Report, folder: string, { env, stderr }: GithubWorld): void {
  const summary = join(folder, "summary.md");
  if (!existsSync(summary)) return;
  const target = env["GITHUB_STEP_SUMMARY"] ?? "";
  if (target !== "") {
    try {
      appendFileSync(target, `${readFileSync(summary, "utf8")}\n`);
    } catch (error) {
      stderr.write(
        `job summary "${target}": cannot write (${error instanceof Error ? error.message : String(error)})\n`,
      );
    }
  }
  if (env["GITHUB_ACTIONS"] !== "true") return;
  const root = env["GITHUB_WORKSPACE"] ?? process.cwd();
  stderr.write(renderAnnotations(report, { gate: gatePlaces(report, root), case: casePlaces(report, root) }));
}

/** Gates that the command line brings stand in no file. */
function gatePlaces({ suite }: Report, root: string): (index: number) => Place | null {
  const file = inRepository(suite.file, root);
  if (file === null) return () => null;
  try {
    const { data, locate } = parseYaml(Suite, readFileSync(suite.file, "utf8"), "suite");
    return (index) => {
      const isSame = JSON.stringify(data.gates[index]) === JSON.stringify(suite.gates[index]);
      const line = Number(/^suite:(\d+):/.exec(`${locate(["gates", index])}:`)?.[1]);
      return isSame && line > 0 ? { file, line } : null;
    };
  } catch {
    // The file may have changed since; an annotation without a line still says what there is to say.
    return () => null;
  }
}

function casePlaces(report: Report, root: string): (id: string) => Place | null {
  const source = report.dataset.file;
  const file = source === undefined ? null : inRepository(source, root);
  if (source === undefined || file === null) return () => null;
  const wanted = new Set(brokenCases(report));
  const lines = new Map<string, number>();
  try {
    for (const { text, number } of wanted.size === 0 ? [] : readLines(source)) {
      const isNear = [...wanted].some((id) => text.includes(JSON.stringify(id)));
      const { id } = isNear ? (JSON.parse(text) as { id?: unknown }) : {};
      if (typeof id === "string" && wanted.has(id)) lines.set(id, number);
      if (lines.size === wanted.size) break;
    }
  } catch {
    return () => null;
  }
  return (id) => {
    const line = lines.get(id);
    return line === undefined ? null : { file, line };
  };
}

/** The path as the repository has it; null for what lies outside, such as a suite that comes with the program. */
function inRepository(path: string, root: string): string | null {
  const short = relative(resolve(root), resolve(path)).replaceAll("\\", "/");
  return short === "" || short.startsWith("..") || /^[a-z]:/i.test(short) || !existsSync(path) ? null : short;
}
