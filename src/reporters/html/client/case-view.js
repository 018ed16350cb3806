import { diffView } from "./diff-view.js";
import { parseDiff } from "./diff.js";
import { el, folded, glyph, plural, prose, reviewerMark, shownNumber } from "./dom.js";
import { factsOf, linesOf } from "./filter.js";
import { notesOf, placeNotes, placeText } from "./place.js";
import { unplacedView } from "./unplaced.js";
import { safetyView } from "./safety.js";
import { judgedGlyph, verdictView } from "./verdict.js";

/** The address of a case, to be shared. */
export function caseHash(id, reviewerId) {
  return `#case=${encodeURIComponent(id)}&reviewer=${encodeURIComponent(reviewerId)}`;
}

/**
 * One case with what one reviewer said.
 * @param {{item: object, data: object, reviewer: number, repeat: number, twinOf: (item: object) => object[], choose: (reviewer: number, repeat: number) => void}} view
 */
export function caseView(view) {
  const { item, data, reviewer, repeat } = view;
  const lines = linesOf(item, reviewer);
  const line = lines[repeat] ?? lines[0];
  const files = item.diff === "" ? [] : parseDiff(item.diff);
  const placed = placeNotes(files, notesOf(item, line));
  return el(
    "article",
    { class: "case", "data-case": item.id },
    heading(view),
    context(item.context),
    reviewerSwitch(view),
    tally(item, line, lines, view),
    line === undefined ? null : verdictView(item, line, data),
    line === undefined ? null : safetyView(line),
    unplacedView(placed.elsewhere, item),
    files.length === 0 ? null : diffView(files, placed, item),
    references(item.references),
    line === undefined ? null : el("div", "", rawGeneration(line, data.textLimit), scores(line), timings(line)),
  );
}

function heading({ item, data, reviewer, twinOf }) {
  const reviewerId = data.reviewers[reviewer].id;
  const kind =
    item.bugs === undefined
      ? "not annotated"
      : item.twin !== undefined
        ? "clean twin"
        : item.bugs.length === 0
          ? "clean"
          : plural(item.bugs.length, "bug");
  const others = twinOf(item).map((other) =>
    el(
      "a",
      { class: "twin-link", href: caseHash(other.id, reviewerId) },
      item.twin === undefined ? "Its clean twin" : "The case with the bug",
    ),
  );
  return el(
    "header",
    "case-heading",
    el("h3", "", item.title ?? item.id),
    el("p", "badges", el("span", "badge", item.language), el("span", "badge", kind), originView(item), ...others),
    el("p", "case-id", el("a", { href: caseHash(item.id, reviewerId), title: "Link to this case" }, item.id)),
  );
}

function originView({ origin, changeAuthor }) {
  const text = origin?.text ?? "";
  const link =
    origin?.href === undefined
      ? text
      : el("a", { href: origin.href, target: "_blank", rel: "noopener noreferrer", title: origin.href }, text);
  const author = changeAuthor === undefined ? "" : `${text === "" ? "" : " "}by ${changeAuthor}`;
  return text === "" && author === "" ? null : el("span", "quiet origin", link, author);
}

function context(given) {
  if (given === undefined) return null;
  const parts = [
    given.task && el("section", "", el("h4", "", "Task"), prose(given.task)),
    given.rules && el("section", "", el("h4", "", "House rules"), prose(given.rules)),
    ...(given.checks ?? []).map((check) =>
      el("section", "", el("h4", "", `Output of ${check.tool}`), el("pre", "code", check.output)),
    ),
    ...(given.retrieved ?? []).map((file) => el("section", "", el("h4", "", file.path), el("pre", "code", file.text))),
  ].filter(Boolean);
  const names = [
    given.task && "task",
    given.rules && "rules",
    given.checks?.length && "checks",
    given.retrieved?.length && "files",
  ];
  return parts.length === 0
    ? null
    : folded("Context", names.filter(Boolean).join(", "), () => el("div", "context", ...parts));
}

/** More reviewers than this stand in columns, and more than `mostInRows` behind a scroll bar. */
const mostLoose = 6;
const mostInRows = 24;
/** Names with more characters than this ask for wider columns. */
const longName = 14;

function reviewerSwitch({ item, data, reviewer, choose }) {
  const asked = data.reviewers.flatMap((one, index) =>
    linesOf(item, index).length === 0 && index !== reviewer ? [] : [{ one, index }],
  );
  const buttons = asked.map(({ one, index }) => {
    const facts = factsOf(item, index);
    const button = el(
      "button",
      { type: "button", class: `switch is-${one.role}`, title: one.id, "aria-pressed": String(index === reviewer) },
      reviewerMark(one),
      el("span", "switch-name", one.short),
      el("span", "switch-tally", stateGlyph(facts), shortTally(facts)),
      judgedMark(facts),
    );
    button.addEventListener("click", () => choose(index, 0));
    return button;
  });
  const size = buttons.length > mostInRows ? " many crowd" : buttons.length > mostLoose ? " many" : "";
  const width = asked.some(({ one }) => one.short.length > longName) ? " long" : "";
  const box = el("div", { class: `switches${size}${width}`, role: "group", "aria-label": "Reviewer" }, ...buttons);
  const chosen = buttons[asked.findIndex(({ index }) => index === reviewer)];
  requestAnimationFrame(() => (box.scrollTop = chosen.offsetTop - box.offsetTop - box.clientHeight / 2));
  return box;
}

