import { html } from "hono/html";
import type { Report, ReviewerReport } from "../../core/report.ts";
import { type Html, type Mark, markIcon } from "./marks.ts";
import { showRate } from "./numbers.ts";
import { grouped, plural } from "./text.ts";

/** Everything that someone needs to trust the numbers or to get them again. */
export function renderMethod(report: Report, marks: ReadonlyMap<string, Mark>): Html {
  const { run, suite, dataset } = report;
  const hosts = [...new Set(report.reviewers.flatMap((reviewer) => reviewer.hosts))];
  return html`<section id="method" class="block">
    <h2>How this was measured</h2>
    <p class="again"><span class="quiet">To repeat the run</span><code>${run.command}</code></p>
    <dl class="facts">
      ${fact("Suite", html`${suite.name} <code class="hash">${suite.hash}</code><span class="below quiet">${suite.file}${suite.description === "" ? "" : `: ${suite.description}`}</span>`)}
      ${fact(
        "Dataset",
        html`${dataset.name} <code class="hash">${dataset.hash}</code
          ><span class="below quiet">${plural(dataset.cases, "case")} in ${plural(dataset.clusters, "cluster")}: ${plural(dataset.bugs, "bug")}, ${plural(dataset.clean, "clean case")}, ${grouped(dataset.unannotated)} not annotated${dataset.where === undefined ? "" : `; where ${dataset.where}`}${dataset.limit === undefined ? "" : `; limit ${dataset.limit}`}${dataset.licenses.length === 0 ? "" : `; ${dataset.licenses.join(", ")}`}</span>`,
      )}
      ${fact("Asked", html`one request per ${suite.unit}, contract <code>${suite.contract}</code>, ${plural(suite.repeats, "repeat")}, seed ${run.seed}`)}
      ${fact("Sent code to", hosts.length === 0 ? html`no host: everything ran on this machine` : html`${hosts.map((host) => html`<code>${host}</code> `)}`)}
      ${fact("Matcher", renderMatcher(report))}
      ${fact("Conventions", renderConventions(report))}
      ${fact("Settings", html`${Object.entries(suite.scorers).map(([name, settings]) => html`<span class="below"><code>${name}</code> ${showSettings(settings)}</span>`)}<span class="below"><code>budget</code> ${showSettings(suite.budget)}</span>`)}
      ${fact("Machine", html`${run.host.platform} ${run.host.arch}, ${plural(run.host.cpus, "core")}, Node ${run.host.node}, ${run.tool}<span class="below quiet">run ${run.id}${run.name === undefined ? "" : ` (${run.name})`}, started ${run.startedAt}</span>`)}
    </dl>
    <h3>Reviewers as they were asked</h3>
    ${report.reviewers.map((reviewer) => reviewerFacts(reviewer, marks))}
  </section>`;
}

function fact(term: string, description: Html): Html {
  return html`<div><dt>${term}</dt><dd>${description}</dd></div>`;
}

function reviewerFacts(reviewer: ReviewerReport, marks: ReadonlyMap<string, Mark>): Html {
  const outcomes = Object.entries(reviewer.outcomes).filter(([, count]) => count > 0);
  return html`<details class="reviewer-facts">
    <summary>${markIcon(marks.get(reviewer.id))} <span class="name">${reviewer.id}</span> <span class="quiet">${reviewer.provider}</span></summary>
    <dl class="facts">
      ${fact("Model", html`${reviewer.model}${reviewer.weights === undefined ? "" : html`<span class="below quiet">weights <code class="hash">${reviewer.weights}</code></span>`}`)}
      ${fact("Prompt", html`${reviewer.prompt.file} <code class="hash">${reviewer.prompt.hash}</code>`)}
      ${fact("Parameters sent", Object.keys(reviewer.effective).length === 0 ? html`none` : html`${showSettings(reviewer.effective)}`)}
      ${fact("Hosts", reviewer.hosts.length === 0 ? html`none` : html`${reviewer.hosts.join(", ")}`)}
      ${fact("Generations", html`${grouped(reviewer.generations)}, ${grouped(reviewer.fromCache)} from the cache<span class="below quiet">${outcomes.map(([outcome, count]) => `${grouped(count)} ${outcome}`).join(", ")}</span>`)}
      ${reviewer.errors.length === 0 ? "" : fact("Errors", html`${reviewer.errors.map((error) => html`<span class="below">${grouped(error.count)} × ${error.message}</span>`)}`)}
    </dl>
  </details>`;
}

