import type { Price } from "./cost.ts";
import type { ReviewerReport } from "./report.ts";
import type { CaseRow } from "./row.ts";

/**
 * Rows with their share of what a machine cost that is paid by the hour. Case lines do not hold it, since all that were
 * asked about had the same share: it is taken from what the report tells of these rows, at the price of now. Where that
 * is not known, not of all of them, or of other rows, no share is. Rows of a reviewer that is paid otherwise stay as they
 * are.
 * @param price in US dollars for an hour, where it is one
 * @param told the reviewer in the report that the rows are of
 */
export function spreadHours(
  rows: readonly CaseRow[],
  price: Price | null,
  told: Pick<ReviewerReport, "cases" | "price" | "metrics"> | undefined,
): CaseRow[] {
  if (price === null || !("usdPerHour" in price)) return [...rows];
  const asked = rows.filter(({ spending }) => spending !== undefined).length;
  const whole = costThen(told, rows.length);
  const usd = whole === null || asked === 0 ? null : (whole.usd * (price.usdPerHour / whole.usdPerHour)) / asked;
  return rows.map((row) =>
    row.spending === undefined
      ? row
      : { ...row, cost: usd === null ? { usd, unknown: row.spending.answers } : { usd, unknown: 0 } },
  );
}

/** What all of the rows cost, and by which price; null where that is not known of just these. */
function costThen(told: Parameters<typeof spreadHours>[2], rows: number): { usd: number; usdPerHour: number } | null {
  const { value = null, unscored = 0 } = told?.metrics["cost.usd"] ?? {};
  const price = told?.price ?? null;
  if (told?.cases !== rows || value === null || unscored > 0 || price === null) return null;
  return "usdPerHour" in price && price.usdPerHour > 0 ? { usd: value, usdPerHour: price.usdPerHour } : null;
}
