import { execFile } from "node:child_process";
import { stripVTControlCharacters } from "node:util";
import { tellingLine } from "./log.ts";

/** What came of running a program for a moment: what it said, or why it cannot be run, in one line. */
export type Tried = { said: string } | { because: string };

/**
 * Runs a program that ends by itself, such as one that is asked for its version: what is installed by halves, or lacks a
 * library, is found out before anything depends on it. Never throws.
 */
export async function tryProgram(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  timeoutMs: number,
): Promise<Tried> {
  return await new Promise((resolve) => {
    const options = { env: { ...env }, timeout: timeoutMs, killSignal: "SIGKILL", windowsHide: true } as const;
    execFile(program, args, options, (error, stdout, stderr) => {
      const said = stripVTControlCharacters(`${stdout}\n${stderr}`).trim();
      if (error === null) resolve({ said });
      else if (error.killed === true) resolve({ because: `does not say its version within ${timeoutMs / 1000} s` });
      else resolve({ because: `cannot run: ${tellingLine(said) || error.message.replaceAll(/\s+/g, " ")}` });
    });
  });
}