/** Settings as `key value, key value`; nested ones as JSON. */
export function showSettings(settings: unknown): string {
  if (typeof settings !== "object" || settings === null) return JSON.stringify(settings) ?? "";
  const shown = Object.entries(settings).map(([key, value]) => `${key} ${typeof value === "string" ? value : (JSON.stringify(value) ?? "")}`);
  return shown.length === 0 ? "with nothing set" : shown.join(", ");
}

function renderMatcher({ matcher }: Report): Html {
  if (matcher === null) return html`none: detection was not scored`;
  if (matcher.calibration === null) return html`<code>${matcher.name}</code>, no calibration on record`;
  const { version, threshold, pairsHash, measured } = matcher.calibration;
  const figures = flattenFigures(measured);
  return html`<code>${matcher.name}</code> version ${version}, threshold ${threshold}, calibrated on pairs <code class="hash">${pairsHash}</code>
    <table class="calibration">
      <tbody>
        ${figures.map((figure) => html`<tr><th scope="row">${figure.name}</th><td class="num">${figure.value}</td><td class="num interval">${figure.interval}</td></tr>`)}
      </tbody>
    </table>`;
}

interface Figure {
  name: string;
  value: string;
  interval: string;
}

/** The figures of a calibration record, whatever its nesting: a number, or an object with a value and an interval. */
export function flattenFigures(record: Record<string, unknown>, prefix = ""): Figure[] {
  return Object.entries(record).flatMap(([key, value]): Figure[] => {
    const spoken = key.replaceAll(/([a-z])([A-Z])/g, (_, before: string, after: string) => `${before} ${after.toLowerCase()}`);
    const name = prefix === "" ? spoken : `${prefix}, ${spoken}`;
    if (typeof value === "number") return [{ name, value: showFigure(value), interval: "" }];
    if (typeof value === "string") return [{ name, value, interval: "" }];
    if (!isRecord(value)) return [];
    const [main, interval] = [value["value"] ?? value["rate"], isRecord(value["interval"]) ? value["interval"] : value];
    if (typeof main !== "number") return flattenFigures(value, name);
    const [low, high] = [interval["low"], interval["high"]];
    const shown = typeof low === "number" && typeof high === "number" ? `${showFigure(low)}–${showFigure(high)}` : "";
    const n = value["n"] ?? value["denominator"];
    return [{ name, value: showFigure(main), interval: `${shown}${typeof n === "number" ? `  n ${n}` : ""}` }];
  });
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
const showFigure = (value: number) => (Number.isInteger(value) && Math.abs(value) > 1 ? grouped(value) : showRate(value));

function renderConventions({ suite }: Report): Html {
  const detection = isRecord(suite.scorers["detection"]) ? suite.scorers["detection"] : {};
  const tolerance = typeof detection["tolerance"] === "number" ? detection["tolerance"] : 3;
  const location =
    detection["location"] === "optional"
      ? "A finding without a place can find a bug: the suite says location: optional."
      : "A finding without a place never counts as found; it shows in recall_theme only.";
  const counting =
    detection["counting"] === "published"
      ? "Counting follows the published convention: one finding may hold several bugs."
      : "One finding holds at most one bug and one bug at most one finding; a repeated bug counts as a duplicate.";
  return html`<ul class="conventions">
    <li><b>Silence.</b> An answer that cannot be parsed, is cut, refused or too long for the model counts as saying nothing, so its bugs are missed. Only an outage leaves a case unscored.</li>
    <li><b>Place.</b> A finding is at a bug when it is within ${plural(tolerance, "line")} of it in the same file. ${location}</li>
    <li><b>Counting.</b> ${counting} Precision counts unlisted findings as wrong, although some may be right and not annotated.</li>
    <li><b>Doubt.</b> Intervals are 95 %, cases of one cluster are not independent and widen them; a gate decides by its one-sided 95 % bound unless it says otherwise.</li>
    <li><b>Nothing scored</b> is shown as a dash, never as zero.</li>
  </ul>`;
}
