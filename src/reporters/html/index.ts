import type { Reporter } from "../../core/reporter.ts";
import { renderPage } from "./page.ts";

/** Renders a run as one HTML file, `report.html`, that opens from disk. */
export const htmlReporter: Reporter = {
  name: "html",
  render: async (run) => [{ path: "report.html", content: await renderPage(run) }],
};
