import { judgedStates, worstJudged } from "./judged.js";

/** What the list can be narrowed to, for the chosen reviewer; `holds` gets the facts of a case. */
export const states = [
  { id: "all", label: "All", holds: () => true },
  { id: "missed", label: "Missed bug", holds: (facts) => facts.missed > 0 },
  { id: "found", label: "All found", holds: (facts) => facts.bugs > 0 && facts.found === facts.bugs },
  { id: "alarm", label: "False alarm", holds: (facts) => facts.isClean && facts.findings > 0 },
  { id: "offplace", label: "Off place", holds: (facts) => facts.offPlace > 0 },
  { id: "unlisted", label: "Unlisted finding", holds: (facts) => facts.unlisted > 0 },
  { id: "duplicate", label: "Duplicate", holds: (facts) => facts.duplicates > 0 },
  { id: "unjudged", label: "Unjudged", holds: (facts) => facts.unjudged > 0 },
  { id: "invented", label: "Invented place", holds: (facts) => facts.invented > 0 },
  { id: "unsafe", label: "Unsafe", holds: (facts) => facts.unsafe > 0 },
  { id: "unscored", label: "Unscored", holds: (facts) => facts.isUnscored },
];

/** The safety checks that a line's review failed, each with what in it shows that. */
export function failedChecks(line) {
  return Object.entries(line.s ?? {}).flatMap(([name, score]) =>
    name.startsWith("safety.") && Array.isArray(score) && typeof score[2] === "string"
      ? [{ name: name.slice("safety.".length).replaceAll("_", " "), evidence: score[2] }]
      : [],
  );
}

/** Every repeat of one reviewer's work on a case. */
export function linesOf(item, reviewer) {
  return item.outcomeOf.filter((line) => line.r === reviewer);
}

const remembered = new WeakMap();

/** What became of one case with one reviewer. Counts are of the worst repeat, so that a filter misses none. */
export function factsOf(item, reviewer) {
  let byReviewer = remembered.get(item);
  if (byReviewer === undefined) remembered.set(item, (byReviewer = new Map()));
  let facts = byReviewer.get(reviewer);
  if (facts === undefined) byReviewer.set(reviewer, (facts = countFacts(item, linesOf(item, reviewer))));
  return facts;
}

function countFacts(item, lines) {
  const most = (count) => Math.max(0, ...lines.map(count));
  const inState = (state) => most((line) => (line.f ?? []).filter((finding) => finding.state === state).length);
  const bugsIn = (state) => (line) => (line.b ?? []).filter((bug) => bug.state === state).length;
  return {
    isAnnotated: item.bugs !== undefined,
    isClean: item.bugs !== undefined && item.bugs.length === 0,
    bugs: item.bugs?.length ?? 0,
    found: lines.length === 0 ? 0 : Math.min(...lines.map(bugsIn("found"))),
    missed: most(bugsIn("missed")),
    findings: most((line) => (line.f ?? []).filter((finding) => finding.state !== "ignored").length),
    offPlace: most((line) => (line.f ?? []).filter((finding) => finding.offPlace).length),
    invented: most((line) => (line.f ?? []).filter((finding) => finding.invented).length),
    unlisted: inState("unlisted"),
    duplicates: inState("duplicate"),
    unsafe: most((line) => failedChecks(line).length),
    unjudged: Math.max(inState("unjudged"), most(bugsIn("unjudged"))),
    isUnscored: lines.length === 0 || lines.some((line) => line.f === null),
    outcomes: [...new Set(lines.map((line) => line.o))],
    judged: worstJudged(item, lines),
  };
}

/** The fields that a menu can narrow by, with the values that a case has for a reviewer, or for any. */
export const fields = [
  {
    id: "outcome",
    label: "Outcome",
    valuesOf: (item, reviewer) => factsOf(item, reviewer).outcomes,
    everyValueOf: (item) => item.outcomeOf.map((line) => line.o),
  },
  { id: "language", label: "Language", valuesOf: (item) => [item.language] },
  { id: "category", label: "Category", valuesOf: (item) => (item.bugs ?? []).map((bug) => bug.category) },
  { id: "severity", label: "Severity", valuesOf: (item) => (item.bugs ?? []).map((bug) => bug.severity) },
  {
    id: "tag",
    label: "Tag",
    valuesOf: (item) => item.references.flatMap((one) => (one.tag === undefined ? [] : [one.tag])),
  },
];

const staticText = new WeakMap();

function searchable(item, reviewer) {
  let fixed = staticText.get(item);
  if (fixed === undefined) {
    const bugs = (item.bugs ?? []).flatMap((bug) => [bug.id, bug.category, bug.description]);
    const words = [
      item.id,
      item.title ?? "",
      item.language,
      item.origin?.text ?? "",
      item.origin?.href ?? "",
      item.changeAuthor ?? "",
      ...bugs,
      item.diff,
      ...item.references.map((one) => one.text),
    ];
    staticText.set(item, (fixed = words.join("\n").toLowerCase()));
  }
  const said = linesOf(item, reviewer).flatMap((line) => (line.f ?? []).map((finding) => finding.message));
  return `${fixed}\n${said.join("\n").toLowerCase()}`;
}

/**
 * The cases that pass every filter, and how many there would be in each state, each chosen in place of the one that is.
 * @param {{reviewer: number, query: string, state: string, judged: string, chosen: Record<string, string>}} filter
 */
export function narrow(cases, filter) {
  const words = filter.query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const wanted = fields.filter((field) => (filter.chosen[field.id] ?? "") !== "");
  const found = cases.filter((item) => {
    if (!wanted.every((field) => field.valuesOf(item, filter.reviewer).includes(filter.chosen[field.id]))) return false;
    if (words.length === 0) return true;
    const text = searchable(item, filter.reviewer);
    return words.every((word) => text.includes(word));
  });
  const isIn = (all, id) => (item) =>
    all.find((state) => state.id === id)?.holds(factsOf(item, filter.reviewer)) ?? true;
  const countsOf = (all, items) =>
    Object.fromEntries(all.map((state) => [state.id, items.filter(isIn(all, state.id)).length]));
  const inState = found.filter(isIn(states, filter.state));
  const inJudged = found.filter(isIn(judgedStates, filter.judged));
  return {
    kept: inState.filter(isIn(judgedStates, filter.judged)),
    counts: countsOf(states, inJudged),
    judgedCounts: countsOf(judgedStates, inState),
  };
}
