import { el, folded, glyph, prose } from "./dom.js";
import { judgedOf } from "./judged.js";

const stateLooks = {
  passed: ["pass", "pass"],
  failed: ["fail", "fail"],
  split: ["inconclusive", "plain"],
  unscored: ["incomplete", "plain"],
};

/** The shape that tells what a judge made of a review. */
export function judgedGlyph(state) {
  return glyph(...(stateLooks[state] ?? ["ungated", "plain"]));
}

const answers = {
  p: { word: "pass", look: ["pass", "pass"] },
  f: { word: "fail", look: ["fail", "fail"] },
  u: { word: "unknown", look: ["ungated", "plain"] },
  "-": { word: "–", look: null },
};
const outcomes = {
  true: answers.p,
  false: answers.f,
  null: { word: "unscored", look: ["incomplete", "plain"] },
};

/** What the judge said of a review: axis by axis in every run, then why; null where it was not judged. */
export function verdictView(item, line, data) {
  const judged = judgedOf(item, line);
  if (data.judge === null || judged.runs === 0) return null;
  return el(
    "section",
    { class: "verdict", "data-state": judged.state },
    el(
      "header",
      "",
      el("b", "", judgedGlyph(judged.state), sentence(judged, data.judge)),
      judged.isFlipped && el("span", "differ", line.k === undefined ? "the runs disagree" : "the judges differ"),
      el("span", "quiet fact", data.judge.engine === "lexical" ? "informs only" : data.judge.name),
    ),
    el(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": "Verdicts" },
      runsTable(line, data.judge),
    ),
    line.k === undefined && consensusNote(line, judged),
    ...unscoredRuns(line.j, namerOf(line, data.judge)),
    ...reasons(line.j, data.saidLimit, namerOf(line, data.judge)),
  );
}

function sentence({ state, runs, scored, passed }, { engine, panel }) {
  if (panel !== undefined) return panelSentence(state, passed, scored, runs);
  const judge = engine === "lexical" ? "The lexical engine" : "The judge";
  if (state === "unscored") return `${judge} leaves this review unscored`;
  const verb = state === "failed" ? "fails" : "passes";
  if (runs === 1) return `${judge} ${verb} this review`;
  const alike = state === "failed" ? scored - passed : passed;
  const open = scored < runs ? `, ${runs - scored} unscored` : "";
  return `${judge} ${verb} this review in ${alike === runs ? "all" : `${alike} of`} ${runs} runs${open}`;
}

function panelSentence(state, passed, scored, judges) {
  const open = scored < judges ? `, ${judges - scored} undecided` : "";
  if (state === "unscored" || state === "split") return `The judges leave this review unscored${open}`;
  const alike = state === "failed" ? scored - passed : passed;
  const who = alike === judges ? `All ${judges} judges` : `${alike} of ${judges} judges`;
  const isOne = alike === 1 && judges > 1;
  return `${who} ${state === "failed" ? (isOne ? "fails" : "fail") : isOne ? "passes" : "pass"} this review${open}`;
}

/** How runs are called in sentences: by number, of several judges by theirs and its number. */
function namerOf(line, { panel }) {
  if (line.k === undefined || panel === undefined) return null;
  const each = line.j.length / line.k.length;
  return (index) => {
    const name = panel[Math.floor(index / each)] ?? "";
    return each === 1 ? name : `${name} run ${(index % each) + 1}`;
  };
}

/** A row an axis, a column a run; runs that agree in everything are one column. Several judges stand side by side. */
function runsTable({ j: runs, k: letters }, { axes, panel }) {
  const isSame = runs.every((run) => run.a === runs[0].a && run.p === runs[0].p);
  const shown = isSame ? runs.slice(0, 1) : runs;
  const each = letters === undefined ? runs.length : runs.length / letters.length;
  const headings = isSame
    ? [runs.length === 1 ? "verdict" : `all ${runs.length} runs`]
    : runs.map((_, index) => (each === 1 && letters !== undefined ? "verdict" : `run ${(index % each) + 1}`));
  const judges = isSame || letters === undefined ? [] : Array.from(letters);
  const rows = axes.map((axis, index) => {
    const said = shown.map((run) => run.a[index] ?? "-");
    const isDiffering = said.includes("p") && said.includes("f");
    return el(
      "tr",
      isDiffering ? "differing" : "",
      el(
        "th",
        { scope: "row", title: axis.definition },
        axis.name,
        !axis.required && el("span", "quiet below", "not required"),
        isDiffering && el("span", "differ below", "runs differ"),
      ),
      ...said.map((letter) => answerCell(answers[letter] ?? answers.u)),
    );
  });
  const isFlipped = shown.some((run) => run.p === true) && shown.some((run) => run.p === false);
  return el(
    "table",
    `runs${shown.length > mostWithWords ? " many" : ""}`,
    el(
      "thead",
      "",
      judges.length > 0 &&
        el(
          "tr",
          "judges",
          el("th", { scope: "col" }, "Judge"),
          ...judges.map((_, index) => el("th", { scope: "colgroup", colspan: String(each) }, panel?.[index] ?? "")),
        ),
      el("tr", "", el("th", { scope: "col" }, "Axis"), ...headings.map((text) => el("th", { scope: "col" }, text))),
    ),
    el(
      "tbody",
      "",
      ...rows,
      el(
        "tr",
        `outcome${isFlipped ? " differing" : ""}`,
        el("th", { scope: "row" }, "review"),
        ...shown.map((run) => answerCell(outcomes[String(run.p)])),
      ),
      judges.length > 0 &&
        each > 1 &&
        el(
          "tr",
          "outcome",
          el("th", { scope: "row" }, "by its medians"),
          ...judges.map((letter) => medianCell(letter, each)),
        ),
    ),
  );
}

