import { textLimit } from "./block.ts";

/** A finding and a bug as a judge is shown them. */
export interface PairTexts {
  finding: string;
  bug: string;
}

/** Several pairs of one change as one call shows them: each text once, and the pairs by the texts' numbers from 1. */
export interface PairBatch {
  findings: readonly string[];
  bugs: readonly string[];
  pairs: readonly { finding: number; bug: number }[];
}

/** Most pairs of one call. */
export const mostPairs = 24;
/** Most UTF-16 code units of findings and bugs in a call of several pairs, each text counted once. */
export const mostText = 60_000;

/**
 * The calls that pairs of one change are put to a judge in, each pair in one of them. The answer depends on the texts
 * alone: equal pairs are one, and their order is that of the texts, so that equal content makes an equal question whatever
 * the order of the findings.
 */
export function batchPairs(pairs: readonly PairTexts[]): PairTexts[][] {
  const distinct = [...new Map(pairs.map((pair) => [pairKey(pair), pair])).values()];
  const batches: PairTexts[][] = [];
  for (const pair of distinct.toSorted(comparePairs)) {
    const batch = batches.at(-1);
    if (batch !== undefined && batch.length < mostPairs && shownText([...batch, pair]) <= mostText) batch.push(pair);
    else batches.push([pair]);
  }
  return batches;
}

/** The pairs of one call with the texts that it shows, numbered in the order of the texts. */
export function numberPairs(pairs: readonly PairTexts[]): PairBatch {
  const [findings, bugs] = (["finding", "bug"] as const).map((kind) =>
    [...new Set(pairs.map((pair) => pair[kind]))].toSorted(compareTexts),
  ) as [string[], string[]];
  return {
    findings,
    bugs,
    pairs: pairs.map(({ finding, bug }) => ({ finding: findings.indexOf(finding) + 1, bug: bugs.indexOf(bug) + 1 })),
  };
}

/** Tells pairs of other texts apart. */
export function pairKey({ finding, bug }: PairTexts): string {
  return JSON.stringify([finding, bug]);
}

/**
 * Most tokens of an answer about so many pairs: of the first as many as of any question, of each further one a quarter
 * more, since its words are to be fewer and a model that thinks aloud reads the change but once.
 */
export function tokensFor(maxTokens: number, pairs: number): number {
  return maxTokens + Math.ceil((maxTokens * (pairs - 1)) / 4);
}

function comparePairs(a: PairTexts, b: PairTexts): number {
  return compareTexts(a.finding, b.finding) || compareTexts(a.bug, b.bug);
}

/** By UTF-16 code units, the same on every machine. */
function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function shownText(pairs: readonly PairTexts[]): number {
  const { findings, bugs } = numberPairs(pairs);
  return [...findings, ...bugs].reduce((sum, text) => sum + Math.min(text.length, textLimit), 0);
}
