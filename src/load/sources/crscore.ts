import { CsvError, parse } from "csv-parse/sync";
import { z } from "zod";
import { parseDiff } from "../../core/diff.ts";
import { UsageError } from "../../core/errors.ts";
import { explainIssues } from "../../core/explain.ts";
import type { RecordedRating } from "../../core/source.ts";
import type { ImportedSource, ImportSource, RecordedReviewer, SourceFiles } from "./importer.ts";

type ImportedCase = ImportedSource["cases"][number];

const languages: Readonly<Record<string, string>> = { py: "python", java: "java", js: "javascript" };
const human = "human";

const grade = z.string().regex(/^[1-5]?$/, "expected 1 to 5, or nothing");

const Row = z
  .looseObject({
    index: z.string().regex(/^\d*$/, "expected a number, or nothing"),
    diff: z.string(),
    review: z.string(),
    system: z.string().regex(/^[\w.-]*$/, "expected the name of a system, or nothing"),
    "Con (P)": grade,
    "Comp (R)": grade,
    "Rel (F)": grade,
  })
  .refine((row) => (row.index === "") === (row.diff === ""), { error: "expected index and diff, or neither" })
  .refine((row) => row.system !== "" || `${row.review}${row["Rel (F)"]}` === "", {
    error: "expected the system whose review it is, got none",
  });

/** What one reviewer said of a diff, and how the sheet's person rated that; axes without a rating are absent. */
interface SheetReview extends Pick<RecordedRating, "relevance" | "conciseness" | "comprehensiveness"> {
  reviewer: string;
  text: string;
}

/** One diff of a sheet. `line` is where its first row ends. */
interface SheetDiff {
  index: string;
  diff: string;
  line: number;
  reviews: SheetReview[];
}

/**
 * Reads one sheet: the rows of a diff follow each other, and only the first of them names it.
 * @param place what messages call a line of the sheet
 * @throws UsageError for what is no CSV, a row that is not as the format has it, and what stands twice
 */
export function readSheet(text: string, place: (line?: number) => string): SheetDiff[] {
  const diffs = new Map<string, SheetDiff>();
  let open: SheetDiff | undefined;
  for (const { record, line } of readRows(text, place)) {
    const checked = Row.safeParse(record);
    if (!checked.success) throw new UsageError(`${place(line)}: ${explainIssues(checked.error.issues, Row, record)}`);
    const { index, diff, review, system, ...row } = checked.data;
    if (index !== "") {
      if (diffs.has(index)) throw new UsageError(`${place(line)}: index ${index} stands twice (copy the source again)`);
      open = { index, diff, line, reviews: [] };
      diffs.set(index, open);
    }
    if (open === undefined) throw new UsageError(`${place(line)}: expected a diff in the first row (copy it again)`);
    if (system === "") continue;
    const reviewer = reviewerName(system);
    if (open.reviews.some((one) => one.reviewer === reviewer))
      throw new UsageError(`${place(line)}: system "${system}" stands twice with one diff (copy the source again)`);
    const [conciseness, comprehensiveness, relevance] = [row["Con (P)"], row["Comp (R)"], row["Rel (F)"]];
    open.reviews.push({
      reviewer,
      text: review,
      ...(relevance === "" ? {} : { relevance: Number(relevance) }),
      ...(conciseness === "" ? {} : { conciseness: Number(conciseness) }),
      ...(comprehensiveness === "" ? {} : { comprehensiveness: Number(comprehensiveness) }),
    });
  }
  if (diffs.size === 0)
    throw new UsageError(`${place()}: expected diffs with reviews, got none (copy the source again)`);
  return [...diffs.values()];
}

function readRows(text: string, place: (line?: number) => string): { record: unknown; line: number }[] {
  try {
    const rows: unknown = parse(text, { columns: true, bom: true, info: true });
    return z
      .array(z.looseObject({ record: z.unknown(), info: z.looseObject({ lines: z.number() }) }))
      .parse(rows)
      .map(({ record, info }) => ({ record, line: info.lines }));
  } catch (error) {
    if (error instanceof CsvError)
      throw new UsageError(`${place()}: not CSV: ${error.message} (copy the source again)`);
    throw error;
  }
}

