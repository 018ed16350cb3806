import { shortRef } from "../format.ts";
import { flipRate, medianOfRuns, medianPass, type Passes } from "../judge/aggregate.ts";
import type { CaseRow } from "../row.ts";
import { askRates, type Candidate, type Reviewed, sayRate, unitOf } from "./candidate.ts";
import { clusterName } from "./name.ts";

/** The same concern as the person's, in another voice. */
export function offVoice(reviews: readonly Reviewed[]): Candidate | null {
  const said = reviews.flatMap((one) => {
    const { row } = one;
    const [theme, voice] = [axisOf(one, "theme"), axisOf(one, "voice")];
    return theme === null || voice === null ? [] : [{ row, theme, voice }];
  });
  const onTheme = said.filter(({ theme }) => theme);
  return askRates(
    [
      { units: onTheme.map(({ row, voice }) => unitOf(row, !voice)), least: 0.5, border: 0.3 },
      { units: said.map(({ row, theme }) => unitOf(row, theme)), least: 0.5, border: 0.3 },
    ],
    {
      name: "off-voice",
      cause: "it says the right thing in another voice",
      remedy:
        "Train on more reviews by this team or author and for longer on them, or put a few of them into the prompt; look at the judge's reasons for length, greetings and layout.",
      coveredBy: ["too-verbose", "wrong-language"],
    },
    (voice, theme) =>
      `The judge passes the theme of ${sayRate(theme, "reviews")}; of these it fails ${sayRate(voice)} for their voice.`,
  );
}

/** A person's words nearly verbatim, and a judge that does not accept the review. */
export function memorised(reviews: readonly Reviewed[]): Candidate | null {
  const both = reviews.flatMap((one) => {
    const { row } = one;
    const overlap = row.scores["overlap.f1"];
    const pass = consensusOf(one);
    if (overlap === undefined || !("numerator" in overlap) || pass === null) return [];
    return [{ row, isClose: overlap.numerator >= 0.7 * overlap.denominator, pass }];
  });
  return askRates(
    [
      { units: both.map(({ row, isClose }) => unitOf(row, isClose)), least: 0.3, border: 0.15 },
      {
        units: both.filter(({ isClose }) => isClose).map(({ row, pass }) => unitOf(row, !pass)),
        least: 0.5,
        border: 0.3,
      },
    ],
    {
      name: "memorised",
      cause: "it seems to repeat references that it was trained on",
      remedy:
        "Look for these cases and near copies of them in its training data and take them out; then train again, on a split by repository and time.",
    },
    (close, failed) =>
      `${sayRate(close, "reviews")} share .70 or more of their words with a reference (two people rarely do), and the judge fails ${sayRate(failed)} of these.`,
  );
}

/** Of each judge: whether its runs disagree so much that a single one says little. */
export function judgeUnsteady(reviews: readonly Reviewed[]): (Candidate | null)[] {
  const members = new Set(reviews.flatMap(({ row }) => row.panel?.map(({ judge }) => judge) ?? []));
  if (members.size === 0) return [unsteadyOf(reviews, "", (row) => row.judged?.["pass"] ?? [])];
  return [...members].map((ref) =>
    unsteadyOf(reviews, ref, (row) => row.panel?.find(({ judge }) => judge === ref)?.judged["pass"] ?? []),
  );
}

function unsteadyOf(reviews: readonly Reviewed[], ref: string, runsOf: (row: CaseRow) => Passes): Candidate | null {
  const judged = reviews.filter(({ row }) => flipRate([runsOf(row)]) !== null);
  const { spread } = medianOfRuns(judged.map(({ row }) => runsOf(row)));
  const points = Math.round(100 * (spread ?? 0));
  const candidate = askRates(
    [{ units: judged.map(({ row }) => unitOf(row, flipRate([runsOf(row)]) === 1)), least: 0.1, border: 0.05 }],
    {
      name: ref === "" ? "judge-unsteady" : clusterName("judge-unsteady", ref),
      cause: `${ref === "" ? "the judge" : `the judge ${shortRef(ref)}`} does not agree with itself`,
      remedy:
        "This is the judge's fault and not the reviewer's: ask it at temperature 0, state its axes more exactly, take a stronger judge, or raise judge runs.",
    },
    (figure) => `Its runs are ${points} points apart, and it changes its mind on ${sayRate(figure, "reviews")}.`,
  );
  return candidate && { ...candidate, isLarge: candidate.isLarge && (spread ?? 0) > 0.1 + 1e-9 };
}

function axisOf({ row: { judged }, signs }: Reviewed, axis: string): boolean | null {
  return judged === null || signs.isJudgedByWords ? null : medianPass(judged[axis] ?? []);
}

/** What a model that judges says of a review by most of its runs; null where it is open. */
export function consensusOf({ row, signs }: Reviewed): boolean | null {
  const score = row.scores["judge.pass_rate_consensus"];
  return signs.isJudgedByWords || score === undefined || !("numerator" in score) ? null : score.numerator > 0;
}
