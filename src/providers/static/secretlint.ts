import { lintSource } from "@secretlint/core";
import { creator } from "@secretlint/secretlint-rule-preset-recommend";
import { createRequire } from "node:module";
import { extname } from "node:path";
import { pathToFileURL } from "node:url";
import { type ChangedFile, type Diagnostic, firstAddedLine, type Lint } from "./linter.ts";

interface Profiler {
  setEnabled(isEnabled: boolean): void;
}

const config = { rules: [{ id: "@secretlint/secretlint-rule-preset-recommend", rule: creator }] };

/**
 * secretlint in this process, for every file, with its recommended rules. A file without its complete text is read as
 * its added lines, a blank one between blocks. What it finds is masked in its messages, since these are kept in reports.
 */
export async function createSecretlint(): Promise<Lint> {
  await stopProfiling();
  return async (files) => (await Promise.all(files.map(lintFile))).flat();
}

/**
 * The credentials that secretlint's recommended rules find in texts, as they stand there: keys, tokens, and addresses with a
 * password in them. Each once.
 */
export async function findSecrets(texts: readonly { path: string; text: string }[]): Promise<string[]> {
  await stopProfiling();
  const found = await Promise.all(
    texts.map(async ({ path, text }) => {
      const { messages } = await lintText(path, text, false);
      const values = messages.flatMap(({ data }) => Object.values(data ?? {}));
      return values.filter(
        (value) => typeof value === "string" && value.length >= shortestSecret && text.includes(value),
      );
    }),
  );
  return [...new Set(found.flat())] as string[];
}

const shortestSecret = 8;

/** secretlint refuses a text without a name, which hunks without a file header have. */
function lintText(path: string, content: string, maskSecrets: boolean) {
  return lintSource({
    source: { filePath: path === "" ? "unnamed" : path, content, ext: extname(path), contentType: "text" },
    options: { maskSecrets, config },
  });
}

async function lintFile(file: ChangedFile): Promise<Diagnostic[]> {
  const numbers = file.text === null ? numbersOfAdded(file.added) : null;
  const content = file.text ?? (numbers ?? []).map((number) => file.added.get(number) ?? "").join("\n");
  const { messages } = await lintText(file.path, content, true);
  return messages.flatMap(({ loc, ruleId, message }) => {
    const at = loc.start.line;
    const line = firstAddedLine(file, [numbers === null ? at : (numbers[at - 1] ?? at)]);
    const rule = ruleId.replace(/^@secretlint\/secretlint-rule-/, "");
    return line === null ? [] : [{ path: file.path, line, rule, message, severity: "critical" }];
  });
}

/** The numbers of the added lines, with the line before each block, which is not added, as a blank line between them. */
function numbersOfAdded(added: ReadonlyMap<number, string>): number[] {
  return [...added.keys()].flatMap((number) => (added.has(number - 1) ? [number] : [number - 1, number]));
}

/** secretlint keeps timings of every rule on every file for ever unless its profiler is told not to. */
async function stopProfiling(): Promise<void> {
  const core = createRequire(import.meta.url).resolve("@secretlint/core/package.json");
  const profiler = pathToFileURL(createRequire(core).resolve("@secretlint/profiler")).href;
  const { secretLintProfiler } = (await import(profiler)) as { secretLintProfiler: Profiler };
  secretLintProfiler.setEnabled(false);
}
