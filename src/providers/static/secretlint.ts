import { lintSource } from "@secretlint/core";
import { creator } from "@secretlint/secretlint-rule-preset-recommend";
import { extname } from "node:path";
import type { ChangedFile, Lint } from "./linter.ts";

const config = { rules: [{ id: "@secretlint/secretlint-rule-preset-recommend", rule: creator }] };

/**
 * secretlint in this process, for every file, with its recommended rules. A file without its complete text is read as
 * its added lines, the others blank. What it finds is masked in its messages, since these are kept in reports.
 */
export function createSecretlint(): Lint {
  return async (files) => (await Promise.all(files.map(lintFile))).flat();
}

async function lintFile(file: ChangedFile) {
  const content = file.text ?? textOfAdded(file.added);
  const { messages } = await lintSource({
    source: { filePath: file.path, content, ext: extname(file.path), contentType: "text" },
    options: { maskSecrets: true, config },
  });
  return messages
    .filter((message) => file.added.has(message.loc.start.line))
    .map((message) => ({
      path: file.path,
      line: message.loc.start.line,
      rule: message.ruleId.replace(/^@secretlint\/secretlint-rule-/, ""),
      message: message.message,
      severity: "critical" as const,
    }));
}

function textOfAdded(added: ReadonlyMap<number, string>): string {
  const lines: string[] = [];
  for (const [number, text] of added) lines[number - 1] = text;
  return Array.from(lines, (line) => line ?? "").join("\n");
}
