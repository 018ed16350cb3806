import { html } from "hono/html";
import type { ReviewerReport } from "../../core/report.ts";
import type { Html } from "./marks.ts";
import { plural } from "./text.ts";

/** What likely makes a reviewer fail, with what shows it, the remedy and a few cases to look at; nothing where nothing is shown. */
export function renderCauses({ id, diagnosis }: ReviewerReport): Html {
  if (diagnosis.length === 0) return html``;
  return html`<h4>${diagnosis.length === 1 ? "Likely cause" : "Likely causes"}</h4>
    <ul class="causes">
      ${diagnosis.map(
        ({ cause, evidence, remedy, cases, examples }) =>
          html`<li>
            <p class="cause">${cause.charAt(0).toUpperCase()}${cause.slice(1)}.</p>
            <p>${evidence}</p>
            <p class="remedy">${remedy}</p>
            <p class="quiet">
              ${plural(cases, "case")}:
              ${examples.map((caseId, index) => html`${index === 0 ? "" : ", "}<a href="${hashOf(caseId, id)}">${caseId}</a>`)}${cases > examples.length ? ", …" : ""}
            </p>
          </li>`,
      )}
    </ul>`;
}

function hashOf(caseId: string, reviewer: string): string {
  return `#case=${encodeURIComponent(caseId)}&reviewer=${encodeURIComponent(reviewer)}`;
}
