import { closeSync, openSync, readSync } from "node:fs";
import { basename } from "node:path";
import { tryProgram } from "../server/try-program.ts";

/** A vLLM that can be run, or why not in one line. */
export type InstalledVllm = { version: string } | { because: string };

/** Loading PyTorch from a disk that is busy takes its time. */
const timeoutMs = 180_000;
const question = [
  "import vllm",
  "try:",
  "    from vllm.platforms import current_platform",
  "    device = current_platform.device_type or 'none'",
  "except Exception:",
  "    device = 'unknown'",
  "print('nitbench', vllm.__version__, device)",
].join("\n");

/**
 * Asks an installed vLLM for its version and for what it computes on. Its Python is asked where the program is a script of
 * Python, as pip installs it, for the program itself does not say that it finds no device; else the program.
 */
export async function askInstalled(
  program: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<InstalledVllm> {
  const python = interpreterOf(program);
  const isPython = python !== null && /^(?:python|pypy)[\d.]*$/.test(basename(python));
  const tried = isPython
    ? await tryProgram(python, ["-c", question], env, timeoutMs)
    : await tryProgram(program, ["--version"], env, timeoutMs);
  if ("because" in tried) return { because: `${program} ${tried.because} (install it anew: pip install vllm)` };
  const [, version, device] = (isPython ? /nitbench (\S+) (\S+)/ : /(\d+\.\d+\S*)/).exec(tried.said) ?? [];
  if (device === "none")
    return { because: `${program} finds nothing to compute on (it needs a GPU, or vLLM's build for CPUs)` };
  return { version: version ?? "of an unknown version" };
}

/** The program that a script names in its first line; null where it names none, or another by way of `env`. */
function interpreterOf(script: string): string | null {
  const file = openSync(script, "r");
  try {
    const start = Buffer.alloc(1024);
    const text = start.toString("utf8", 0, readSync(file, start, 0, start.length, 0));
    const [, direct] = /^#!\s*(\/\S+)\s*\n/.exec(text) ?? [];
    // Longer paths than a system takes are written by way of the shell.
    const [, byShell] = /^#!\/bin\/sh\n'''exec' "?([^"\n]+?)"? "\$0"/.exec(text) ?? [];
    return byShell ?? direct ?? null;
  } finally {
    closeSync(file);
  }
}
