import { html } from "hono/html";
import type { GateResult, Metric, Report, ReviewerReport } from "../../core/report.ts";
import { type Html, type Mark, markIcon, statusBadge } from "./marks.ts";
import { metricLabel, showInterval, showValue, type Unit } from "./numbers.ts";
import { grouped, plural, shortenApart, spokenDuration } from "./text.ts";

/** The top of the page: what was run, and the answer in one sentence. */
export function renderHeader(report: Report): Html {
  const { run, suite, dataset, verdict } = report;
  return html`<header class="masthead">
      <p class="wordmark">nitbench</p>
      <nav aria-label="Sections">
        ${report.reviewers.some((one) => one.gates.length > 0) ? html`<a href="#gates">Gates</a>` : ""}
        <a href="#reviewers">Reviewers</a> <a href="#charts">Charts</a> <a href="#weak">Weak spots</a>
        <a href="#cases">Cases</a> <a href="#method">Method</a>
      </nav>
    </header>
    <section class="answer verdict-${verdict.status}" aria-label="Verdict">
      <p class="dateline">
        <b>${suite.name}</b> <span>${plural(dataset.cases, "case")}</span>
        <span>${plural(dataset.bugs, "bug")}, ${plural(dataset.clean, "clean case")}</span>
        <span>${plural(dataset.clusters, "cluster")}</span> <span>seed ${run.seed}</span>
        <time datetime="${run.startedAt}">${spokenTime(run.startedAt)}</time>
        <span>${spokenDuration(run.durationMs)}</span>
      </p>
      <h1>
        ${statusBadge(verdict.status, "large")}
        <span class="sentence">${namesAsCode(bareSentence(verdict.sentence), report.reviewers)}</span>
      </h1>
      ${renderWarnings(report)}
    </section>`;
}

// The status stands before the sentence as a badge already.
function bareSentence(sentence: string): string {
  const bare = sentence.replace(/^\**(pass|fail|undecided|inconclusive|incomplete|ungated)\**\s*[·:–-]\s+/i, "");
  return bare === sentence ? sentence : bare.charAt(0).toUpperCase() + bare.slice(1);
}

/** A sentence in which the names of reviewers are set as code. */
function namesAsCode(sentence: string, reviewers: readonly ReviewerReport[]): Html[] {
  const longestFirst = reviewers.map((reviewer) => reviewer.id).sort((a, b) => b.length - a.length);
  const name = longestFirst.find((one) => one !== "" && sentence.includes(one));
  if (name === undefined) return withCode(sentence);
  const rest = reviewers.filter((reviewer) => reviewer.id !== name);
  return sentence
    .replaceAll(`\`${name}\``, name)
    .split(name)
    .flatMap((piece, index) => [index === 0 ? html`` : html`<code>${name}</code>`, ...namesAsCode(piece, rest)]);
}

/** Text in which `backticks` become code. */
function withCode(text: string): Html[] {
  return text
    .split(/`([^`]+)`/)
    .map((piece, index) => (index % 2 === 1 ? html`<code>${piece}</code>` : html`${piece}`));
}

function spokenTime(iso: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  const clock = time.toISOString().slice(11, 16);
  return `${time.getUTCDate()} ${months[time.getUTCMonth()]} ${time.getUTCFullYear()}, ${clock} UTC`;
}

function renderWarnings(report: Report): Html {
  const warnings = [
    ...(report.run.isWhole ? [] : ["The run was cut short: this report holds what was finished."]),
    ...report.warnings,
  ];
  if (warnings.length === 0) return html``;
  return html`<aside class="warnings" aria-label="Warnings">
    <h2>${plural(warnings.length, "warning")}</h2>
    <ul>
      ${warnings.map((warning) => html`<li>${withCode(warning)}</li>`)}
    </ul>
  </aside>`;
}

const mostFullTables = 3;

/** The gates of every measured reviewer; above three reviewers a matrix first and the tables folded. */
export function renderGates(report: Report, marks: ReadonlyMap<string, Mark>): Html {
  const gated = report.reviewers.filter((reviewer) => reviewer.gates.length > 0);
  if (gated.length === 0) {
    return report.verdict.status === "ungated"
      ? html`<p class="aside">The suite sets no gates, so nothing passes or fails here.</p>`
      : html``;
  }
  const isMany = gated.length > mostFullTables;
  return html`<section id="gates" class="block">
    <h2>Gates</h2>
    ${isMany ? gateMatrix(gated, marks) : ""}
    ${gated.map((reviewer) => {
      const name = html`${markIcon(marks.get(reviewer.id))} <span class="name">${reviewer.id}</span>`;
      return isMany
        ? html`<details class="gate-fold">
            <summary>${name} <span class="quiet">gate by gate</span></summary>
            ${gateTable(reviewer)}
          </details>`
        : html`<h3 class="reviewer-name">${name}</h3>
            ${gateTable(reviewer)}`;
    })}
  </section>`;
}

function gateTable(reviewer: ReviewerReport): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Gates of ${reviewer.id}">
    <table class="gates">
      <thead>
        <tr>
          <th scope="col">Status</th>
          <th scope="col">Gate</th>
          <th scope="col" class="num">Value</th>
          <th scope="col" class="num">Bound</th>
          <th scope="col">Why</th>
        </tr>
      </thead>
      <tbody>
        ${reviewer.gates.map((result) => gateRow(reviewer, result))}
      </tbody>
    </table>
  </div>`;
}

