import { html } from "hono/html";
import { formatRate, formatValue } from "../../core/format.ts";
import type { Report, ReviewerReport } from "../../core/report.ts";
import type { ServedModel } from "../../core/served.ts";
import { renderConventions } from "./conventions.ts";
import { priceInWords, spentBy, tookOf } from "./cost.ts";
import { renderCalibration, renderJudge, renderRubric } from "./judge-method.ts";
import { type Html, type Mark, markIcon } from "./marks.ts";
import { everyone } from "./numbers.ts";
import { annotation, grouped, plural } from "./text.ts";

/** Everything that someone needs to trust the numbers or to get them again. */
export function renderMethod(report: Report, marks: ReadonlyMap<string, Mark>): Html {
  const { run, suite, dataset } = report;
  const all = everyone(report.reviewers);
  // One that was asked about two splits was asked in the same way.
  const asked = all.filter(({ ref }, index) => all.findIndex((other) => other.ref === ref) === index);
  return html`<section id="method" class="block">
    <h2>How this was measured</h2>
    <p class="again"><span class="quiet">To repeat the run</span><code>${run.command}</code></p>
    <dl class="facts">
      ${fact("Suite", html`${suite.name} <code class="hash">${suite.hash}</code><span class="below quiet">${suite.file}${suite.description === "" ? "" : `: ${suite.description}`}</span>`)}
      ${fact(
        "Dataset",
        html`${dataset.name} <code class="hash">${dataset.hash}</code
          ><span class="below quiet"
            >${plural(dataset.cases, "case")} in ${plural(dataset.clusters, "cluster")}:
            ${annotation(dataset)}${dataset.split === undefined ? "" : `; split ${dataset.split}`}${dataset.where === undefined ? "" : `; where ${dataset.where}`}${dataset.limit === undefined ? "" : `; limit ${dataset.limit}`}${dataset.licenses.length === 0 ? "" : `; ${dataset.licenses.join(", ")}`}</span
          >${dataset.source === undefined ? "" : html`<span class="below">${dataset.source.reference}, ${dataset.source.licence}. ${dataset.source.citation}</span>`}`,
      )}
      ${fact("Asked", report.reviewers.every(isUnasked) ? html`nobody: every review was recorded before or made here; seed ${run.seed}` : html`one request per ${suite.unit}, contract <code>${suite.contract}</code>, ${plural(suite.repeats, "repeat")}, seed ${run.seed}`)}
      ${fact("Sent code to", renderHosts(report))} ${fact("Matcher", renderMatcher(report))}
      ${report.judge === null ? "" : html`${fact("Judge", renderJudge(report.judge))} ${fact("Rubric", renderRubric(report.judge))}`}
      ${fact("Conventions", renderConventions(report))}
      ${fact("Settings", html`${Object.entries(suite.scorers).map(([name, settings]) => html`<span class="below"><code>${name}</code> ${showSettings(settings)}</span>`)}<span class="below"><code>budget</code> ${showSettings(suite.budget)}</span>`)}
      ${fact("Machine", html`${run.host.platform} ${run.host.arch}, ${plural(run.host.cpus, "core")}, Node ${run.host.node}, ${run.tool}<span class="below quiet">run ${run.id}${run.name === undefined ? "" : ` (${run.name})`}, started ${run.startedAt}</span>`)}
    </dl>
    <h3>Reviewers as they were asked</h3>
    ${asked.map((reviewer) => reviewerFacts(reviewer, marks))}
  </section>`;
}

function renderHosts({ reviewers, judge, matcher }: Report): Html {
  const ofReviewers = new Set(reviewers.flatMap((reviewer) => reviewer.hosts));
  const ofJudge = new Set([...(judge?.hosts ?? []), ...(matcher?.asked?.hosts ?? [])]);
  const all = [...new Set([...ofReviewers, ...ofJudge])];
  if (all.length === 0) return html`no host: everything ran on this machine`;
  const isPanel = judge?.members !== undefined || matcher?.asked?.members !== undefined;
  const theJudge = isPanel ? "judges" : "the judge";
  const whose = (host: string) =>
    !ofJudge.has(host) ? "" : ofReviewers.has(host) ? ` (reviewers and ${theJudge})` : ` (${theJudge})`;
  return html`${all.map((host, index) => html`${index === 0 ? "" : ", "}<code>${host}</code>${whose(host)}`)}`;
}

/** Those that answer without being shown a prompt. */
const unasked: readonly string[] = ["recorded", "replay", "floor", "ceiling", "static"];
const isUnasked = ({ provider }: ReviewerReport) => unasked.includes(provider);

function fact(term: string, description: Html): Html {
  return html`<div>
    <dt>${term}</dt>
    <dd>${description}</dd>
  </div>`;
}

function reviewerFacts(reviewer: ReviewerReport, marks: ReadonlyMap<string, Mark>): Html {
  const outcomes = Object.entries(reviewer.outcomes).filter(([, count]) => count > 0);
  return html`<details class="reviewer-facts">
    <summary>
      ${markIcon(marks.get(reviewer.id))} <span class="name">${reviewer.id}</span>
      <span class="quiet">${reviewer.provider}</span>
    </summary>
    <dl class="facts">
      ${fact("Model", html`${reviewer.model}`)} ${reviewer.served === undefined ? "" : servedFacts(reviewer.served)}
      ${fact("Prompt", isUnasked(reviewer) ? html`none: it was not asked` : html`${reviewer.prompt.file} <code class="hash">${reviewer.prompt.hash}</code>`)}
      ${fact("Parameters sent", Object.keys(reviewer.effective).length === 0 ? html`none` : html`${showSettings(reviewer.effective)}`)}
      ${fact("Hosts", reviewer.hosts.length === 0 ? html`none` : html`${reviewer.hosts.join(", ")}`)}
      ${fact("Generations", html`${grouped(reviewer.generations)}, ${grouped(reviewer.fromCache)} from the cache${reviewer.capped === undefined ? "" : `, of ${grouped(reviewer.capped)} only the beginning was read`}<span class="below quiet">${outcomes.map(([outcome, count]) => `${grouped(count)} ${outcome}`).join(", ")}</span>`)}
      ${reviewer.price === undefined ? "" : fact("Cost", html`${spentBy(reviewer)}<span class="below quiet">${priceInWords(reviewer.price)}</span>`)}
      ${reviewer.errors.length === 0 ? "" : fact("Errors", html`${reviewer.errors.map((error) => html`<span class="below">${grouped(error.count)} × ${error.message}</span>`)}`)}
    </dl>
  </details>`;
}

