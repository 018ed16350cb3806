import { neutralise } from "../../core/format.ts";
import type { GateResult, Verdict } from "../../core/report.ts";

/** The word of a verdict or a gate, with a sign beside it that does not rest on colour alone. */
export function statusMark(status: Verdict["status"] | GateResult["status"]): string {
  return marks[status];
}

const marks: Record<Verdict["status"] | GateResult["status"], string> = {
  pass: "✅ pass",
  fail: "❌ fail",
  inconclusive: "❔ undecided",
  incomplete: "⚠️ incomplete",
  ungated: "no gates",
};

/**
 * Text from outside as one line of Markdown that shows as it is: no markup, no link, no mention of a person or issue, no
 * HTML, no end of a table's cell.
 */
export function plain(text: string): string {
  return neutralise(text.toWellFormed())
    .replaceAll(/\s+/g, " ")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll(/[\\`*_{}[\]#!|~]/g, String.raw`\$&`)
    .replaceAll("@", "&#64;")
    .replaceAll("://", "&#58;//");
}

/** A table; every cell is Markdown already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
