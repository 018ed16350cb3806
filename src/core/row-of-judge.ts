import { flipRate } from "./judge/aggregate.ts";
import type { CaseRow } from "./row.ts";
import type { Score, Scores } from "./score.ts";

/** The row as it would be if this one of several judges had judged alone. */
export function rowOfJudge(row: CaseRow, judge: string): CaseRow {
  const { panel, ...others } = row;
  const member = panel?.find((one) => one.judge === judge);
  if (member === undefined) return others;
  const open: Score = { value: null, reason: `${judge} left the review open` };
  const passes = member.judged["pass"] ?? [];
  const flips = flipRate([passes]);
  const scores: Scores = {
    "judge.pass_rate_consensus":
      member.consensus === null ? open : { numerator: Number(member.consensus), denominator: 1 },
    ...(passes.length < 2 ? {} : { "judge.flip_rate": flips === null ? open : { numerator: flips, denominator: 1 } }),
  };
  const { "judge.flip_rate": _, ...kept } = row.scores;
  return { ...others, judged: member.judged, scores: { ...kept, ...scores } };
}
