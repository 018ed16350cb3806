import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Case } from "../src/core/case.ts";
import { proofsOf } from "./prove-twins.ts";
import { casesOfTwin, type TwinSource } from "./twin-cases.ts";
import { readTwinSource, twinSlugs } from "./twin-sources.ts";

const home = join(import.meta.dirname, "../datasets/twins");
const casesFile = join(home, "cases.jsonl");
const cardFile = join(home, "README.md");
const begin = "<!-- counts: begin, written by scripts/build-twins.ts -->";
const end = "<!-- counts: end -->";

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
    countRows(
      "author (references)",
      cases.flatMap((item) => item.references.map((reference) => reference.author ?? "")),
    ),
  ];
  return [summary.join(" "), ...tables.map(table)].join("\n\n");
}

/** What the lengths of the diffs alone give away: nothing of what a reviewer says there is about the code. */
export interface LengthBaseline {
  pairs: number;
  bugs: number;
  /** Pairs of which the clean diff has more characters. */
  longerClean: number;
  /** Bugs of these pairs: told apart by whoever sees both diffs of a pair and says every bug in the shorter one. */
  byShorter: number;
  /** The most bugs that are told apart by saying every bug in diffs of fewer characters than a fixed number. */
  byThreshold: number;
  threshold: number;
}

/** Measures how well a reviewer does on twins that goes by the length of a diff alone. */
export function lengthBaseline(cases: readonly Case[]): LengthBaseline {
  const withBugs = new Map(cases.map((item) => [item.id, item]));
  const pairs = cases.flatMap(({ diff, twin }) => {
    const other = twin === undefined ? undefined : withBugs.get(twin.of);
    return other === undefined ? [] : [{ clean: diff.length, buggy: other.diff.length, bugs: other.bugs?.length ?? 0 }];
  });
  const bugsOf = (chosen: typeof pairs) => chosen.reduce((sum, { bugs }) => sum + bugs, 0);
  const longer = pairs.filter(({ clean, buggy }) => clean > buggy);
  const told = longer.map(({ clean: threshold }) => ({
    threshold,
    bugs: bugsOf(longer.filter(({ clean, buggy }) => buggy < threshold && threshold <= clean)),
  }));
  const best = told.reduce((most, one) => (one.bugs > most.bugs ? one : most), { threshold: 0, bugs: 0 });
  return {
    pairs: pairs.length,
    bugs: bugsOf(pairs),
    longerClean: longer.length,
    byShorter: bugsOf(longer),
    byThreshold: best.bugs,
    threshold: best.threshold,
  };
}

function lengthText(cases: readonly Case[]): string {
  const { pairs, bugs, longerClean, byShorter, byThreshold, threshold } = lengthBaseline(cases);
  const rate = (count: number) => `${count} of ${bugs} (${(count / bugs).toFixed(2).replace(/^0/, "")})`;
  return [
    `In ${longerClean} of ${pairs} pairs the clean diff is the longer one. Whoever saw both and said every bug of the shorter one, and`,
    `nothing of the longer, would reach a twin discrimination of ${rate(byShorter)} by length alone. A reviewer sees one at a`,
    `time: saying every bug in diffs of fewer than ${threshold.toLocaleString("en")} characters, the best such rule, reaches ${rate(byThreshold)}.`,
  ].join("\n");
}

function proofsText(sources: readonly TwinSource[]): string {
  const proofs = sources.flatMap(proofsOf);
  const exempt = sources.flatMap(({ slug, sheet }) =>
    sheet.bugs.flatMap(({ id, unproven }) => (unproven === undefined ? [] : [`- \`${slug}\`, \`${id}\`: ${unproven}`])),
  );
  const summary = `${proofs.length} bugs carry an executable proof. Exempt, although their language runs in the tests:`;
  return [summary, exempt.length === 0 ? "none." : exempt.join("\n")].join(exempt.length === 0 ? " " : "\n\n");
}

function withCounts(card: string, counts: string): string {
  const [from, to] = [card.indexOf(begin), card.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${cardFile}: expected the lines "${begin}" and "${end}"`);
  return `${card.slice(0, from + begin.length)}\n\n${counts}\n\n${card.slice(to)}`;
}

/** The text of `cases.jsonl` and of the dataset card, as they should be for the sources that are there now. */
export function buildTwins(): { jsonl: string; card: string } {
  const sources = twinSlugs().map(readTwinSource);
  const cases = sources.flatMap(casesOfTwin);
  const jsonl = cases.map((item) => `${JSON.stringify(item)}\n`).join("");
  const counts = [countsOf(cases, jsonl), lengthText(cases), proofsText(sources)].join("\n\n");
  return { jsonl, card: withCounts(readFileSync(cardFile, "utf8"), counts) };
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
