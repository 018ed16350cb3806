import { html } from "hono/html";
import { isLeast, shortRef } from "../../core/format.ts";
import { metricNames } from "../../core/metric.ts";
import type { Metric, Report, ReviewerReport } from "../../core/report.ts";
import { orderColumns, passRateTitle } from "../column-order.ts";
import { breakable, type Html, type Mark, markIcon } from "./marks.ts";
import { metricLabel, metricMeaning, rowOrder, sharedDecimals, showInterval, showValue, unitsOf } from "./numbers.ts";
import { renderJudges } from "./panel.ts";
import { plural, shortenApart } from "./text.ts";

type Reviewers = readonly ReviewerReport[];
type Marks = ReadonlyMap<string, Mark>;

const detectionColumns = ["detection.recall", "detection.precision", "detection.f1"];
const otherColumns = [
  "detection.recall_published",
  "detection.precision_published",
  "detection.f1_published",
  "ratings.relevance",
  "ratings.conciseness",
  "ratings.comprehensiveness",
  "detection.false_alarm_rate",
  "detection.twin_discrimination",
  "safety.pass_rate",
  "overlap.f1_code",
  "contract.valid_rate",
  "latency.p50_ms",
  "latency.p95_ms",
  "load.p50_ms",
  "load.p95_ms",
  "cost.usd",
  "cost.usd_per_bug_found",
];

/** Shown where the main columns leave room for them. */
const spareColumns = ["overlap.f1", "overlap.rouge_l", "overlap.bleu"];
const fewColumns = 6;
/** More do not fit beside the names; the others are among all metrics. */
const mostColumns = 12;

/** Why values are missing or odd: every reason once, with the letter that stands beside the values. */
interface Footnotes {
  letterOf: (reason: string) => string;
  render: () => Html;
}

/**
 * The reviewers side by side: values, their intervals quieter below; first what is measured, then its company, then
 * floors and ceilings. After that every metric, folded.
 */
export function renderReviewers(report: Report, marks: Marks): Html {
  const { measured, company, yardsticks } = rowOrder(report.reviewers);
  const columns = chooseColumns(report);
  const footnotes = collectFootnotes();
  const decimals = new Map(
    columns.map((name) => [name, sharedDecimals(report.reviewers.map((one) => one.metrics[name]?.value ?? null))]),
  );
  const look: RowLook = {
    columns,
    decimals,
    marks,
    footnotes,
    usualCases: report.dataset.cases * report.suite.repeats,
  };
  const group = (reviewers: Reviewers, className: string, heading: string) =>
    reviewers.length === 0
      ? ""
      : html`<tbody class="${className}">
          ${
            heading === ""
              ? ""
              : html`<tr class="divider">
                  <th colspan="${columns.length + 1}" scope="rowgroup">${heading}</th>
                </tr>`
          }
          ${reviewers.map((reviewer) => mainRow(reviewer, look))}
        </tbody>`;
  return html`<section id="reviewers" class="block">
    <h2>Reviewers</h2>
    <div class="scroll" tabindex="0" role="region" aria-label="Metrics of all reviewers">
      <table class="metrics">
        <thead>
          <tr>
            <th scope="col">Reviewer</th>
            ${columns.map((name) => columnHeading(name, report.judge))}
          </tr>
        </thead>
        ${group(measured, "measured", "")}
        ${group(company, "company", measured.length === 0 ? "" : "In company, for comparison")}
        ${group(yardsticks, "yardsticks", "Ceilings and floors, for scale")}
      </table>
    </div>
    <p class="legend">
      Under each value its 95 % interval. ↑ higher is better, ↓ lower is better. ${judgeLegend(report)}
    </p>
    ${renderJudges(report, marks)} ${footnotes.render()} ${allMetrics([...measured, ...company, ...yardsticks], marks)}
  </section>`;
}

/** Who stands behind the pass rate; what may not gate says so where it is read. */
function judgeLegend({ judge }: Report): Html {
  if (judge === null) return html``;
  if (judge.engine === "lexical") return html`The lexical engine compares words; it informs and decides nothing.`;
  const informs = judge.informsBecause === null ? "" : "; they inform and decide nothing";
  if (judge.members !== undefined)
    return html`Judged by ${plural(judge.members.length, "judge")}: what most of them say, each by the medians of
    ${plural(judge.runs, "run")}${informs}.`;
  const name = html`<code title="${judge.ref}">${shortRef(judge.ref)}</code>`;
  return html`Judged by ${name}, median of
  ${plural(judge.runs, "run")}${judge.informsBecause === null ? "" : "; it informs and decides nothing"}.`;
}

