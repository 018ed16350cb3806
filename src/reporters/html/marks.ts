import { html } from "hono/html";
import type { GateResult, ReviewerReport, Verdict } from "../../core/report.ts";
import { nameReviewers, type ReviewerName } from "./names.ts";
import { everyone, rowOrder } from "./numbers.ts";

/** Escaped markup. */
export type Html = ReturnType<typeof html>;

/**
 * How a reviewer looks and is called in the whole report. What is measured has one of eight hues and one of four
 * shapes, the company a muted hue, ceilings and floors in company are grey rings.
 */
export interface Mark extends ReviewerName {
  hue: string;
  shape: string;
}

const hueCount = 8;
const mutedCount = 4;
const shapes = ["disc", "square", "diamond", "triangle"];

/** Gives every reviewer its mark, by id. Hues repeat with the next shape when there are more reviewers than hues. */
export function assignMarks(reviewers: readonly ReviewerReport[]): Map<string, Mark> {
  const { measured, company, yardsticks } = rowOrder(reviewers);
  const apart = everyone(reviewers).slice(measured.length + company.length + yardsticks.length);
  const names = nameReviewers(reviewers.map((reviewer) => reviewer.id));
  const called = ({ id }: ReviewerReport) => names.get(id) ?? { name: id, place: "", label: id };
  const inHues =
    (prefix: string, count: number) =>
    (reviewer: ReviewerReport, index: number): [string, Mark] => {
      const shape = shapes[Math.floor(index / count) % shapes.length] ?? "disc";
      return [reviewer.id, { ...called(reviewer), hue: `${prefix}-${index % count}`, shape }];
    };
  return new Map([
    ...measured.map(inHues("hue", hueCount)),
    ...[...company, ...apart].map(inHues("hue-muted", mutedCount)),
    ...yardsticks.map((reviewer): [string, Mark] => [
      reviewer.id,
      { ...called(reviewer), hue: "hue-none", shape: "ring" },
    ]),
  ]);
}

/** The mark of a reviewer as a small picture; its name always stands beside it. */
export function markIcon(mark: Mark | undefined): Html {
  const { hue, shape } = mark ?? { hue: "hue-none", shape: "ring" };
  return html`<svg class="mark ${hue}" width="12" height="12" aria-hidden="true"><use href="#shape-${shape}" /></svg>`;
}

/** A reviewer in one line: picture, name, and quietly where it is served; its full reference is the title. */
export function markedName({ id }: Pick<ReviewerReport, "id">, mark: Mark | undefined): Html {
  const place = mark === undefined || mark.place === "" ? "" : html` <span class="place">${mark.place}</span>`;
  return html`${markIcon(mark)} <span class="name" title="${id}">${breakable(mark?.name ?? id)}</span>${place}`;
}

/** A name that may go on in the next line after each of its slashes and colons. */
export function breakable(name: string): Html {
  return html`${name.split(/(?<=[/:])/).map((piece, index) => (index === 0 ? piece : html`<wbr />${piece}`))}`;
}

export type Status = Verdict["status"] | GateResult["status"];

const words: Record<Status, string> = {
  pass: "pass",
  fail: "fail",
  inconclusive: "undecided",
  incomplete: "incomplete",
  ungated: "no gates",
};

/** The word that a status has on every surface. */
export function statusWord(status: Status): string {
  return words[status];
}

/** A status as shape and word together, so that colour only repeats it. */
export function statusBadge(status: Status, className = ""): Html {
  return html`<span class="status status-${status} ${className}"
    ><svg class="glyph" width="16" height="16" aria-hidden="true"><use href="#glyph-${status}" /></svg
    ><span>${words[status]}</span></span
  >`;
}

/** Every shape and glyph of the page, once; `<use>` takes them from here. */
export function sprite(): Html {
  return html`<svg class="sprite" width="0" height="0" aria-hidden="true">
    <symbol id="shape-disc" viewBox="0 0 12 12"><circle cx="6" cy="6" r="4.5" /></symbol>
    <symbol id="shape-square" viewBox="0 0 12 12"><rect x="2" y="2" width="8" height="8" /></symbol>
    <symbol id="shape-diamond" viewBox="0 0 12 12"><path d="M6 .8 11.2 6 6 11.2.8 6Z" /></symbol>
    <symbol id="shape-triangle" viewBox="0 0 12 12"><path d="M6 1.2 11.2 10.6H.8Z" /></symbol>
    <symbol id="shape-ring" viewBox="0 0 12 12">
      <circle cx="6" cy="6" r="3.75" fill="none" stroke="currentColor" stroke-width="1.5" />
    </symbol>
    <symbol id="glyph-pass" viewBox="0 0 16 16">
      <circle cx="8" cy="8" r="7.25" />
      <path class="cut" d="m4.8 8.3 2.2 2.2 4.3-4.7" />
    </symbol>
    <symbol id="glyph-fail" viewBox="0 0 16 16">
      <path d="M5 .75h6L15.25 5v6L11 15.25H5L.75 11V5Z" />
      <path class="cut" d="m5.4 5.4 5.2 5.2m0-5.2-5.2 5.2" />
    </symbol>
    <symbol id="glyph-inconclusive" viewBox="0 0 16 16">
      <circle class="line" cx="8" cy="8" r="6.5" />
      <path d="M8 1.5a6.5 6.5 0 0 1 0 13Z" />
    </symbol>
    <symbol id="glyph-incomplete" viewBox="0 0 16 16">
      <circle class="line dashed" cx="8" cy="8" r="6.5" />
      <path class="line" d="M8 4.5v4.2m0 2.3v.2" />
    </symbol>
    <symbol id="glyph-ungated" viewBox="0 0 16 16"><circle class="line" cx="8" cy="8" r="6.5" /></symbol>
    <symbol id="glyph-alarm" viewBox="0 0 16 16">
      <path d="M8 .9 15.6 14.6H.4Z" />
      <path class="cut" d="M8 5.6v4.2m0 2.2v.3" />
    </symbol>
    <symbol id="glyph-quiet" viewBox="0 0 16 16">
      <circle class="line" cx="8" cy="8" r="6.5" />
      <path class="line" d="m5 8.2 2.1 2.1 4-4.4" />
    </symbol>
    <symbol id="glyph-place" viewBox="0 0 16 16">
      <circle class="line" cx="8" cy="8" r="4.5" />
      <path class="line" d="M8 .8v4m0 6.4v4M.8 8h4m6.4 0h4" />
    </symbol>
    <symbol id="glyph-note" viewBox="0 0 16 16"><path class="line" d="M2 2.5h12v8.4H7.4L4.4 14v-3.1H2Z" /></symbol>
  </svg>`;
}
