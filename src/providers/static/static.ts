import { createRequire } from "node:module";
import type { BlindCase } from "../../core/case.ts";
import { parseDiff } from "../../core/diff.ts";
import { type CreateProvider, ProviderError } from "../../core/provider.ts";
import type { Finding } from "../../core/review.ts";
import { findingsText, plainAnswer } from "../answer.ts";
import type { ChangedFile, Diagnostic, Lint } from "./linter.ts";

interface LinterEntry {
  name: string;
  package: string;
  reads: RegExp;
  /** Whether it knows the language of what it reads; secrets are looked for in any. */
  knowsLanguage: boolean;
  load: () => Promise<Lint>;
}

const linters: readonly LinterEntry[] = [
  {
    name: "oxlint",
    package: "oxlint",
    reads: /\.(?:[cm]?[jt]s|[jt]sx|vue|svelte|astro)$/i,
    knowsLanguage: true,
    load: async () => (await import("./oxlint.ts")).createOxlint(),
  },
  {
    name: "ruff",
    package: "@astral-sh/ruff-wasm-nodejs",
    reads: /\.py$/i,
    knowsLanguage: true,
    load: async () => (await import("./ruff.ts")).createRuff(),
  },
  {
    name: "secretlint",
    package: "@secretlint/core",
    reads: /(?:)/,
    knowsLanguage: false,
    load: async () => (await import("./secretlint.ts")).createSecretlint(),
  },
];

/**
 * Real linters as a reviewer, run on this machine: oxlint for JavaScript and TypeScript, ruff for Python, secretlint
 * for every file. They look at the new side of a change and report what lies on added lines. A file whose complete new
 * text the case does not hold is left out by oxlint and ruff; secretlint then looks at its added lines alone. A change
 * of which neither oxlint nor ruff can read a file is not applicable, whatever secretlint says of it: silence there is
 * nobody's judgement. The same case always gets the same text. A linter is loaded when the first file that it reads comes by.
 */
export const createProvider: CreateProvider = async (ref, { contract }) => {
  const loaded = new Map<string, Promise<Lint>>();
  const load = (linter: LinterEntry): Promise<Lint> => {
    const lint = loaded.get(linter.name) ?? linter.load();
    loaded.set(linter.name, lint);
    return lint;
  };
  const require = createRequire(import.meta.url);
  const versions = linters
    .map((linter) => `${linter.name} ${versionOf(require(`${linter.package}/package.json`))}`)
    .join(", ");
  return {
    ref: ref.ref,
    name: ref.kind,
    model: versions,
    identity: `static ${versions}, ${contract}`,
    hosts: [],
    seesTruth: false,
    isTimed: true,
    generate: async (request, signal) => {
      signal.throwIfAborted();
      const changed = changedFiles(request.case);
      const files = changed.filter((file) => file.added.size > 0);
      const findings = await Promise.all(linters.map((linter) => runLinter(linter, load, files)));
      signal.throwIfAborted();
      const answer = plainAnswer(findingsText(findings.flat().sort(byPlace), contract));
      return changed.some(isReadable) ? answer : { ...answer, outcome: "not-applicable" };
    },
  };
};

async function runLinter(
  linter: LinterEntry,
  load: (linter: LinterEntry) => Promise<Lint>,
  allFiles: readonly ChangedFile[],
): Promise<Finding[]> {
  const files = allFiles.filter((file) => linter.reads.test(file.path));
  if (files.length === 0) return [];
  try {
    const lint = await load(linter);
    return (await lint(files)).map((diagnostic) => asFinding(linter.name, diagnostic));
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new ProviderError(`${linter.name} failed: ${reason}`, { isRetryable: false, cause: error });
  }
}

/** Whether a linter that knows its language can read a file. */
function isReadable({ path, text }: ChangedFile): boolean {
  return text !== null && linters.some((linter) => linter.knowsLanguage && linter.reads.test(path));
}

function changedFiles({ diff, files = {} }: BlindCase): ChangedFile[] {
  return parseDiff(diff).map((file) => {
    const lines = file.hunks.flatMap((hunk) => hunk.lines);
    const added = lines.flatMap(({ kind, newLine, text }) =>
      kind === "added" && newLine !== null ? [[newLine, text] as const] : [],
    );
    const text = Object.hasOwn(files, file.path) ? (files[file.path] ?? null) : null;
    return { path: file.path, text, added: new Map(added) };
  });
}

function asFinding(linter: string, { path, line, message, severity, rule }: Diagnostic): Finding {
  return {
    ...(path === "" ? {} : { file: path }),
    lines: [line, line],
    message,
    severity,
    category: `${linter}/${rule}`,
  };
}

function byPlace(a: Finding, b: Finding): number {
  return (
    compare(a.file, b.file) ||
    (a.lines?.[0] ?? 0) - (b.lines?.[0] ?? 0) ||
    compare(a.category, b.category) ||
    compare(a.message, b.message)
  );
}

/** By code units, so that the order is the same under every locale. */
function compare(a = "", b = ""): number {
  return a < b ? -1 : Number(a > b);
}

function versionOf(manifest: unknown): string {
  const hasVersion = typeof manifest === "object" && manifest !== null && "version" in manifest;
  return hasVersion ? String(manifest.version) : "unknown";
}
