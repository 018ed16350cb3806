import { html } from "hono/html";
import type { GateResult, ReviewerReport, Verdict } from "../../core/report.ts";
import { isYardstick } from "../../core/verdict.ts";

/** Escaped markup. */
export type Html = ReturnType<typeof html>;

/** How a reviewer looks in the whole report: one of eight hues, one of four shapes; yardsticks are grey rings. */
export interface Mark {
  hue: string;
  shape: string;
}

const hueCount = 8;
const shapes = ["disc", "square", "diamond", "triangle"];

/** Gives every reviewer its mark, by id. Hues repeat after eight reviewers with the next shape. */
export function assignMarks(reviewers: readonly ReviewerReport[]): Map<string, Mark> {
  const marks = new Map<string, Mark>();
  let next = 0;
  for (const reviewer of [...reviewers].sort((a, b) => rank(a) - rank(b))) {
    if (isYardstick(reviewer)) {
      marks.set(reviewer.id, { hue: "hue-none", shape: "ring" });
      continue;
    }
    const shape = shapes[Math.floor(next / hueCount) % shapes.length] ?? "disc";
    marks.set(reviewer.id, { hue: `hue-${next % hueCount}`, shape });
    next += 1;
  }
  return marks;
}

const rank = (reviewer: ReviewerReport) => (reviewer.role === "measured" ? 0 : 1);

/** The mark of a reviewer as a small picture; its name always stands beside it. */
export function markIcon(mark: Mark | undefined): Html {
  const { hue, shape } = mark ?? { hue: "hue-none", shape: "ring" };
  return html`<svg class="mark ${hue}" width="12" height="12" aria-hidden="true"><use href="#shape-${shape}" /></svg>`;
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
