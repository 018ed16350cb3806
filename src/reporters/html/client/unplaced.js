import { noteCard } from "./cards.js";
import { el } from "./dom.js";
import { placeText } from "./place.js";

/**
 * What no line of the diff can carry: bugs and findings without a place, or with one that the diff does not show.
 * @param {{note: object, why: string}[]} elsewhere
 */
export function unplacedView(elsewhere, item) {
  if (item.diff === "") return withoutDiff(elsewhere, item);
  const parts = [
    block("Bugs without a place in this diff", elsewhere.filter(isOfBug), item),
    block(
      "Said without a place in this diff",
      elsewhere.filter((one) => !isOfBug(one)),
      item,
    ),
  ];
  return parts.every((part) => part === null) ? null : el("section", "elsewhere", ...parts);
}

const isOfBug = ({ note }) => note.type === "bug";

/** Without a diff nothing has a line, which is said once. Each bug stands with the findings that describe it. */
function withoutDiff(elsewhere, item) {
  const about = Map.groupBy(elsewhere, ({ note }) => (note.type === "finding" ? note.finding.bugId : note.bug?.id));
  const bugs = elsewhere.filter(isOfBug);
  const told = bugs.flatMap(({ note }) => about.get(note.bug.id) ?? []);
  const rest = elsewhere.filter((one) => !told.includes(one));
  const bare = (all) => all.map(({ note }) => ({ note, why: "" }));
  return el(
    "section",
    "elsewhere",
    el("p", "aside", "This change is known by its address alone: there is no diff to show."),
    block("Bugs, and the findings that describe them", bare(told), item),
    block(bugs.length === 0 ? "Findings" : "Other findings", bare(rest), item),
  );
}

function block(heading, all, item) {
  if (all.length === 0) return null;
  const cards = all.map(({ note, why }) =>
    noteCard(note, item, [placeText(note), why].filter((part) => part !== "").join(", ")),
  );
  return el("div", "", el("h4", "", heading), ...cards);
}
