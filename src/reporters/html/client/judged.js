/**
 * What a judge made of one line, over its runs, or several judges, each by itself: `state` is what most scored runs or
 * judges say (passed, failed, split for as many of both, unscored where no more than half are scored, none where nothing
 * was judged).
 */
export function judgedOf(item, line) {
  const runs =
    line.k === undefined ? (line.j ?? []) : Array.from(line.k, (letter) => ({ p: outcomeOf[letter] ?? null }));
  // A review that never came leaves its case unscored for the judge too.
  if (runs.length === 0) return { ...nothing, state: line.f === null && item.isForJudge ? "unscored" : "none" };
  const scored = runs.filter((run) => run.p !== null).length;
  const passed = runs.filter((run) => run.p === true).length;
  const state =
    scored * 2 <= runs.length
      ? "unscored"
      : passed * 2 === scored
        ? "split"
        : passed * 2 > scored
          ? "passed"
          : "failed";
  return {
    state,
    runs: runs.length,
    scored,
    passed,
    isFlipped: passed > 0 && passed < scored,
    isPanel: line.k !== undefined,
  };
}

const outcomeOf = { p: true, f: false };

const nothing = { runs: 0, scored: 0, passed: 0, isFlipped: false, isPanel: false };

/** Of several repeats the worst, so that a list hides no failure; flipped where any of them is. */
export function worstJudged(item, lines) {
  const all = lines.map((line) => judgedOf(item, line));
  const worst = order.map((state) => all.find((one) => one.state === state)).find((one) => one !== undefined);
  return { ...(worst ?? { ...nothing, state: "none" }), isFlipped: all.some((one) => one.isFlipped) };
}

const order = ["failed", "split", "unscored", "passed", "none"];

/** What the list can be narrowed to by the judge's verdict on the chosen reviewer. */
export const judgedStates = [
  { id: "passed", label: "Passed", holds: ({ judged }) => judged.state === "passed" },
  { id: "failed", label: "Failed", holds: ({ judged }) => judged.state === "failed" },
  { id: "split", label: "Split evenly", holds: ({ judged }) => judged.state === "split" },
  { id: "unscored", label: "Unscored", holds: ({ judged }) => judged.state === "unscored" },
  { id: "flipped", label: "Flipped", holds: ({ judged }) => judged.isFlipped },
  { id: "none", label: "Not judged", holds: ({ judged }) => judged.state === "none" },
];
