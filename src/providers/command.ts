import { type ChildProcessWithoutNullStreams, execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createReadStream, statSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { type CreateProvider, ProviderError, type ProviderWorld } from "../core/provider.ts";
import { plainAnswer } from "./answer.ts";
import { collectBytes, maxAnswerBytes } from "./bytes.ts";
import { asTree, endTree } from "./process-tree.ts";

const graceMs = 2000;
const maxErrorBytes = 64 * 1024;
const maxHashedBytes = 32 * 1024 * 1024;
const isWindows = process.platform === "win32";

/**
 * A reviewer that is a command: `command:LINE` runs the line through the shell for each request, with the blind case
 * and its `prompt` as one JSON object on stdin; what it prints on stdout is the generation (UTF-8, invalid bytes
 * replaced). More than 32 MB of it is cut: the command is stopped and the outcome is truncated. An exit code other than
 * 0 is a ProviderError that is not tried again; running longer than `timeoutMs` is one that is. A command that is given
 * up is stopped with all it has started: SIGTERM, then SIGKILL after two seconds. Whether the line can run is known only
 * by running it; its probe tells no more than that there is a program of the name that it begins with. Its identity is the line with the content of every file that it names:
 * an edited script is another reviewer.
 */
export const createProvider: CreateProvider = async (ref, settings, world) => ({
  ref: ref.ref,
  name: ref.kind,
  model: ref.target,
  identity: await identify(ref.target, world.env["HOME"] ?? "~"),
  hosts: [],
  seesTruth: false,
  isTimed: true,
  probe: (signal) => findProgram(ref.target, world.env, signal),
  generate: async (request, signal) => {
    const input = JSON.stringify({ ...request.case, prompt: request.prompt });
    const result = await runLine(ref.target, input, { timeoutMs: settings.timeoutMs, signal, world });
    const answer = {
      ...plainAnswer(result.output),
      firstChunkMs: result.firstChunkMs,
      lastChunkMs: result.lastChunkMs,
    };
    switch (result.end) {
      case "aborted":
        throw signal.reason;
      case "timeout":
        throw new ProviderError(`command "${ref.target}" was stopped after ${settings.timeoutMs} ms`, {
          isRetryable: true,
        });
      case "limit":
        return { ...answer, outcome: "truncated" };
      case "exit": {
        const failure = describeFailure(result);
        if (failure === null) return answer;
        throw new ProviderError(`command "${ref.target}" ${failure}`, { isRetryable: false });
      }
    }
  },
});

/** Up to the first word that no variable of the environment is set in, where that is as it will be run. */
const firstWord =
  /^\s*(?:[A-Za-z_]\w*=(?:"[^"]*"|'[^']*'|[^\s"']*)\s+)*(?:"([^"$`\\]+)"|'([^']+)'|([^\s"'$`\\|&;<>(){}!#*?[\]~=]+))(?=[\s|&;<>]|$)/;

/** Asks the shell whether there is a program, built-in or keyword of the name that a line begins with. */
async function findProgram(line: string, env: ProviderWorld["env"], signal: AbortSignal): Promise<void> {
  const [, double, single, bare] = firstWord.exec(line) ?? [];
  const program = double ?? single ?? bare;
  if (program === undefined || isWindows) return;
  const isFound = await new Promise<boolean>((resolve) => {
    const args = ["-c", 'command -v "$1"', "sh", program];
    execFile("/bin/sh", args, { env: { ...env }, signal }, (error) => resolve(error === null || signal.aborted));
  });
  if (isFound) return;
  throw new ProviderError(`there is no program "${program}" (check the name, or write the path of the program)`, {
    isRetryable: false,
  });
}

async function identify(line: string, home: string): Promise<string> {
  const files: string[] = [];
  for (const file of filesIn(line, home)) files.push(`${file} ${await contentOf(file)}`);
  return files.length === 0 ? `command ${line}` : `command ${line} (${files.join(", ")})`;
}

const word = /(>[>|&]?\s*)?(?:"([^"]*)"|'([^']*)'|((?:\\.|[^\s"'|&;<>()])+))/g;

/** The files that are there under a word of the line, or under an option's value; not those that output goes to. */
function filesIn(line: string, home: string): string[] {
  const words = [...line.matchAll(word)]
    .filter(([, redirect]) => redirect === undefined)
    .map(([, , double, single, bare = ""]) => double ?? single ?? bare);
  const names = words
    .flatMap((text) => [text, text.replace(/\\(.)/g, "$1"), text.slice(text.indexOf("=") + 1)])
    .map((name) => name.replace(/^~(?=\/)/, home));
  return [...new Set(names)].filter((name) => sizeOf(name) !== null);
}

/** In bytes; null for what is no file, which most words are, or may not be looked at. */
function sizeOf(name: string): number | null {
  try {
    const stats = statSync(name);
    return stats.isFile() ? stats.size : null;
  } catch {
    return null;
  }
}

async function contentOf(file: string): Promise<string> {
  const size = sizeOf(file) ?? 0;
  if (size > maxHashedBytes) return `of ${size} bytes`;
  const hash = createHash("sha256");
  try {
    for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  } catch {
    return "that cannot be read";
  }
  return `sha256:${hash.digest("hex")}`;
}

interface RunResult {
  end: "exit" | "aborted" | "timeout" | "limit";
  code: number | null;
  killedBy: NodeJS.Signals | null;
  output: string;
  errors: string;
  firstChunkMs: number | null;
  lastChunkMs: number | null;
}

interface RunOptions {
  timeoutMs: number;
  signal: AbortSignal;
  world: ProviderWorld;
}

async function runLine(line: string, input: string, { timeoutMs, signal, world }: RunOptions): Promise<RunResult> {
  signal.throwIfAborted();
  const child = spawn(line, { shell: true, ...asTree, env: { ...world.env } });
  let end: RunResult["end"] = "exit";
  let stopping: Promise<void> | undefined;
  const stop = (why: RunResult["end"]) => {
    if (stopping !== undefined) return;
    end = why;
    stopping = stopWithChildren(child);
  };
  const onAbort = () => stop("aborted");
  signal.addEventListener("abort", onAbort, { once: true });
  const timer = setTimeout(() => stop("timeout"), timeoutMs);

  const output = collectBytes(maxAnswerBytes);
  const errors = collectBytes(maxErrorBytes);
  let firstChunkMs: number | null = null;
  let lastChunkMs: number | null = null;
  child.stdout.on("data", (chunk: Buffer) => {
    lastChunkMs = world.now();
    firstChunkMs ??= lastChunkMs;
    if (!output.add(chunk)) stop("limit");
  });
  child.stderr.on("data", (chunk: Buffer) => errors.add(chunk));
  // A command need not read its input: a closed pipe is no failure.
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);

  try {
    const [code, killedBy] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
    await stopping;
    return { end, code, killedBy, output: output.text(), errors: errors.text(), firstChunkMs, lastChunkMs };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ProviderError(`command "${line}" could not be started: ${reason}`, { isRetryable: false, cause: error });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}

/** Ends the command and whatever it started; its pipes are closed at the end, since a child that left may hold them. */
async function stopWithChildren(child: ChildProcessWithoutNullStreams): Promise<void> {
  await endTree(child, graceMs);
  child.stdout.destroy();
  child.stderr.destroy();
}

/** What went wrong, to follow the command in a sentence; null when it ended well. */
function describeFailure({ code, killedBy, errors }: RunResult): string | null {
  if (code === 0) return null;
  const lines = errors.split("\n").map(printable);
  const said = lines.find((line) => line !== "");
  const reason = said === undefined ? "" : `: ${said}`;
  if (code === 127) return `was not found (exit 127)${reason} (check the name, or write the path of the program)`;
  if (code === 126) return `cannot be executed (exit 126)${reason} (check its permissions)`;
  return code === null ? `was ended by ${killedBy}${reason}` : `ended with exit code ${code}${reason}`;
}

function printable(line: string): string {
  return stripVTControlCharacters(line)
    .replace(/\p{Cc}/gu, "")
    .trim()
    .slice(0, 300);
}