/** `gpt3.5_pred` is the prediction of gpt3.5; `msg` is the message that a person wrote under the diff. */
function reviewerName(system: string): string {
  return system === "msg" ? human : system.replace(/_pred$/, "");
}

/** A diff as both sheets of its language have it. */
interface Entry {
  id: string;
  language: string;
  index: string;
  diff: string;
  texts: Map<string, string>;
  ratings: (RecordedRating & { reviewer: string })[];
}

/**
 * CRScore's human study: diffs with the reviews of nine models and of a person, each rated by one of two people.
 * Diffs that nobody rated are left out, and so are the sheets in which both people rated the same reviews.
 */
export const importSource: ImportSource = (files) => {
  const entries = new Map<string, Entry>();
  for (const { path, language, rater } of sheetsOf(files)) addSheet(entries, files, path, language, rater);
  const rated = [...entries.values()].filter(({ ratings }) => ratings.length > 0);
  const reviewers = new Map<string, RecordedReviewer & { ratings: RecordedRating[] }>();
  const names = rated.flatMap(({ texts }) => [...texts.keys()]);
  for (const name of [...new Set(names)].sort()) reviewers.set(name, { recordings: [], ratings: [] });
  for (const { id, texts, ratings } of rated) {
    for (const [name, text] of texts) reviewers.get(name)?.recordings.push({ caseId: id, text });
    for (const { reviewer, ...rating } of ratings) reviewers.get(reviewer)?.ratings.push(rating);
  }
  return { cases: rated.map(caseOf), reviewers, judge: null };
};

interface Sheet {
  path: string;
  code: string;
  language: string;
  rater: string;
}

/** @throws UsageError where there is none, or one of the people has none of a language that another has */
function sheetsOf(files: SourceFiles): Sheet[] {
  const sheets = files.paths.flatMap((path): Sheet[] => {
    const [, code = "", rater = ""] = /^(py|java|js)_(\w+)_review_qual_final\.csv$/.exec(path) ?? [];
    const language = languages[code];
    return language === undefined ? [] : [{ path, code, language, rater }];
  });
  const wanted = sheets.flatMap(({ code }) => sheets.map(({ rater }) => nameOfSheet(code, rater)));
  const missing = sheets.length === 0 ? nameOfSheet("*", "*") : wanted.find((path) => !files.paths.includes(path));
  if (missing === undefined) return sheets;
  throw new UsageError(`${files.place(missing)}: missing (copy the source again)`);
}

const nameOfSheet = (code: string, rater: string) => `${code}_${rater}_review_qual_final.csv`;

function addSheet(
  entries: Map<string, Entry>,
  files: SourceFiles,
  path: string,
  language: string,
  rater: string,
): void {
  for (const { index, diff, line, reviews } of readSheet(files.read(path), (at) => files.place(path, at))) {
    const place = files.place(path, line);
    parseDiff(diff, place);
    const id = `${language}-${index}`;
    const entry: Entry = entries.get(id) ?? { id, language, index, diff, texts: new Map(), ratings: [] };
    entries.set(id, entry);
    if (withoutSpaces(entry.diff) !== withoutSpaces(diff))
      throw new UsageError(`${place}: index ${index} has another diff in another sheet (copy the source again)`);
    // Where one sheet has lost the tabs, its diff is the longer one.
    if (diff.length < entry.diff.length) entry.diff = diff;
    for (const { reviewer, text, ...axes } of reviews) {
      const earlier = entry.texts.get(reviewer);
      if (earlier !== undefined && earlier !== text)
        throw new UsageError(
          `${place}: index ${index} has another review of ${reviewer} in another sheet (copy the source again)`,
        );
      entry.texts.set(reviewer, text);
      if (Object.keys(axes).length > 0) entry.ratings.push({ reviewer, caseId: id, by: rater, ...axes });
    }
  }
}

function withoutSpaces(text: string): string {
  return text.replaceAll(/\s+/g, "");
}

function caseOf({ id, language, index, diff, texts }: Entry): ImportedCase {
  const text = texts.get(human) ?? "";
  return {
    id,
    diff,
    language,
    references: text.trim() === "" ? [] : [{ text, author: human }],
    meta: { source: "atharva-naik/CRScore", index },
  };
}