function gateRow(reviewer: ReviewerReport, result: GateResult): Html {
  const { gate } = result;
  const metric: Metric | undefined = reviewer.metrics[gate.metric];
  const unit = gateUnit(reviewer, result);
  return html`<tr>
    <td>${statusBadge(result.status)}${gate.required ? "" : html`<span class="quiet below">not required</span>`}</td>
    <td>
      <code>${gate.metric}</code> <b class="rule">${gateRule(result, unit)}</b>
      ${gate.where === undefined ? "" : html`<span class="quiet below">where <code>${gate.where}</code></span>`}
    </td>
    <td class="num">
      ${showValue(result.value, unit)}
      ${gate.where === undefined && metric !== undefined ? html`<span class="interval">${showInterval(metric)}</span>` : ""}
    </td>
    <td class="num bound">
      ${result.bound === null ? html`<span class="quiet">–</span>` : showValue(result.bound, unit)}
    </td>
    <td class="why">
      ${
        result.casesToDecide === null || result.casesToDecide === 0
          ? ""
          : html`<b>About ${grouped(result.casesToDecide)} more would decide.</b> `
      }${bareReason(result)}${metric === undefined || gate.where !== undefined ? "" : `, n = ${metric.n}`}
      ${result.warning === undefined ? "" : html`<span class="below caution">Warning: ${result.warning}</span>`}
    </td>
  </tr>`;
}

// Value and interval have their own column.
function bareReason({ reason }: GateResult): string {
  return reason.replaceAll(/ \(value [^()]*\)/g, "");
}

function gateUnit(reviewer: ReviewerReport, { gate }: GateResult): Unit {
  return reviewer.metrics[gate.metric]?.unit ?? (gate.metric.endsWith("_ms") ? "ms" : "rate");
}

function gateRule({ gate }: GateResult, unit: Unit): string {
  const rules: string[] = [];
  if (gate.min !== undefined) rules.push(`≥ ${showValue(gate.min, unit)}`);
  if (gate.max !== undefined) rules.push(`≤ ${showValue(gate.max, unit)}`);
  if (gate.vsBaseline !== undefined) rules.push(`≥ baseline − ${showValue(gate.vsBaseline.margin, unit)}`);
  return rules.join(", ");
}

function gateMatrix(gated: readonly ReviewerReport[], marks: ReadonlyMap<string, Mark>): Html {
  const [first] = gated;
  if (first === undefined) return html``;
  const columns = first.gates;
  const names = shortenApart(
    gated.map((reviewer) => reviewer.id),
    44,
  );
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Gates of all reviewers">
    <table class="matrix">
      <thead>
        <tr>
          <th scope="col">Reviewer</th>
          ${columns.map((column) => html`<th scope="col" title="${column.gate.metric}">${metricLabel(column.gate.metric)} ${gateRule(column, gateUnit(first, column))}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${gated.map(
          (reviewer) =>
            html`<tr>
              <th scope="row" title="${reviewer.id}">
                ${markIcon(marks.get(reviewer.id))} <span class="name">${names.get(reviewer.id)}</span>
              </th>
              ${columns.map((_, index) => {
                const result = reviewer.gates[index];
                if (result === undefined) return html`<td>–</td>`;
                return html`<td>
                  ${statusBadge(result.status)}
                  <span class="quiet">${showValue(result.value, gateUnit(reviewer, result))}</span>
                </td>`;
              })}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
