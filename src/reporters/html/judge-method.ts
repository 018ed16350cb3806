import { html } from "hono/html";
import { formatRate, formatValue } from "../../core/format.ts";
import type { JudgeReport, PanelMember } from "../../core/report.ts";
import { tookOf } from "./cost.ts";
import type { Html } from "./marks.ts";
import { grouped, plural } from "./text.ts";

type Calibration = NonNullable<JudgeReport["calibration"]>;
type Agreement = Calibration["axes"][string];

/** Who judged the reviews, how often, whether a gate may rest on it, and how it agrees with people. */
export function renderJudge(judge: JudgeReport): Html {
  const { informsBecause, calibration, members, axes } = judge;
  if (members !== undefined) return renderPanel(judge, members);
  return html`${whoJudged(judge)}<span class="below">${informsBecause ?? "Gates may rest on it."}</span>
    ${calibration === null ? "" : renderCalibration(calibration, axes)} ${renderUnscored(judge)}`;
}

/** Several judges: what they took together, then each by itself. */
function renderPanel(judge: JudgeReport, members: readonly PanelMember[]): Html {
  const { runs, temperature, informsBecause, axes } = judge;
  const said = informsBecause === null ? "Gates may rest on them." : `Gates may not rest on them: ${informsBecause}`;
  return html`${plural(members.length, "judge")}, each asked ${plural(runs, "time")} at temperature ${temperature}; a
    review passes where most of them pass it, each by the medians of its runs<span class="below quiet"
      >${tookOf(judge)}, apart from the reviewers' times</span
    ><span class="below">${said}</span> ${members.map(
      (member) =>
        html`<details class="more-facts member">
          <summary>
            <code>${member.ref}</code
            ><span class="below quiet"
              >${member.hosts.join(", ")}; ${tookOf(member)};
              ${member.informsBecause === null ? "may gate" : "informs"}</span
            >
          </summary>
          ${member.informsBecause === null ? "" : html`<p>${member.informsBecause}</p>`}
          ${member.calibration === null ? "" : renderCalibration(member.calibration, axes)} ${renderUnscored(member)}
        </details>`,
    )}`;
}

function renderUnscored({ unscored }: Pick<JudgeReport, "unscored">): Html {
  const open = unscored.map(({ reason, count }) => html`<li>${grouped(count)} × ${reason}</li>`);
  return html`${
    open.length === 0
      ? ""
      : html`<details class="more-facts">
          <summary>Why runs are unscored</summary>
          <ul>
            ${open}
          </ul>
        </details>`
  }`;
}

/** What the judge was asked: the rubric, and the definition of each axis, folded. */
export function renderRubric({ rubric, axes }: JudgeReport): Html {
  return html`${rubric.name} <code class="hash">${rubric.hash}</code><span class="below quiet">${rubric.file}</span>
    <details class="more-facts">
      <summary>Axes: ${axes.map(({ name }) => name).join(", ")}</summary>
      <dl>
        ${axes.map(
          ({ name, definition, required }) =>
            html`<dt>${name}${required ? "" : html` <span class="quiet">not required</span>`}</dt>
              <dd>${definition}</dd>`,
        )}
      </dl>
    </details>`;
}

function whoJudged(judge: JudgeReport): Html {
  const { ref, engine, runs, temperature } = judge;
  if (engine === "lexical")
    return html`the <b>lexical engine</b>: no model, it compares words, always says the same, and only informs`;
  return html`<code>${ref}</code>, median of ${plural(runs, "run")} at temperature ${temperature}<span
      class="below quiet"
      >${tookOf(judge)}, apart from the reviewers' times</span
    >`;
}

/** What is on record of a judge: its self-test, and how it agrees with people on these axes. */
export function renderCalibration(
  { axes, selfTest, source, madeAt }: Calibration,
  asked: readonly Pick<JudgeReport["axes"][number], "name">[],
): Html {
  const known = [...asked.map(({ name }) => name), "pass"].filter((name) => axes[name] !== undefined);
  const taken =
    selfTest === null
      ? "not taken"
      : `${selfTest.critical.failed} of ${selfTest.critical.n} critical cases failed, ${selfTest.negatives.failed} of ${selfTest.negatives.n} negatives failed, ${selfTest.positives.passed} of ${selfTest.positives.n} positives passed${selfTest.holds ? "" : ": not enough"}`;
  return html`<span class="below">Self-test: ${taken}</span>
    ${known.length === 0 ? "" : agreementTable(known, axes)}
    <span class="below quiet"
      >${source === null ? "" : `Labels: ${source}; `}on record since ${madeAt.slice(0, 10)}</span
    >`;
}

function agreementTable(names: readonly string[], axes: Calibration["axes"]): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Agreement of the judge with people">
    <table class="calibration">
      <thead>
        <tr>
          <th scope="col">Agrees with people on</th>
          <th scope="col" title="share of people's passes that the judge passes">TPR</th>
          <th scope="col" title="share of people's fails that the judge fails">TNR</th>
          <th scope="col" class="num" title="Cohen's kappa: agreement beyond chance">kappa</th>
          <th scope="col" class="num" title="Gwet's AC1: the same, not misled by unbalanced labels">AC1</th>
          <th scope="col" class="num">labels</th>
        </tr>
      </thead>
      <tbody>
        ${names.map((name) => {
          const axis = axes[name];
          return axis === undefined ? "" : agreementRow(name, axis);
        })}
      </tbody>
    </table>
  </div>`;
}

function agreementRow(name: string, axis: Agreement): Html {
  const { tp, fp, tn, fn, unscored, tpr, tnr, kappa, ac1 } = axis;
  return html`<tr>
    <th scope="row">${name === "pass" ? "all required axes" : name}</th>
    ${[tpr, tnr].map((rate) => (rate === null ? html`<td class="null">–</td>` : html`<td>${formatRate(rate.value)} <span class="interval inline">${formatRate(rate.low)}–${formatRate(rate.high)}</span></td>`))}
    <td class="num">${formatValue(kappa, "rate")}</td>
    <td class="num">${formatValue(ac1, "rate")}</td>
    <td class="num quiet">${tp + fp + tn + fn}${unscored === 0 ? "" : `, ${unscored} open`}</td>
  </tr>`;
}
