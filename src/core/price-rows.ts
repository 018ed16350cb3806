import { costOf, type Price } from "./cost.ts";
import type { CaseRow } from "./row.ts";

/** Rows with what their answers cost by a price of tokens, in US dollars; those that asked no model stay as they are. */
export function priceRows(rows: readonly CaseRow[], price: Price | null): CaseRow[] {
  return rows.map((row) => priceRow(row, price));
}

/** The same of one row. */
export function priceRow(row: CaseRow, price: Price | null): CaseRow {
  return row.spending === undefined ? row : { ...row, cost: costOf(row.spending, price) };
}
