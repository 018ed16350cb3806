import { suggestWord, UsageError } from "../core/errors.ts";
import type { Reporter } from "../core/reporter.ts";

const reporters: Record<string, () => Promise<Reporter>> = {
  json: async () => (await import("./json.ts")).jsonReporter,
  html: async () => (await import("./html/index.ts")).htmlReporter,
  junit: async () => (await import("./junit.ts")).junitReporter,
  github: async () => (await import("./github/index.ts")).githubReporter,
};

/** Reporters that write a run's files when the command names none. */
export const defaultReporters: readonly string[] = Object.keys(reporters);

/** Checks the names of reporters before a run. @throws UsageError naming the nearest */
export function checkReporters(names: readonly string[]): void {
  for (const name of names) {
    if (!Object.hasOwn(reporters, name))
      throw new UsageError(`unknown reporter "${name}" (${suggestWord(name, defaultReporters)})`);
  }
}

/** Loads reporters by name; `json` is always among them, since all else is made of it. */
export async function loadReporters(names: readonly string[]): Promise<Reporter[]> {
  checkReporters(names);
  const wanted = [...new Set(["json", ...names])];
  return Promise.all(wanted.flatMap((name) => reporters[name]?.() ?? []));
}
