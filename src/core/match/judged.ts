import { anchorsOf, type Anchor, type Bug } from "../case.ts";
import { consensusPass, medianPass, passRate } from "../judge/aggregate.ts";
import type { PairTexts } from "../judge/batch.ts";
import { judgePairs } from "../judge/judge-pairs.ts";
import type { AskJudge, JudgedRun, ReadyRubric } from "../judge/judge.ts";
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
 * A matcher that asks a judge, or each of several, about all pairs of a review, each by itself or together as the rubric
 * says. The order of the findings is nothing to it. Most of a judge's runs decide, and of several judges most of them; the
 * weight is the share of all runs that pass. What is left open so is undecided with weight 0. A finding without a word is
 * another thing than any bug, and nobody is asked.
 */
export function judgedMatcher(...judges: readonly PairJudge[]): Matcher {
  return {
    name: "judge",
    asksOnlyAtPlace: true,
    async compare({ caseId, diff, bugs }, findings, questions) {
      const pairs = questions.map(({ findingIndex, bugIndex }) => {
        const [finding, bug] = [findings[findingIndex], bugs[bugIndex]];
        if (finding === undefined || bug === undefined)
          throw new RangeError(`case ${caseId}: no finding ${findingIndex} or no bug ${bugIndex} to compare`);
        return { findingIndex, bugIndex, finding: reviewWithPlaces({ findings: [finding] }), bug: describeBug(bug) };
      });
      const worded = pairs.filter(({ finding }) => finding !== "");
      const said = await Promise.all(judges.map((judge) => askOne(judge, diff, worded)));
      const verdicts = new Map(
        worded.map((pair, index) => [pair, verdictOf(said.flatMap((ofJudge) => ofJudge[index] ?? []))]),
      );
      return pairs.map((pair): PairVerdict => {
        const { findingIndex, bugIndex } = pair;
        return { findingIndex, bugIndex, ...(verdicts.get(pair) ?? { verdict: "different", weight: 0 }) };
      });
    },
  };
}

/** What one judge says of a pair: in each of its runs, and by their majority. */
interface SaidOfPair {
  judged: JudgedRun[];
  pass: boolean | null;
}

async function askOne(
  { ready, runs, ask, newNonce, count }: PairJudge,
  diff: string,
  pairs: readonly PairTexts[],
): Promise<SaidOfPair[]> {
  const required = ready.rubric.axes.filter((axis) => axis.required).map(({ name }) => name);
  const said = await judgePairs(ready, diff, pairs, runs, ask, newNonce);
  return said.map((judged) => {
    count?.(judged);
    return { judged, pass: consensusPass(judged, required) };
  });
}

/** What most judges say of a pair. */
function verdictOf(said: readonly SaidOfPair[]): Omit<PairVerdict, keyof PairQuestion> {
  const pass = medianPass(said.map((one) => one.pass));
  if (pass === null) return { verdict: "undecided", weight: 0 };
  const weight = passRate(said.flatMap(({ judged }) => judged.map((run) => run.pass === true))) ?? 0;
  return { verdict: pass ? "same" : "different", weight };
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
