import { html } from "hono/html";
import type { Report } from "../../core/report.ts";
import type { Html } from "./marks.ts";
import { plural } from "./text.ts";

/** What the figures of this suite mean where there is more than one way to count; only of what it scores. */
export function renderConventions({ suite, dataset, judge }: Report): Html {
  const { detection, ratings } = suite.scorers;
  const isRated = ratings !== undefined;
  return html`<ul class="conventions">
    <li>
      <b>Silence.</b> An answer that cannot be parsed, is cut, refused or too long for the model counts as saying
      nothing${detection === undefined ? "" : ", so its bugs are missed"}. Only an outage, or a change in a language
      that the reviewer does not read, leaves a case unscored.
    </li>
    ${detection === undefined ? "" : ofDetection(isRecord(detection) ? detection : {}, dataset)}
    ${
      isRated
        ? html`<li>
            <b>Ratings.</b> People gave each review 1 to 5; that is told as 0 to 1, the mean over those who rated it.
          </li>`
        : ""
    }
    ${
      judge === null
        ? ""
        : html`<li>
            <b>Verdicts.</b> A review passes in a run of the judge when every required axis does;
            ${
              judge.members === undefined
                ? "the pass rate is the median over the runs of each run's rate."
                : "the pass rate is the share of reviews that most judges pass, each by the medians of its runs."
            }
            A run without a valid answer is unscored, neither a pass nor a fail; a case unscored in most runs counts in
            none. An empty review ${judge.silence === "pass" ? "passes unasked, as the rubric says" : "fails unasked"}.
            Cases without a reference are not judged.
          </li>`
    }
    <li>
      <b>Doubt.</b> Intervals are 95 %, cases of one cluster are not independent and widen them; a gate decides by its
      one-sided 95 % bound unless it says otherwise.
    </li>
    <li><b>Nothing scored</b> is shown as a dash, never as zero.</li>
  </ul>`;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function ofDetection(detection: Record<string, unknown>, { clean }: Report["dataset"]): Html {
  const tolerance = typeof detection["tolerance"] === "number" ? detection["tolerance"] : 3;
  const location =
    detection["location"] === "optional"
      ? html`A finding without a place can find a bug, and any finding a bug whose place is not known: the suite says
          <code>location: optional</code>.`
      : html`A finding without a place never counts as found; it shows in <code>recall_theme</code> only.`;
  const published =
    detection["counting"] === "published"
      ? html`<li>
          <b>Many-to-one figures</b> (<code>counting: published</code>) stand beside ours and are counted as
          leaderboards do: every bug that any finding describes is found, so that one finding may find several;
          duplicates and findings without a verdict are left out of precision, bugs without one are missed.
        </li>`
      : "";
  return html`<li>
      <b>Place.</b> A finding is at a bug when it is within ${plural(tolerance, "line")} of it in the same file.
      ${location}
    </li>
    <li>
      <b>Counting.</b> One finding holds at most one bug and one bug at most one finding; a repeated bug counts as a
      duplicate. Precision counts unlisted findings as wrong, although some may be right and not annotated.
      ${clean === 0 ? "No case is known to be clean, so false alarms are not measured." : ""}
    </li>
    ${published}`;
}
