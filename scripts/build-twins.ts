import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { parse } from "yaml";
import type { Case } from "../src/core/case.ts";
import { casesOfTwin, TwinSheet } from "./twin-cases.ts";
import type { Tree, TwinSource } from "./twin-cases.ts";

const home = join(import.meta.dirname, "../datasets/twins");
const casesFile = join(home, "cases.jsonl");
const cardFile = join(home, "README.md");
const begin = "<!-- counts: begin, written by scripts/build-twins.ts -->";
const end = "<!-- counts: end -->";

function readTree(folder: string): Tree {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((file) => relative(folder, join(file.parentPath, file.name)).split(sep).join("/")).sort();
  return Object.fromEntries(
    paths.map((path) => {
      const text = readFileSync(join(folder, path), "utf8");
      if ((text !== "" && !text.endsWith("\n")) || text.includes("\r")) {
        throw new Error(`${join(folder, path)}: expected lines that end with \\n, the last one too`);
      }
      return [path, text];
    }),
  );
}

function readSheet(file: string): TwinSheet {
  const read = TwinSheet.safeParse(parse(readFileSync(file, "utf8")));
  if (read.success) return read.data;
  const problems = read.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new Error(`${file}: ${problems.join("; ")}`);
}

/** The names of the folders of `datasets/twins/source`, sorted. */
export function twinSlugs(): string[] {
  const folders = readdirSync(join(home, "source"), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.map(({ name }) => name).sort();
}

/** One folder of `datasets/twins/source`; throws one line for a sheet that does not fit its schema. */
export function readTwinSource(slug: string): TwinSource {
  const folder = join(home, "source", slug);
  const [before, buggy, clean] = ["before", "buggy", "clean"].map((version) => readTree(join(folder, version)));
  return { slug, sheet: readSheet(join(folder, "twin.yaml")), before: before!, buggy: buggy!, clean: clean! };
}

function countRows(title: string, values: string[]): string[][] {
  const counts = Map.groupBy(values, (value) => value);
  const rows = [...counts].map(([value, all]) => [value, String(all.length)]);
  return [[title, "count"], ...rows.sort(([a], [b]) => (a! < b! ? -1 : 1))];
}

function table([head, ...body]: string[][]): string {
  const widths = head!.map((_, column) => Math.max(3, ...[head!, ...body].map((row) => row[column]!.length)));
  const line = (row: string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`;
  return [line(head!), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n");
}

function countsOf(cases: Case[], jsonl: string): string {
  const bugs = cases.flatMap((item) => item.bugs ?? []);
  const summary = [
    `${cases.length} cases (${cases.length / 2} pairs), ${bugs.length} bugs,`,
    `${cases.flatMap((item) => item.references).length} references.`,
    `sha256 of \`cases.jsonl\`:\n\`${createHash("sha256").update(jsonl).digest("hex")}\``,
  ];
  const tables = [
    countRows(
      "language (cases)",
      cases.map((item) => item.language),
    ),
    countRows(
      "severity (bugs)",
      bugs.map((bug) => bug.severity),
    ),
    countRows(
      "category (bugs)",
      bugs.map((bug) => bug.category),
    ),
  ];
  return [summary.join(" "), ...tables.map(table)].join("\n\n");
}

function withCounts(card: string, counts: string): string {
  const [from, to] = [card.indexOf(begin), card.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${cardFile}: expected the lines "${begin}" and "${end}"`);
  return `${card.slice(0, from + begin.length)}\n\n${counts}\n\n${card.slice(to)}`;
}

/** The text of `cases.jsonl` and of the dataset card, as they should be for the sources that are there now. */
export function buildTwins(): { jsonl: string; card: string } {
  const cases = twinSlugs().map(readTwinSource).flatMap(casesOfTwin);
  const jsonl = cases.map((item) => `${JSON.stringify(item)}\n`).join("");
  return { jsonl, card: withCounts(readFileSync(cardFile, "utf8"), countsOf(cases, jsonl)) };
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}

function main(check: boolean): void {
  const built = buildTwins();
  const stale = [
    { file: casesFile, text: built.jsonl },
    { file: cardFile, text: built.card },
  ].filter(({ file, text }) => readIfThere(file) !== text);
  if (!check) {
    for (const { file, text } of stale) writeFileSync(file, text);
    return;
  }
  const names = stale.map(({ file }) => relative(process.cwd(), file));
  if (names.length > 0) throw new Error(`not current: ${names.join(", ")} (run node scripts/build-twins.ts)`);
}

if (import.meta.main) {
  try {
    main(process.argv.includes("--check"));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
