import type { Report } from "../core/report.ts";

/**
 * Whether the judge's figures stand before those of detection: where the suite's first gate on either is on the judge, and
 * where nothing looks for bugs.
 */
export function judgeLeads({ suite, judge }: Pick<Report, "suite" | "judge">): boolean {
  if (judge === null) return false;
  if (suite.scorers["detection"] === undefined) return true;
  const first = suite.gates.find(({ metric }) => metric.startsWith("judge.") || metric.startsWith("detection."));
  return first?.metric.startsWith("judge.") === true;
}

/** What the judge's pass rate is called over a column: a comparison of words is not called a judge's verdict. */
export function passRateTitle(judge: Report["judge"]): string {
  if (judge?.members !== undefined) return "panel pass rate";
  return judge?.engine === "lexical" ? "lexical pass rate" : "judge pass rate";
}
