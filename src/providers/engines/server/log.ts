import { closeSync, openSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { makeFolder } from "../../../io/folder.ts";

const folder = join(".nitbench", "logs");
const readBytes = 64 * 1024;

/** The file that a server writes to. */
export interface ServerLog {
  /** As messages name it. */
  path: string;
  /** Open for writing; the caller closes it. */
  descriptor: number;
  /** The line that says most of why the server ended; empty where it wrote nothing. */
  tellingLine(): string;
  /** The last line; empty where it wrote nothing. */
  lastLine(): string;
}

/**
 * Makes a new log below the working folder, which holds nothing of earlier starts.
 * @param name of the program, with what tells this start from others at the same time
 */
export function openServerLog(name: string): ServerLog {
  makeFolder(join(process.cwd(), folder));
  const stamp = new Date().toISOString().replaceAll(/[-:]|\..*/g, "");
  const path = join(folder, `${name}-${stamp}.log`);
  const absolute = join(process.cwd(), path);
  return {
    path,
    descriptor: openSync(absolute, "w", 0o600),
    tellingLine: () => tellingLine(endOf(absolute)),
    lastLine: () => linesOf(endOf(absolute)).at(-1) ?? "",
  };
}

function endOf(path: string): string {
  try {
    const bytes = Buffer.alloc(Math.min(statSync(path).size, readBytes));
    const file = openSync(path, "r");
    try {
      readSync(file, bytes, 0, bytes.length, statSync(path).size - bytes.length);
    } finally {
      closeSync(file);
    }
    return bytes.toString("utf8");
  } catch {
    return "";
  }
}

const complaint =
  /\b(?:error|exception|fatal|fail(?:ed|ure)?|cannot|can't|could not|couldn't|unable|invalid|unrecognized|refused|out of memory|no such|not found|no module)\b|(?:Error|Exception)\b/i;

/** Lines that only repeat that something went wrong, the frames of a traceback, and advice. */
const echo =
  /see root cause|engine core (?:initialization|init|proc)|failed to load model|failed to load lora adapter|failed to create[_ ]context with model|model loading error|exiting due to|^Traceback|^File "|^raise\b|^\^|unable to load model|Shutting down|resource_tracker|UserWarning|\bWARNING\b/i;

/** What of a log says best why its program ended: the last complaint that is no echo of another. */
export function tellingLine(text: string): string {
  const lines = linesOf(text);
  const complaints = lines.filter((line) => complaint.test(line));
  return complaints.findLast((line) => !echo.test(line)) ?? complaints.at(-1) ?? lines.at(-1) ?? "";
}

/** Such as `(APIServer pid=1) ERROR 11-20 12:00:00 [core.py:700] ` and `0.00.012.345 E `. */
const stamps =
  /^(?:\([\w=. -]+\)\s*)?(?:(?:ERROR|CRITICAL|WARNING|INFO)\s+[\d-]+\s+[\d:.,]+\s+)?(?:\[[\w./-]+:\d+\]\s*)?(?:\d+(?:\.\d+){3}\s+[A-Z]\s+)?/;

function linesOf(text: string): string[] {
  return stripVTControlCharacters(text)
    .split(/[\r\n]+/)
    .map((line) =>
      line
        .replaceAll(/[\p{Cc}\p{Cf}]/gu, " ")
        .trim()
        .replace(stamps, "")
        .trim(),
    )
    .filter((line) => line !== "")
    .map((line) => (line.length > 300 ? `${line.slice(0, 300)}…` : line));
}