/** What a suite does not measure has no column, unless a gate asks for it or there would be none. */
function chooseColumns(report: Report): string[] {
  const { reviewers } = report;
  const mainColumns = orderColumns(report, detectionColumns, otherColumns);
  const gated = reviewers.flatMap((reviewer) => reviewer.gates.map((result) => result.gate.metric));
  const isPresent = (name: string) => reviewers.some((reviewer) => reviewer.metrics[name] !== undefined);
  const isScored = (name: string) => reviewers.some(({ metrics }) => (metrics[name]?.value ?? null) !== null);
  // Times of the quality run are those of its load: a phase of its own says more.
  const isSaidBetter = (name: string) => report.latency !== undefined && name.startsWith("load.");
  const present = [...new Set([...mainColumns, ...gated])].filter((name) => isPresent(name) && !isSaidBetter(name));
  const scored = present.filter((name) => isScored(name) || gated.includes(name));
  if (scored.length === 0) return present.slice(0, mostColumns);
  if (scored.length > mostColumns) return leaveOut(scored);
  const spare = spareColumns.filter((name) => isScored(name) && !scored.includes(name));
  return [...scored, ...spare.slice(0, Math.max(0, fewColumns - scored.length))];
}

/** Single checks, words in common and costs by bug go first, then whatever stands last. */
function leaveOut(columns: readonly string[]): string[] {
  const parts = columns.filter((name) => /^safety\.(?!pass_rate)|^overlap\.|^cost\.usd_per/.test(name));
  const excess = new Set(parts.slice(Math.max(0, parts.length - (columns.length - mostColumns))));
  return columns.filter((name) => !excess.has(name)).slice(0, mostColumns);
}

function columnHeading(name: string, judge: Report["judge"]): Html {
  const { description, better } = metricMeaning(name);
  const unit = name.endsWith("_ms") ? html`&nbsp;<span class="unit">ms</span>` : "";
  const arrow =
    better === null
      ? ""
      : html`&nbsp;<span class="arrow" aria-label="${better} is better">${better === "higher" ? "↑" : "↓"}</span>`;
  const label = name === "judge.pass_rate" ? passRateTitle(judge) : metricLabel(name);
  return html`<th scope="col" class="num" title="${description}" data-better="${better ?? "higher"}">
    ${label}${unit}${arrow}
  </th>`;
}

/** What is the same for every row of the table. */
interface RowLook {
  columns: readonly string[];
  decimals: ReadonlyMap<string, number>;
  marks: Marks;
  footnotes: Footnotes;
  /** Case lines that every reviewer should have; a count is told only where it is another. */
  usualCases: number;
}

function mainRow(reviewer: ReviewerReport, { columns, decimals, marks, footnotes, usualCases }: RowLook): Html {
  const mark = marks.get(reviewer.id);
  const facts = [
    ...(reviewer.cases === usualCases ? [] : [plural(reviewer.cases, "case")]),
    ...(reviewer.unscored > 0 ? [`${reviewer.unscored} unscored`] : []),
  ];
  return html`<tr>
    <th scope="row">
      <span class="reviewer"
        >${markIcon(mark)}<span class="name" title="${reviewer.id}">${breakable(mark?.name ?? reviewer.id)}</span></span
      >
      ${mark === undefined || mark.place === "" ? "" : html`<span class="place below">${mark.place}</span>`}
      ${facts.length === 0 ? "" : html`<span class="quiet below">${facts.join(", ")}</span>`}
    </th>
    ${columns.map((name) => metricCell(reviewer, name, decimals.get(name) ?? 2, footnotes))}
  </tr>`;
}

function metricCell(reviewer: ReviewerReport, name: string, decimals: number, footnotes: Footnotes): Html {
  const metric = reviewer.metrics[name];
  if (metric === undefined || metric.value === null) {
    const reason = metric?.reason ?? "not measured for this reviewer";
    const letter = footnotes.letterOf(reason);
    return html`<td class="num null" title="${reason}">–<sup>${letter}</sup></td>`;
  }
  const counts =
    metric.numerator !== undefined && metric.denominator !== undefined
      ? `${round(metric.numerator)} of ${round(metric.denominator)} ${unitsOf(metric)}; `
      : "";
  const title = `${counts}n = ${plural(metric.n, metric.unitOfAnalysis)}${metric.effectiveN === undefined ? "" : ` (worth ${round(metric.effectiveN)} independent ones)`}, ${plural(metric.clusters, "cluster")}; ${metric.method}`;
  const remark = remarkOn(reviewer, name, metric);
  return html`<td class="num" title="${title}" data-value="${metric.value}">
    ${isLeast(metric) ? "≥ " : ""}${showValue(metric.value, metric.unit, decimals)}${remark === null ? "" : html`<sup>${footnotes.letterOf(remark)}</sup>`}<span
      class="interval"
      >${showInterval(metric, decimals)}</span
    >
  </td>`;
}

