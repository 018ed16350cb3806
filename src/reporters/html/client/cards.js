import { el, glyph, prose, shownNumber } from "./dom.js";
import { placesText } from "./place.js";

const findingLooks = {
  matched: { glyph: "pass", tone: "pass", label: "Finding, matched" },
  duplicate: { glyph: "note", tone: "plain", label: "Duplicate finding" },
  ignored: { glyph: "note", tone: "plain", label: "Ignored nit" },
  unlisted: { glyph: "alarm", tone: "alarm", label: "Unlisted finding" },
  unjudged: { glyph: "incomplete", tone: "plain", label: "Unjudged finding" },
};

const bugLooks = {
  found: { glyph: "pass", tone: "pass", label: "Bug, found" },
  missed: { glyph: "fail", tone: "fail", label: "Missed bug" },
  unjudged: { glyph: "incomplete", tone: "plain", label: "Bug, unjudged" },
  unscored: { glyph: "ungated", tone: "plain", label: "Bug" },
};

/** A note as a card: what it is in a word and a shape, then what was said. `place` is said where the card is not at it. */
export function noteCard(note, item, place = "") {
  if (note.type === "bug") return bugCard(note, item, place);
  if (note.type === "place") return placeCard(note);
  return findingCard(note, item, place);
}

function card(kind, look, facts, ...body) {
  const shown = facts.filter((fact) => fact !== undefined && fact !== "");
  return el(
    "article",
    { class: `card card-${look.tone} card-${kind}`, "data-kind": kind },
    el(
      "header",
      "",
      glyph(look.glyph, look.tone),
      el("b", "", look.label),
      ...shown.map((fact) => (typeof fact === "string" ? el("span", "fact", fact) : fact)),
    ),
    ...body,
  );
}

function bugCard(note, item, place) {
  const { bug } = note;
  const look = bugLooks[note.state] ?? bugLooks.unscored;
  return card(
    `bug-${note.state}`,
    look,
    [severity(bug.severity), bug.category, item.bugs.length > 1 ? bug.id : "", place, hintOf(note)],
    prose(bug.description),
    note.also.length === 0 ? null : el("p", "also", `also at ${placesText(note.also)}`),
  );
}

function hintOf({ state, result }) {
  if (result?.credited === true) return "found as leaderboards count, by a finding that holds another bug";
  return state === "missed" && result?.theme === true ? "described, but at another place" : "";
}

function placeCard(note) {
  const look = note.isTouched
    ? { glyph: "alarm", tone: "alarm", label: "Touched where the bug was put right" }
    : { glyph: "quiet", tone: "plain", label: "Left alone where the bug was put right" };
  return card("place", look, [note.bugId]);
}

function findingCard(note, item, place) {
  const { finding } = note;
  const base = findingLooks[finding.state] ?? { glyph: "note", tone: "plain", label: "Finding" };
  const isAlarm = finding.state === "unlisted" && item.bugs?.length === 0;
  const look = isAlarm
    ? { ...base, label: "False alarm" }
    : finding.offPlace
      ? { glyph: "place", tone: "alarm", label: "Finding, off place" }
      : base;
  const bug = (item.bugs ?? []).find((one) => one.id === finding.bugId);
  return card(
    `finding-${finding.offPlace ? "offplace" : (finding.state ?? "none")}`,
    look,
    [
      severity(finding.severity),
      finding.category,
      bug === undefined ? "" : `${finding.state === "duplicate" ? "repeats" : "holds"} ${bug.id}`,
      finding.confidence === undefined ? "" : `confidence ${shownNumber(finding.confidence, 2)}`,
      finding.invented ? "invented place" : "",
      place,
    ],
    finding.message.trim() === "" ? el("p", "quiet", "(empty message)") : prose(finding.message),
    finding.suggestion === undefined
      ? null
      : el("div", "suggestion", el("span", "quiet", "Suggested instead"), el("pre", "code", finding.suggestion)),
  );
}

function severity(level) {
  return level === undefined ? "" : el("span", `severity severity-${level}`, level);
}