/** With more runs than this each column is as narrow as it can be. */
const mostWithWords = 7;

function answerCell({ word, look }) {
  return el("td", look === null ? "quiet" : "", look !== null && glyph(...look), word);
}

/** What one of several judges makes of the review, under all its runs. */
function medianCell(letter, runs) {
  const { word, look } = letter === "-" ? outcomes.null : answers[letter];
  return el("td", { colspan: String(runs) }, glyph(...look), word);
}

/** Said where each run fails another axis, so that most runs pass every single one, or the other way round. */
function consensusNote(line, { state }) {
  const score = line.s["judge.pass_rate_consensus"];
  if (!Array.isArray(score) || (state !== "passed" && state !== "failed")) return null;
  const isPassed = score[0] > 0;
  if (isPassed === (state === "passed")) return null;
  return el(
    "p",
    "aside",
    isPassed
      ? "By consensus it passes: each axis passes in most runs, though not all in the same."
      : "By consensus it fails: an axis fails in most of the runs that know it.",
  );
}

function unscoredRuns(runs, nameOf) {
  const byReason = Map.groupBy(
    runs.flatMap((run, index) => (run.p === null ? [{ index, why: run.why ?? "no reason given" }] : [])),
    ({ why }) => why,
  );
  return [...byReason].map(([why, all]) =>
    el(
      "p",
      "aside",
      `${runNames(
        all.map(({ index }) => index),
        runs.length,
        "is",
        nameOf,
      )} unscored: ${why}`,
    ),
  );
}

const shortReason = 160;

/** Evidence and reasoning of each run, those that say the same together; folded, unless there is but a little. */
function reasons(runs, saidLimit, nameOf) {
  const groups = [
    ...Map.groupBy(
      runs.map((run, index) => ({ run, index })).filter(({ run }) => run.e ?? run.w ?? run.isCut),
      ({ run }) => JSON.stringify([run.e, run.w, run.p]),
    ).values(),
  ];
  return groups.map((group) => {
    const [{ run }] = group;
    const text = `${run.e ?? ""}${run.w ?? ""}`;
    if (groups.length === 1 && run.e === undefined && text.length <= shortReason && run.isCut === undefined)
      return el("p", "aside", text);
    const name =
      runs.length === 1
        ? "Why"
        : runNames(
            group.map(({ index }) => index),
            runs.length,
            "",
            nameOf,
          );
    return folded(name, "", () => saidBy(run, saidLimit), false, [
      glyph(...outcomes[String(run.p)].look),
      outcomes[String(run.p)].word,
      el("span", "quiet snippet", run.e ?? run.w ?? ""),
    ]);
  });
}

function saidBy(run, saidLimit) {
  return el(
    "div",
    "said",
    run.e === undefined ? null : el("div", "", el("h4", "", "Evidence"), el("blockquote", "", prose(run.e))),
    run.w === undefined ? null : el("div", "", run.e === undefined ? null : el("h4", "", "Reasoning"), prose(run.w)),
    run.isCut &&
      el(
        "p",
        "aside",
        run.e === undefined && run.w === undefined
          ? "Evidence and reasoning are left out to keep this file small; they are in cases.jsonl."
          : `Cut after ${saidLimit} characters; the whole text is in cases.jsonl.`,
      ),
  );
}

/** `Run 2`, `Runs 1 and 3 are`, `All 3 runs are`; `verb` is `is` for one of them, and left out where it is empty. */
function runNames(indices, count, verb, nameOf) {
  const said = (name, one) => `${name}${verb === "" ? "" : one ? " is" : " are"}`;
  if (count === 1) return said("The run", true);
  if (indices.length === count) return said(`All ${count} runs`, false);
  if (nameOf !== null) {
    const names = indices.map(nameOf);
    return said(
      names.length === 1 ? names[0] : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`,
      names.length === 1,
    );
  }
  const numbers = indices.map((index) => String(index + 1));
  if (numbers.length === 1) return said(`Run ${numbers[0]}`, true);
  return said(`Runs ${numbers.slice(0, -1).join(", ")} and ${numbers.at(-1)}`, false);
}
