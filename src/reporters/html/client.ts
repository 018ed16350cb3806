import { readFile } from "node:fs/promises";

/** The browser's code in the order in which it is joined: a file comes after those it imports. */
export const scriptFiles = [
  "dom",
  "unpack",
  "judged",
  "filter",
  "diff",
  "tokens",
  "place",
  "cards",
  "unplaced",
  "diff-view",
  "verdict",
  "safety",
  "case-view",
  "list",
  "controls",
  "sort",
  "main",
];

const styleFiles = [
  "colours",
  "base",
  "masthead",
  "tables",
  "weak",
  "method",
  "charts",
  "sweep",
  "latency",
  "controls",
  "list",
  "case",
  "verdict",
  "diff",
  "print",
];

/** The browser's code as one script and one style sheet, read from the files beside this module; a report's unless told. */
export async function readClient(
  scriptNames: readonly string[] = scriptFiles,
  styleNames: readonly string[] = styleFiles,
): Promise<{ script: string; style: string }> {
  const scripts = await Promise.all(scriptNames.map((name) => readPart(`${name}.js`)));
  const styles = await Promise.all(styleNames.map((name) => readPart(`${name}.css`)));
  return { script: scripts.map(withoutModuleWords).join("\n"), style: styles.join("\n") };
}

function readPart(name: string): Promise<string> {
  return readFile(new URL(`./client/${name}`, import.meta.url), "utf8");
}

// The files are modules to the linter and to tests; in the page they share one module scope.
function withoutModuleWords(source: string): string {
  return source.replace(/^import [^;]*;\n/gm, "").replace(/^export (?=async function|function|const|let)/gm, "");
}