/** What was served from disk, by what, and how one knows that it was. */
function servedFacts({ kind, hash, trainedOn, rank, engine, base, baseDigest, proof }: ServedModel): Html {
  const size = rank === null ? "" : `, rank ${rank}`;
  const origin = trainedOn === null ? "" : html`<span class="below quiet">trained on ${trainedOn}</span>`;
  const digest = baseDigest == null ? "" : html` <code class="hash">${baseDigest}</code>`;
  const on = base === null ? "" : html` on ${base}${digest}`;
  const applied =
    proof === null
      ? ""
      : html`<span class="below quiet"
          >${proof.different} of ${proof.prompts} prompts answered otherwise than by its base, ${proof.unsteady} by the
          base itself when asked again</span
        >`;
  return html`${fact("Weights", html`${kind === "model" ? "whole model" : "adapter"}${size} <code class="hash">${hash}</code>${origin}`)}
  ${fact("Served by", html`${engine}${on}${applied}`)}`;
}

/** Settings as `key value, key value`; nested ones as JSON. */
function showSettings(settings: unknown): string {
  if (typeof settings !== "object" || settings === null) return JSON.stringify(settings) ?? "";
  const shown = Object.entries(settings).map(
    ([key, value]) => `${key} ${typeof value === "string" ? value : (JSON.stringify(value) ?? "")}`,
  );
  return shown.length === 0 ? "with nothing set" : shown.join(", ");
}

function renderMatcher({ matcher }: Report): Html {
  if (matcher === null) return html`none: detection was not scored`;
  if (matcher.name === "recorded") return recordedMatcher(matcher);
  if (matcher.asked !== undefined) return judgeMatcher(matcher.judge ?? "", matcher.asked);
  if (matcher.calibration === null) return html`<code>${matcher.name}</code>, no calibration on record`;
  const { version, threshold, pairsHash, measured, intervals } = matcher.calibration;
  const figures = [
    { name: "agrees with the labels", value: measured.accuracy, interval: intervals.accuracy, n: measured.n },
    { name: "says same where it is (TPR)", value: measured.tpr, interval: intervals.tpr, n: measured.tp + measured.fn },
    {
      name: "says different where it is (TNR)",
      value: measured.tnr,
      interval: intervals.tnr,
      n: measured.tn + measured.fp,
    },
  ];
  return html`<code>${matcher.name}</code> version ${version}, threshold ${formatRate(threshold)}, calibrated on pairs
    <code class="hash">${pairsHash}</code>
    <table class="calibration">
      <tbody>
        ${figures.map(
          ({ name, value, interval, n }) =>
            html`<tr>
              <th scope="row">${name}</th>
              <td class="num">${formatValue(value, "rate")}</td>
              <td class="interval">
                ${interval === null ? "" : `${formatRate(interval.low)}–${formatRate(interval.high)}`}
              </td>
              <td class="num quiet">${plural(n, "pair")}</td>
            </tr>`,
        )}
      </tbody>
    </table>`;
}

function judgeMatcher(ref: string, asked: NonNullable<NonNullable<Report["matcher"]>["asked"]>): Html {
  const { rubric, runs, unscored, informsBecause, members } = asked;
  const who = members === undefined ? [ref] : members.map((member) => member.ref);
  const names = who.map((name, index) => html`${index === 0 ? "" : ", "}<code>${name}</code>`);
  const reasons = unscored.map(({ reason, count }) => html`<span class="below">${grouped(count)} × ${reason}</span>`);
  return html`${names}, asked about each finding and the bugs near it, most of
    ${plural(runs, "run")}${members === undefined ? "" : " and of the judges"} by the rubric ${rubric.name}
    <code class="hash">${rubric.hash}</code
    ><span class="below quiet">${tookOf(asked)}, apart from the reviewers' times</span
    ><span class="below">${informsBecause ?? "Gates may rest on it."}</span>${reasons}
    ${members === undefined ? "" : members.map((member) => html`<span class="below quiet"><code>${member.ref}</code> ${tookOf(member)}</span>`)}
    ${asked.calibration === null ? "" : renderCalibration(asked.calibration, pairAxes(asked.calibration))}`;
}

function pairAxes({ axes }: Parameters<typeof renderCalibration>[0]) {
  return Object.keys(axes)
    .filter((name) => name !== "pass")
    .map((name) => ({ name }));
}

function recordedMatcher({ judge, lexicalFor = [] }: NonNullable<Report["matcher"]>): Html {
  const names = lexicalFor.map((id, index) => html`${index === 0 ? "" : ", "}<code>${id}</code>`);
  return html`<code>recorded</code>: verdicts that
    ${judge === undefined ? "the suite brings" : html`<code>${judge}</code> gave`} earlier, repeated as they stand; how
    far they agree with people is not on
    record${lexicalFor.length === 0 ? "" : html`<span class="below">Nobody recorded verdicts on ${names}: matched by words.</span>`}`;
}
