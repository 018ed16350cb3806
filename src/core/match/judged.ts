import { anchorsOf, type Anchor, type Bug } from "../case.ts";
import { consensusPass, medianPass, passRate } from "../judge/aggregate.ts";
import { type AskJudge, judgeQuestion, type JudgedRun, type ReadyRubric } from "../judge/judge.ts";
import { reviewWithPlaces } from "../review.ts";
import type { Matcher, PairQuestion, PairVerdict } from "./matcher.ts";

/** How pairs are put to a judge. */
export interface PairJudge {
  /** A rubric that judges pairs. */
  ready: ReadyRubric;
  /** How often each question is asked; odd. */
  runs: number;
  ask: AskJudge;
  newNonce: () => string;
  /** Is told what the judge said of each pair, in any order. */
  count?: (judged: readonly JudgedRun[]) => void;
}

/**
 * A matcher that asks a judge, or each of several, about each finding and bug, whatever the others, so that the order of
 * the findings is nothing to it. Most of a judge's runs decide, and of several judges most of them; the weight is the
 * share of all runs that pass. What is left open so is undecided with weight 0. A finding without a word is another thing
 * than any bug, and nobody is asked.
 */
export function judgedMatcher(...judges: readonly PairJudge[]): Matcher {
  async function compareOne(
    finding: string,
    bug: string,
    diff: string,
  ): Promise<Omit<PairVerdict, keyof PairQuestion>> {
    if (finding === "") return { verdict: "different", weight: 0 };
    const said = await Promise.all(judges.map((judge) => askOne(judge, finding, bug, diff)));
    const pass = medianPass(said.map((one) => one.pass));
    if (pass === null) return { verdict: "undecided", weight: 0 };
    const weight = passRate(said.flatMap(({ judged }) => judged.map((run) => run.pass === true))) ?? 0;
    return { verdict: pass ? "same" : "different", weight };
  }

  return {
    name: "judge",
    asksOnlyAtPlace: true,
    compare({ caseId, diff, bugs }, findings, questions) {
      const comparing = questions.map(async ({ findingIndex, bugIndex }): Promise<PairVerdict> => {
        const [finding, bug] = [findings[findingIndex], bugs[bugIndex]];
        if (finding === undefined || bug === undefined)
          throw new RangeError(`case ${caseId}: no finding ${findingIndex} or no bug ${bugIndex} to compare`);
        const told = await compareOne(reviewWithPlaces({ findings: [finding] }), describeBug(bug), diff);
        return { findingIndex, bugIndex, ...told };
      });
      return Promise.all(comparing);
    },
  };
}

/** What one judge says of a pair: in each of its runs, and by their majority. */
async function askOne(
  { ready, runs, ask, newNonce, count }: PairJudge,
  finding: string,
  bug: string,
  diff: string,
): Promise<{ judged: JudgedRun[]; pass: boolean | null }> {
  const judged = await judgeQuestion(ready, { judges: "pair", diff, bug, finding }, runs, ask, newNonce);
  count?.(judged);
  const required = ready.rubric.axes.filter((axis) => axis.required).map(({ name }) => name);
  return { judged, pass: consensusPass(judged, required) };
}

/** A bug as a judge is shown it: its places and category before what is wrong. */
export function describeBug(bug: Pick<Bug, "anchor" | "elsewhere" | "category" | "description">): string {
  const places = anchorsOf(bug).map(describeAnchor).join(", ");
  return `${places === "" ? "" : `${places}: `}(${bug.category}) ${bug.description}`;
}

function describeAnchor({ side, file, lines }: Anchor): string {
  if (side === "file" || lines === undefined) return file;
  const [from, to] = lines;
  return `${file}:${from === to ? from : `${from}-${to}`}${side === "old" ? " of the old side" : ""}`;
}
