import { createHash } from "node:crypto";
import { html, raw } from "hono/html";
import type { RunData } from "../../core/reporter.ts";
import { renderCharts } from "./charts.ts";
import { readClient } from "./client.ts";
import { assignMarks, sprite, statusWord } from "./marks.ts";
import { renderMethod } from "./method.ts";
import { packCases } from "./payload.ts";
import { renderGates, renderHeader } from "./summary.ts";
import { renderReviewers } from "./table.ts";
import { plural, visibleDeep } from "./text.ts";
import { renderWeakSpots } from "./weak.ts";

/**
 * The whole report as one document that needs no network: tables and charts first, the packed cases and the code that
 * unpacks them last. Only this very script and this very style sheet may run in it.
 */
export async function renderPage(run: RunData): Promise<string> {
  const report = visibleDeep(run.report);
  const marks = assignMarks(report.reviewers);
  const [{ script, style }, payload] = await Promise.all([readClient(), packCases(run, marks)]);
  const policy = [
    "default-src 'none'",
    `script-src ${hashSource(script)}`,
    `style-src ${hashSource(style)}`,
    "img-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${raw(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${statusWord(report.verdict.status)} · ${report.suite.name} · nitbench</title>
<style>${raw(style)}</style>
</head>
<body>
${sprite()}
<a class="skip" href="#cases">Skip to the cases</a>
<div class="sheet">
${renderHeader(report)}
<main>
${renderGates(report, marks)}
${renderReviewers(report, marks)}
${renderCharts(report, marks)}
${renderWeakSpots(report, marks)}
</main>
</div>
<section id="cases" class="cases" aria-label="Cases">
<div class="sheet cases-heading"><h2>Cases</h2>
<noscript><p class="aside">Reading the ${plural(payload.cases, "case")} needs JavaScript. Everything above and below does not.</p></noscript>
<p class="aside" id="cases-state" hidden>Unpacking ${plural(payload.cases, "case")} …</p></div>
<div id="cases-app" hidden></div>
</section>
<div class="sheet">
${renderMethod(report, marks)}
<footer><p>${report.run.tool} · report version ${report.version} · the numbers are in report.json, each case in cases.jsonl</p></footer>
</div>
<script type="application/octet-stream;base64" id="payload">${raw(payload.encoded)}</script>
<script type="module">${raw(script)}</script>
</body>
</html>
`;
  return String(await page);
}

/** The source expression that allows exactly this inline text, as Content Security Policy level 2 defines it. */
function hashSource(text: string): string {
  return `'sha256-${createHash("sha256").update(text, "utf8").digest("base64")}'`;
}