/** The shape that tells what became of a case with one reviewer. */
export function stateGlyph(facts) {
  if (facts.isUnscored) return glyph("incomplete", "plain");
  // Where nobody said which bugs there are, the judge alone can tell how it went.
  if (!facts.isAnnotated) return judgedGlyph(facts.judged.state);
  if (facts.isClean) return facts.findings > 0 ? glyph("alarm") : glyph("quiet", "pass");
  return facts.missed > 0 ? glyph("fail") : facts.found === facts.bugs ? glyph("pass") : glyph("inconclusive", "plain");
}

/** The same in few words. */
export function shortTally(facts) {
  if (facts.isUnscored) return "unscored";
  if (!facts.isAnnotated) return plural(facts.findings, "finding");
  if (facts.isClean) return facts.findings > 0 ? plural(facts.findings, "alarm") : "silent";
  return `${facts.found} of ${facts.bugs}`;
}

/** What the judge says of a case with one reviewer, as short as it can be told; null where it says nothing. */
export function judgedMark({ judged }) {
  if (judged.state === "none") return null;
  const count =
    judged.state === "unscored" ? "–" : judged.runs === 1 ? judged.state : `${judged.passed}/${judged.scored}`;
  const words =
    judged.state === "unscored"
      ? "unscored"
      : `${judged.isPanel ? "passed by" : "passes in"} ${judged.passed} of ${plural(judged.scored, judged.isPanel ? "judge" : "run")}`;
  return el(
    "span",
    { class: "judged-mark", title: `Judge: ${words}` },
    judgedGlyph(judged.state),
    el("span", "judged-word", judged.isPanel ? "judges" : "judge"),
    count,
  );
}

function tally(item, line, lines, { reviewer, repeat, choose }) {
  if (line === undefined) return el("p", "tally", "This reviewer has no line for this case.");
  const facts = factsOf(item, reviewer);
  const said =
    line.f === null
      ? "no review: the case is unscored"
      : line.f.length === 0
        ? "said nothing"
        : plural(line.f.length, "finding");
  const parts = [
    line.o === "completed" ? "" : `outcome ${line.o}`,
    said,
    facts.bugs > 0 && line.b !== undefined
      ? `${line.b.filter((bug) => bug.state === "found").length} of ${plural(facts.bugs, "bug")} found`
      : "",
    durationText(line),
  ].filter((part) => part !== "");
  const repeats =
    lines.length < 2
      ? []
      : lines.map((_, index) => repeatButton(index, index === repeat, () => choose(reviewer, index)));
  return el("p", `tally${line.o === "completed" ? "" : " odd"}`, parts.join(" · "), ...repeats);
}

function repeatButton(index, isChosen, choose) {
  const button = el(
    "button",
    { type: "button", class: "repeat", "aria-pressed": String(isChosen) },
    `repeat ${index + 1}`,
  );
  button.addEventListener("click", choose);
  return button;
}

function durationText(line) {
  const known = line.parts.flatMap(([, ms]) => (ms === null ? [] : [ms]));
  if (known.length === 0) return "";
  const total = known.reduce((sum, ms) => sum + ms, 0);
  return total < 1000 ? `${total} ms` : `${(total / 1000).toFixed(2)} s`;
}

function references(all) {
  if (all.length === 0) return null;
  const shown = all.map((one) => {
    const { anchor } = one;
    const place =
      anchor === undefined ? "" : placeText({ file: anchor.file, side: anchor.side, lines: anchor.lines ?? null });
    const facts = [one.author ?? "unnamed", one.tag ?? "", place].filter((part) => part !== "");
    return el(
      "article",
      "reference",
      el("header", "", el("b", "", facts[0]), ...facts.slice(1).map((fact) => el("span", "fact", fact))),
      prose(one.text),
    );
  });
  return el("section", "references", el("h4", "", "What people wrote"), ...shown);
}

function rawGeneration(line, textLimit) {
  const size = `${line.t.length}${line.isCut ? "+" : ""} characters`;
  return folded("Raw generation", size, () =>
    el(
      "div",
      "",
      line.t === ""
        ? el("p", "quiet", line.isCut ? "Left out to keep this file small." : "Empty.")
        : el("pre", "code raw", line.t),
      line.isCut && el("p", "quiet", `Cut after ${textLimit} characters; the whole text is in cases.jsonl.`),
    ),
  );
}

function scores(line) {
  const rows = Object.entries(line.s).map(([name, score]) => {
    if (typeof score === "string")
      return el("tr", "", el("th", { scope: "row" }, name), el("td", "num", "–"), el("td", "quiet", score));
    const [numerator, denominator, evidence] = score;
    const value = denominator === 0 ? "–" : shownNumber(numerator / denominator, 3);
    return el(
      "tr",
      "",
      el("th", { scope: "row" }, name),
      el("td", "num", value),
      el("td", "quiet", `${numerator} / ${denominator}${evidence === undefined ? "" : ` · ${evidence}`}`),
    );
  });
  return rows.length === 0
    ? null
    : folded("Scores of this case", String(rows.length), () => el("table", "scores", el("tbody", "", ...rows)));
}

function timings(line) {
  const rows = line.parts.map(([outcome, ms, error, isCached], index) =>
    el(
      "tr",
      "",
      el("th", { scope: "row" }, line.parts.length === 1 ? "generation" : `part ${index + 1}`),
      el("td", "num", ms === null ? "–" : `${ms} ms`),
      el("td", "", [outcome, isCached ? "from the cache" : "", error].filter((part) => part !== "").join(" · ")),
    ),
  );
  return rows.length === 0
    ? null
    : folded("Timings", plural(rows.length, "part"), () => el("table", "scores", el("tbody", "", ...rows)));
}
