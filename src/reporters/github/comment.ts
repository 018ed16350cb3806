import type { Report } from "../../core/report.ts";
import { plain } from "./markdown.ts";
import { renderAnswer, renderBaseline, renderGates } from "./summary.ts";

/** GitHub takes no longer comment. */
const mostChars = 65_000;

/**
 * The body of a comment on a pull request: answer and gates, the comparison folded away. Its first line is a mark that
 * nobody sees, by which a later run finds the comment to put its own in the place of.
 */
export function renderComment(report: Report): string {
  const { suite, run, comparisons } = report;
  const details = comparisons.flatMap(renderBaseline).join("\n");
  const body = [
    commentMark(suite.name),
    `### nitbench ${plain(suite.name)}`,
    "",
    renderAnswer(report),
    ...renderGates(report),
    ...(details === "" ? [] : ["", "<details><summary>Against the baseline</summary>", details, "", "</details>"]),
    "",
    `<sub>run ${plain(run.id)}</sub>`,
    "",
  ].join("\n");
  if (body.length <= mostChars) return body;
  return `${[commentMark(suite.name), `### nitbench ${plain(suite.name)}`, "", renderAnswer(report)].join("\n")}\n`;
}

/** @param suite the suite's name: letters, digits and dashes */
function commentMark(suite: string): string {
  return `<!-- nitbench:${suite.replaceAll(/[^a-z0-9-]/g, "")} -->`;
}
