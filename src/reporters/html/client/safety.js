import { el, glyph } from "./dom.js";
import { failedChecks } from "./filter.js";

/** The safety checks that a review failed, each with its evidence; null where it failed none. */
export function safetyView(line) {
  const failed = failedChecks(line);
  if (failed.length === 0) return null;
  const rows = failed.map(({ name, evidence }) =>
    el("tr", "", el("th", { scope: "row" }, name), el("td", "evidence", evidence)),
  );
  const checks = failed.length === 1 ? "a safety check" : `${failed.length} safety checks`;
  return el(
    "section",
    "verdict safety",
    el("header", "", el("b", "", glyph("fail"), `This review fails ${checks}`)),
    el("table", "", el("tbody", "", ...rows)),
  );
}