/** What a reader would stumble over: what the judge left open counts nowhere; a floor that keeps silence breaks the contract, and is meant to. */
function remarkOn({ provider }: ReviewerReport, name: string, metric: Metric): string | null {
  const { value, unscored, reason } = metric;
  if (isLeast(metric)) return reason ?? "a part of it is not known";
  if (name === "judge.pass_rate" && unscored > 0)
    return `${plural(unscored, "case")} left unscored by the judge${reason === undefined ? "" : `: ${reason}`}`;
  return provider === "floor" && name === "contract.valid_rate" && value === 0
    ? "says nothing in the form that the suite asks for"
    : null;
}

const round = (count: number) => Math.round(count * 10) / 10;

function collectFootnotes(): Footnotes {
  const reasons: string[] = [];
  const letter = (index: number) => String.fromCodePoint(97 + (index % 26)).repeat(1 + Math.floor(index / 26));
  return {
    letterOf: (reason) => {
      if (!reasons.includes(reason)) reasons.push(reason);
      return letter(reasons.indexOf(reason));
    },
    render: () =>
      reasons.length === 0
        ? html``
        : html`<ol class="footnotes">
            ${reasons.map((reason, index) => html`<li><sup>${letter(index)}</sup> ${reason}</li>`)}
          </ol>`,
  };
}

function allMetrics(reviewers: Reviewers, marks: Marks): Html {
  const measured = new Set(reviewers.flatMap((reviewer) => Object.keys(reviewer.metrics)));
  const ordered = [...metricNames.filter((name) => measured.delete(name)), ...measured];
  if (ordered.length === 0) return html``;
  const labelOf = ({ id }: ReviewerReport) => marks.get(id)?.label ?? id;
  const names = shortenApart(reviewers.map(labelOf), 24);
  return html`<details class="all-metrics">
    <summary>All ${ordered.length} metrics, with n</summary>
    <div class="scroll" tabindex="0" role="region" aria-label="All metrics">
      <table class="every">
        <thead>
          <tr>
            <th scope="col">Metric</th>
            ${reviewers.map((reviewer) => html`<th scope="col" class="num" title="${reviewer.id}">${markIcon(marks.get(reviewer.id))} ${names.get(labelOf(reviewer))}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${ordered.map((name) => {
            const values = reviewers.map((reviewer) => reviewer.metrics[name]);
            const decimals = sharedDecimals(values.map((metric) => metric?.value ?? null));
            const { description, better } = metricMeaning(name);
            const shared = sharedReason(values);
            return html`<tr>
              <th scope="row" data-better="${better ?? "higher"}">
                <code>${name}</code><span class="quiet below">${description}; n: ${unitsOf(...values)}</span>
                ${shared === null ? "" : html`<span class="quiet below">– ${shared}</span>`}
              </th>
              ${values.map((metric) => everyCell(metric, decimals, shared))}
            </tr>`;
          })}
        </tbody>
      </table>
    </div>
  </details>`;
}

/** Why none of several reviewers has a value, where it is the same for all of them; else null. */
function sharedReason(metrics: readonly (Metric | undefined)[]): string | null {
  const [first] = metrics;
  const isShared = metrics.every((metric) => metric?.value === null && metric.reason === first?.reason);
  return isShared && metrics.length > 1 ? (first?.reason ?? null) : null;
}

function everyCell(metric: Metric | undefined, decimals: number, shared: string | null): Html {
  if (metric === undefined || shared !== null) return html`<td class="num null">–</td>`;
  if (metric.value === null)
    return html`<td class="num null">–<span class="interval">${metric.reason ?? ""}</span></td>`;
  return html`<td class="num" data-value="${metric.value}">
    ${isLeast(metric) ? "≥ " : ""}${showValue(metric.value, metric.unit, decimals)}<span class="interval"
      >${showInterval(metric, decimals)}</span
    ><span class="interval">n ${metric.n}</span>
  </td>`;
}
