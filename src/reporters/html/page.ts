import { html } from "hono/html";
import type { RunData } from "../../core/reporter.ts";
import { renderBaseline } from "./baseline.ts";
import { renderCharts } from "./charts.ts";
import { readClient } from "./client.ts";
import { renderDocument } from "./document.ts";
import { renderGates } from "./gates.ts";
import { assignMarks, type Html, sprite, statusWord } from "./marks.ts";
import { renderLatency } from "./latency.ts";
import { renderMethod } from "./method.ts";
import { packCases } from "./payload.ts";
import { renderHeader } from "./summary.ts";
import { renderSweep } from "./sweep.ts";
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
  const body = html`${sprite()}
    <a class="skip" href="#cases">Skip to the cases</a>
    <div class="sheet">
      ${renderHeader(report, marks)}
      <main>
        ${renderSweep(report)} ${renderGates(report, marks)} ${renderBaseline(report, marks)}
        ${renderReviewers(report, marks)} ${renderCharts(report, marks)} ${renderLatency(report, run, marks)}
        ${renderWeakSpots(report, marks)}
      </main>
    </div>
    ${renderCasesFrame(payload.cases)}
    <div class="sheet">
      ${renderMethod(report, marks)}
      <footer>
        <p>${report.run.tool} · report version ${report.version} · numbers: report.json · cases: cases.jsonl</p>
      </footer>
    </div>`;
  const title = html`<title>${statusWord(report.verdict.status)} · ${report.suite.name} · nitbench</title>`;
  const data = `<script type="application/octet-stream;base64" id="payload">${payload.encoded}</script>`;
  return renderDocument({ title, body, data, script, style });
}

/** What stands where the cases will be until they are unpacked, or for ever without JavaScript. */
function renderCasesFrame(count: number): Html {
  const cases = plural(count, "case");
  return html`<section id="cases" class="cases" aria-label="Cases">
    <div class="sheet cases-heading">
      <h2>Cases</h2>
      <noscript><p class="aside">Reading the ${cases} needs JavaScript. Everything else here does not.</p></noscript>
      <p class="aside" id="cases-state" hidden>Unpacking ${cases} …</p>
    </div>
    <div id="cases-app" hidden></div>
  </section>`;
}
