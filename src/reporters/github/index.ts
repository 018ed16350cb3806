import type { Reporter } from "../../core/reporter.ts";
import { renderComment } from "./comment.ts";
import { renderSummary } from "./summary.ts";

/** A job summary, `summary.md`, and the body of a comment on a pull request, `comment.md`. */
export const githubReporter: Reporter = {
  name: "github",
  render: ({ report }) =>
    Promise.resolve([
      { path: "summary.md", content: renderSummary(report) },
      { path: "comment.md", content: renderComment(report) },
    ]),
};
