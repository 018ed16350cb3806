/** Tables and numbers as the READMEs of calibrations show them. */
import type { SelfTestShare } from "../src/core/judge/self-test.ts";

/** A rate with three decimals and no leading zero. */
export function digits(rate: number): string {
  return rate.toFixed(3).replace(/^0/, "");
}

/** A Markdown table whose columns are as wide as their widest cell; the first row is its head. */
export function table([head, ...body]: string[][]): string {
  const widths = head!.map((_, column) => Math.max(3, ...[head!, ...body].map((row) => row[column]!.length)));
  const line = (row: string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`;
  return [line(head!), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n");
}

/** A row of a table of self-tests. */
export function shareRow(name: string, { n, right, low, high }: SelfTestShare): string[] {
  return [name, String(n), String(right), `${digits(low ?? 0)} to ${digits(high ?? 1)}`];
}

/** The ids of what was wrong, as code. */
export function listWrong({ wrong }: Pick<SelfTestShare, "wrong">): string {
  return wrong.length === 0 ? "none" : wrong.map((id) => `\`${id}\``).join(", ");
}
