import { z } from "zod";
import { type Case } from "../case.ts";
import type { CaseLine } from "../report.ts";
import { reviewText, reviewWithPlaces } from "../review.ts";

/** What an item of a blind sheet stands for: one line of the key beside it, which those who label do not need. */
export const SheetItem = z.strictObject({ item: z.string().min(1), caseId: z.string().min(1), review: z.string() });
export type SheetItem = z.infer<typeof SheetItem>;

/** An item with all that a person is shown. */
export interface ShownItem extends SheetItem {
  diff: string;
  references: readonly string[];
  norm: readonly string[];
}

/** Columns of a sheet beside the axes. */
export const sheetColumns = { item: "item", review: "review", by: "by", note: "note" } as const;

const itemLength = 10;
/** Ten digits, or ten with an e among them, are a number to a spreadsheet, which writes them back otherwise. */
const itemLetter = "r";

/**
 * Chooses reviews for a sheet, as a judge is shown them, in an order that tells nothing: by hash of seed, case and text. Who wrote a review plays no
 * part, one that several wrote comes once, and one that says nothing, or is a reference of its case word for word, never.
 * @param rank a hash of a text, as hexadecimal text
 */
export function chooseForSheet(
  lines: Iterable<Pick<CaseLine, "caseId" | "review">>,
  caseOf: (id: string) => Pick<Case, "references"> | undefined,
  mostItems: number,
  seed: number,
  rank: (text: string) => string,
): SheetItem[] {
  const ranked = new Map<string, SheetItem>();
  for (const { caseId, review } of lines) {
    if (review === null) continue;
    const text = reviewWithPlaces(review);
    const words = reviewText(review).trim();
    const references = (caseOf(caseId)?.references ?? []).map((reference) => reference.text.trim());
    if (text === "" || references.every((one) => one === "") || references.includes(words)) continue;
    const hash = rank(`${seed}\n${caseId}\n${text}`);
    ranked.set(hash, { item: `${itemLetter}${hash.slice(0, itemLength)}`, caseId, review: text });
  }
  return [...ranked]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, mostItems)
    .map(([, item]) => item);
}

/**
 * The sheet to fill as CSV (RFC 4180, with a byte order mark, which spreadsheets need): an item a row, an empty cell for
 * every axis. A review that a spreadsheet would take for a formula begins with an apostrophe; the key has it as it is.
 */
export function renderSheetCsv(items: readonly SheetItem[], axes: readonly string[]): string {
  const { item, review, by, note } = sheetColumns;
  const rows = [
    [item, review, ...axes, by, note],
    ...items.map((one) => [one.item, withoutFormula(one.review), ...axes.map(() => ""), "", ""]),
  ];
  return `\u{FEFF}${rows.map((row) => `${row.map(csvCell).join(",")}\r\n`).join("")}`;
}

function withoutFormula(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

function csvCell(text: string): string {
  return /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
