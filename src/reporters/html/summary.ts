import { html } from "hono/html";
import { namesAmong, shortRef } from "../../core/format.ts";
import type { Report } from "../../core/report.ts";
import { groupWarnings } from "../group-warnings.ts";
import { hasBaseline } from "./baseline.ts";
import { hasCharts } from "./charts.ts";
import { hasLatency } from "./latency.ts";
import { type Html, type Mark, statusBadge } from "./marks.ts";
import { annotation, plural, spokenDuration } from "./text.ts";
import { hasWeakSpots } from "./weak.ts";

type Marks = ReadonlyMap<string, Mark>;

/** A sentence with more characters than this is set smaller, so that it stays a headline. */
const mostInHeadline = 240;

/** The top of the page: what was run, and the answer in one sentence. */
export function renderHeader(report: Report, marks: Marks): Html {
  const { run, suite, dataset, verdict } = report;
  const bare = bareSentence(verdict.sentence);
  const sentence = namesAsCode(bare, spellingsOf(marks));
  return html`<header class="masthead">
      <p class="wordmark">nitbench</p>
      <nav aria-label="Sections">
        ${report.sweep === undefined ? "" : html`<a href="#sweep">Checkpoints</a>`}
        ${report.reviewers.some((one) => one.gates.length > 0) ? html`<a href="#gates">Gates</a>` : ""}
        ${hasBaseline(report) ? html`<a href="#baseline">Baseline</a>` : ""}
        <a href="#reviewers">Reviewers</a> ${hasCharts(report) ? html`<a href="#charts">Charts</a>` : ""}
        ${hasLatency(report) ? html`<a href="#latency">Latency</a>` : ""}
        ${hasWeakSpots(report) ? html`<a href="#weak">Weak spots</a>` : ""} <a href="#cases">Cases</a>
        <a href="#method">Method</a>
      </nav>
    </header>
    <section class="answer verdict-${verdict.status}" aria-label="Verdict">
      <p class="dateline">
        <b>${suite.name}</b> <span>${plural(dataset.cases, "case")}</span>
        <span>${annotation(dataset)}</span>
        <span>${plural(dataset.clusters, "cluster")}</span> <span>seed ${run.seed}</span>
        <time datetime="${run.startedAt}">${spokenTime(run.startedAt)}</time>
        <span>${spokenDuration(run.durationMs)}</span>
      </p>
      <h1 class="${bare.length > mostInHeadline ? "long" : ""}">
        ${statusBadge(verdict.status, "large")} <span class="sentence">${sentence}</span>
      </h1>
      ${renderWarnings(report, marks)}
    </section>`;
}

// The status stands before the sentence as a badge already; a number is not parted from its percent sign.
function bareSentence(sentence: string): string {
  const bare = sentence.replace(/^\**(pass|fail|undecided|inconclusive|incomplete|ungated)\**\s*[·:–-]\s+/i, "");
  const begun = bare === sentence ? sentence : bare.charAt(0).toUpperCase() + bare.slice(1);
  return begun.replaceAll(/(?<=\d) %/g, "\u00a0%");
}

/** How references are written in sentences, each with the reviewers that it may stand for. */
type Spellings = ReadonlyMap<string, readonly Naming[]>;

interface Naming {
  id: string;
  label: string;
}

function spellingsOf(marks: Marks): Spellings {
  const nameOf = namesAmong([...marks.keys()]);
  const namings = [...marks].flatMap(([id, { label }]) =>
    [...new Set([id, shortRef(id), nameOf(id)])].map((spelling) => ({ spelling, naming: { id, label } })),
  );
  const bySpelling = Map.groupBy(namings, ({ spelling }) => spelling);
  return new Map([...bySpelling].map(([spelling, all]) => [spelling, all.map(({ naming }) => naming)]));
}

/** A text in which references of reviewers are set as code and shortened to their names, `backticks` as code. */
function namesAsCode(text: string, spellings: Spellings): Html[] {
  const written = longestSpelling(text, spellings);
  if (written === undefined) return withCode(text);
  const rest = new Map([...spellings].filter(([other]) => other !== written));
  const [only, ...others] = spellings.get(written) ?? [];
  // What may stand for several reviewers is left as it was written.
  const label = only === undefined || others.length > 0 ? written : only.label;
  const name =
    only === undefined || label === only.id || others.length > 0
      ? html`<code>${label}</code>`
      : html`<code title="${only.id}">${label}</code>`;
  return text
    .replaceAll(`\`${written}\``, written)
    .split(written)
    .flatMap((piece, index) => [index === 0 ? html`` : name, ...namesAsCode(piece, rest)]);
}

/** The longest of the references that stand in a text, because a short one may be the beginning of a longer one. */
function longestSpelling(text: string, spellings: Spellings): string | undefined {
  return [...spellings.keys()].filter((one) => one !== "" && text.includes(one)).sort((a, b) => b.length - a.length)[0];
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

function renderWarnings(report: Report, marks: Marks): Html {
  const warnings = [
    ...(report.run.isWhole ? [] : ["The run was cut short: this report holds what was finished."]),
    ...groupWarnings(report.warnings),
  ];
  if (warnings.length === 0) return html``;
  const spellings = spellingsOf(marks);
  return html`<aside class="warnings" aria-label="Warnings">
    <h2>${plural(warnings.length, "warning")}</h2>
    <ul>
      ${warnings.map((warning) => html`<li>${namesAsCode(warning, spellings)}</li>`)}
    </ul>
  </aside>`;
}
