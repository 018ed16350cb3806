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
 * its added lines, the others blank. What it finds is masked in its messages, since these are kept in reports.
 */
export async function createSecretlint(): Promise<Lint> {
  await stopProfiling();
  return async (files) => (await Promise.all(files.map(lintFile))).flat();
}

async function lintFile(file: ChangedFile): Promise<Diagnostic[]> {
  const content = file.text ?? textOfAdded(file.added);
  const { messages } = await lintSource({
    source: { filePath: file.path, content, ext: extname(file.path), contentType: "text" },
    options: { maskSecrets: true, config },
  });
  return messages.flatMap(({ loc, ruleId, message }) => {
    const line = firstAddedLine(file, [loc.start.line]);
    const rule = ruleId.replace(/^@secretlint\/secretlint-rule-/, "");
    return line === null ? [] : [{ path: file.path, line, rule, message, severity: "critical" }];
  });
}

function textOfAdded(added: ReadonlyMap<number, string>): string {
  const lines: string[] = [];
  for (const [number, text] of added) lines[number - 1] = text;
  return Array.from(lines, (line) => line ?? "").join("\n");
}

/** secretlint keeps a timing of every rule on every file for ever unless told not to; its profiler is found through it. */
async function stopProfiling(): Promise<void> {
  const core = createRequire(import.meta.url).resolve("@secretlint/core/package.json");
  const profiler = pathToFileURL(createRequire(core).resolve("@secretlint/profiler")).href;
  const { secretLintProfiler } = (await import(profiler)) as { secretLintProfiler: Profiler };
  secretLintProfiler.setEnabled(false);
}
