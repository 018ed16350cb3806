import type { Reporter } from "../core/reporter.ts";

/** The report itself, as one JSON document. */
export const jsonReporter: Reporter = {
  name: "json",
  render: ({ report }) => Promise.resolve([{ path: "report.json", content: `${JSON.stringify(report, null, 2)}\n` }]),
};
