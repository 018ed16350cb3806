import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, extname, join } from "node:path";
import { z } from "zod";
import { inBatches } from "./batch.ts";
import { type ChangedFile, type Diagnostic, firstAddedLine, type Lint } from "./linter.ts";

const runTimeoutMs = 120_000;
const maxOutputBytes = 512 * 1024 * 1024;
const configName = "rules.json";

const config = {
  plugins: ["typescript", "unicorn", "oxc", "promise", "react"],
  categories: { correctness: "error", suspicious: "warn" },
  rules: {
    "eslint/no-new-func": "error",
    "eslint/no-script-url": "error",
    "react/jsx-no-script-url": "error",
    "react/jsx-no-target-blank": "error",
    "react/no-danger": "error",
    // Matters of taste, or of a set-up that a case does not show.
    "eslint/no-underscore-dangle": "off",
    "react/capitalized-calls": "off",
    "react/react-in-jsx-scope": "off",
    "unicorn/consistent-function-scoping": "off",
    "unicorn/no-array-reverse": "off",
    "unicorn/no-array-sort": "off",
  },
};

/** What is read of oxlint's JSON: lines alone, which count from 1 (its offsets and columns count UTF-8 bytes). */
const Output = z.object({
  diagnostics: z.array(
    z.object({
      message: z.string(),
      code: z.string().optional(),
      severity: z.string(),
      filename: z.string(),
      labels: z.array(z.object({ span: z.object({ line: z.int() }) })),
    }),
  ),
});

/**
 * The oxlint that comes with this program, for JavaScript, TypeScript and the scripts of Vue, Svelte and Astro: its
 * categories correctness (medium) and suspicious (low) without type information, and its rules against code from
 * strings and unsafe markup. It has no interface but its command line, so cases that arrive while it runs share its next
 * run. Files without their complete text are left out.
 */
export function createOxlint(): Lint {
  const lintTogether = inBatches(lintCases);
  return async (files) => (files.some((file) => file.text !== null) ? lintTogether(files) : []);
}

async function lintCases(cases: readonly (readonly ChangedFile[])[]): Promise<Diagnostic[][]> {
  const folder = await mkdtemp(join(tmpdir(), "nitbench-oxlint-"));
  try {
    const fileOf = new Map<string, ChangedFile>();
    for (const file of cases.flat()) {
      if (file.text === null) continue;
      // A name of our own: a path of a case may lead anywhere.
      const name = `${fileOf.size}${extname(file.path).toLowerCase()}`;
      fileOf.set(name, file);
      await writeFile(join(folder, name), file.text);
    }
    await writeFile(join(folder, configName), JSON.stringify(config));
    const diagnosticsOf = Map.groupBy(readDiagnostics(await runOxlint(folder), fileOf), ({ file }) => file);
    return cases.map((files) =>
      files.flatMap((file) => (diagnosticsOf.get(file) ?? []).map(({ diagnostic }) => diagnostic)),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function runOxlint(folder: string): Promise<string> {
  const program = join(dirname(createRequire(import.meta.url).resolve("oxlint/package.json")), "bin", "oxlint");
  const flags = ["--config", configName, "--disable-nested-config", "--no-ignore", "--format", "json", "."];
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [program, ...flags],
      { cwd: folder, timeout: runTimeoutMs, maxBuffer: maxOutputBytes, windowsHide: true },
      (error, stdout, stderr) => {
        // Exit code 1 says that something was found.
        if (error === null || error.code === 1) resolve(stdout);
        else reject(new Error(stderr.trim() === "" ? error.message : stderr.trim()));
      },
    );
  });
}

function readDiagnostics(
  stdout: string,
  fileOf: ReadonlyMap<string, ChangedFile>,
): { file: ChangedFile; diagnostic: Diagnostic }[] {
  const start = stdout.indexOf("{");
  if (start === -1) throw new Error(stdout.trim() || "it printed nothing");
  return Output.parse(JSON.parse(stdout.slice(start))).diagnostics.flatMap(
    ({ filename, labels, code, message, severity }) => {
      const file = fileOf.get(filename);
      if (file === undefined) return [];
      const places = labels.map((label) => label.span.line);
      const line = firstAddedLine(file, places);
      if (line === null) return [];
      const isError = severity === "error";
      const diagnostic = { path: file.path, line, rule: ruleName(code), message } as const;
      return [{ file, diagnostic: { ...diagnostic, severity: isError ? "medium" : "low" } }];
    },
  );
}

/** `eslint(no-eval)` becomes `no-eval`, `unicorn(no-thenable)` becomes `unicorn/no-thenable`. */
function ruleName(code: string | undefined): string {
  if (code === undefined) return "invalid-syntax";
  const [, plugin = "", rule = code] = /^([^()]+)\((.+)\)$/.exec(code) ?? [];
  const short = plugin.replace(/^eslint-plugin-/, "");
  return short === "" || short === "eslint" ? rule : `${short}/${rule}`;
}
