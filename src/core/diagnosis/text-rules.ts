import { quantile } from "../stats/quantile.ts";
import { askRates, type Candidate, type Reviewed, sayRate, unitOf } from "./candidate.ts";
import { isUnusable } from "./detection-rules.ts";

/** A finding is long from this many words on and so many times the words of a person's remark on the same case. */
const longWords = 30;
const longTimes = 2;

/** Findings much longer than what people write about the same cases. */
export function tooVerbose(reviews: readonly Reviewed[]): Candidate | null {
  const lengths = reviews.flatMap(({ row, signs }) => {
    const { wordsPerFinding: own, referenceWords: person } = signs;
    return own === null || person === null ? [] : [{ row, own, person }];
  });
  const isLong = ({ own, person }: { own: number; person: number }) => own > longWords && own >= longTimes * person;
  const medianOf = (values: number[]) =>
    Math.round(
      quantile(
        values.sort((a, b) => a - b),
        0.5,
      ) ?? 0,
    );
  return askRates(
    [{ units: lengths.map((one) => unitOf(one.row, isLong(one))), least: 0.6, border: 0.5 }],
    {
      name: "too-verbose",
      cause: "it writes much more than people do",
      remedy:
        "Ask for one or two sentences a finding, shorten the reviews in its training data, and lower reviewer.maxTokens once it keeps to that.",
    },
    (figure) =>
      `${sayRate(figure, "reviews")} take at least twice the words of a reference for a finding; the median finding has ${medianOf(lengths.map(({ own }) => own))} words, the references ${medianOf(lengths.map(({ person }) => person))}.`,
  );
}

/** A language counts as one of the team's from this share of the cases on. */
const ofTheTeam = 0.1;

/** Reviews in a language in which the team does not write. */
export function wrongLanguage(reviews: readonly Reviewed[]): Candidate | null {
  const written = new Map<string, Set<string>>();
  for (const { row, signs } of reviews) {
    const { expectedLanguage: language } = signs;
    if (language !== null) written.set(language, (written.get(language) ?? new Set()).add(row.caseId));
  }
  const known = [...written.values()].reduce((sum, { size }) => sum + size, 0);
  const expected = [...written].filter(([, cases]) => cases.size >= ofTheTeam * known).map(([language]) => language);
  const told = reviews.filter((one) => one.signs.language !== null && !isUnusable(one));
  if (expected.length === 0) return null;
  const others = [...new Set(told.map(({ signs }) => signs.language ?? ""))].filter((one) => !expected.includes(one));
  return askRates(
    [
      {
        units: told.map(({ row, signs }) => unitOf(row, !expected.includes(signs.language ?? ""))),
        least: 0.2,
        border: 0.1,
      },
    ],
    {
      name: "wrong-language",
      cause: "it answers in another language than the team",
      remedy: "Name the language in the prompt, and take reviews in other languages out of its training data.",
    },
    (figure) =>
      `Of the reviews whose language can be told, ${sayRate(figure)} are written in ${others.join(", ")}; people write in ${expected.join(", ")} here.`,
  );
}
