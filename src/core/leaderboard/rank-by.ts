import { pairContributions, type PairedColumns } from "../contributions.ts";
import { plural } from "../format.ts";
import { metricDefinitions } from "../metric.ts";
import type { Metric } from "../report.ts";
import type { CaseRow } from "../row.ts";
import { ranksOf, type Resampled, resampleTogether } from "../stats/rank.ts";
import { fewestClusters } from "../stats/unseen.ts";
import type { Measure, RankedRow, Ranking, UnrankedRow } from "./board.ts";
import { joinRows } from "./told-apart.ts";
import { betterEnd, contributionsOf, familyOf, statisticOf, valueOf } from "./measures.ts";

/** A reviewer under one judge, with its rows on the shared cases. */
export interface Candidate {
  reviewer: string;
  run: string;
  rows: readonly CaseRow[];
  /** Why it has no rank whatever its value; null where it may have one. */
  unrankedBecause: string | null;
  /** Share of the cases that may lack a score, as its suite's budget has it. */
  mayLack: number;
  /** Whether its findings were judged elsewhere, once and for all: what the matcher has open then is nobody's gap. */
  isClosed: boolean;
}

/**
 * Ranks reviewers by several measures of one scorer under one judge. Who lacks a score on more cases than its budget
 * allows, be it that the matcher left its findings open, is not ranked, and so takes no cases from the others; the rest is ranked on the cases on which all have a score.
 * @returns one ranking a measure; none where fewer than five clusters are left, or nobody has a value
 */
export function rankBy(measures: readonly Measure[], candidates: readonly Candidate[], seed: number): Ranking[] {
  return [...Map.groupBy(measures, familyOf).values()].flatMap((family) => rankFamily(family, candidates, seed));
}

function rankFamily(measures: readonly Measure[], candidates: readonly Candidate[], seed: number): Ranking[] {
  const [first] = measures;
  if (first === undefined) return [];
  const scored = candidates.map((candidate) => ({ candidate, of: contributionsOf(first, candidate.rows) }));
  const asked = scored.filter(({ candidate }) => candidate.unrankedBecause === null);
  const all = new Set(asked.flatMap(({ of }) => [...of.keys()])).size;
  const lacking = new Map(
    asked.flatMap(({ candidate, of }) => {
      const missing = all - of.size;
      const open = metricDefinitions[first.metric].scorer === "detection" ? countOpen(candidate, of) : 0;
      if (missing + open <= candidate.mayLack * all) return [];
      const [count, what] = missing > 0 ? [missing, "no score"] : [open, "findings that the matcher left open"];
      return [[candidate, `${what} on ${count} of ${plural(all, "case")}`]];
    }),
  );
  const ranked = asked.filter(({ candidate }) => !lacking.has(candidate));
  const paired = pairContributions(ranked.map(({ of }) => ({ of, statistic: () => null })));
  if (paired.clusters.length < fewestClusters) return [];
  const resampled = resampleTogether(paired.columns, measures.map(statisticOf), seed);
  const onCases = ({ rows }: Candidate) => rowsOn(paired.cases, rows, first);
  const unranked = candidates.filter((candidate) => ranked.every((one) => one.candidate !== candidate));
  return measures.flatMap((one, index): Ranking[] => {
    const told = ranked.map(({ candidate }) => ({ candidate, value: valueOf(one, onCases(candidate), seed) }));
    const rows = rankRows(told, resampled[index] as Resampled, paired);
    if (rows.rows.length === 0) return [];
    const left = unranked.map((candidate): UnrankedRow => {
      const reason = candidate.unrankedBecause ?? lacking.get(candidate) ?? "";
      return { ...namesOf(candidate), value: valueOf(one, onCases(candidate), seed), reason };
    });
    return [
      {
        ...one,
        better: betterEnd(one),
        cases: paired.cases.length,
        clusters: paired.clusters.length,
        leftOut: paired.leftOut,
        ...rows,
        unranked: [...rows.unranked, ...left],
      },
    ];
  });
}

/** Of how many cases the matcher left findings or bugs open, which are in no sum. */
function countOpen({ rows, isClosed }: Candidate, of: ReadonlyMap<string, unknown>): number {
  if (isClosed) return 0;
  return new Set(rows.flatMap(({ caseId, isUndecided }) => (isUndecided && of.has(caseId) ? [caseId] : []))).size;
}

/** The rows that a measure takes over some cases: a clean twin stands for its pair. */
function rowsOn(cases: readonly string[], rows: readonly CaseRow[], { metric }: Measure): readonly CaseRow[] {
  const ids = new Set(cases);
  if (metric === "detection.twin_discrimination")
    for (const { caseId, fields } of rows) if (ids.has(caseId) && "twin" in fields) ids.add(String(fields["twin"]));
  return rows.filter(({ caseId }) => ids.has(caseId));
}

const namesOf = ({ reviewer, run }: Candidate) => ({ reviewer, run });

/** Ranks those that have a value. */
function rankRows(
  told: readonly { candidate: Candidate; value: Metric }[],
  { observed, drawn }: Resampled,
  { clusters }: PairedColumns,
): Pick<Ranking, "rows" | "unranked" | "joined"> {
  const valued = [...told.keys()].filter((index) => told[index]?.value.value !== null && observed[index] !== -Infinity);
  const among: Resampled = {
    observed: valued.map((index) => observed[index] as number),
    drawn: valued.map((index) => drawn[index] as Float64Array),
  };
  const ranks = ranksOf(among);
  const order = [...valued.keys()].sort(
    (a, b) =>
      (ranks[a]?.rank ?? 0) - (ranks[b]?.rank ?? 0) || (nameAt(told, valued[a]) < nameAt(told, valued[b]) ? -1 : 1),
  );
  return {
    rows: order.map((index): RankedRow => {
      const { candidate, value } = told[valued[index] as number] as (typeof told)[number];
      const { rank, low, high, firstShare } = ranks[index] as (typeof ranks)[number];
      return { ...namesOf(candidate), rank: rank ?? valued.length, low, high, firstShare, value };
    }),
    unranked: told.flatMap(({ candidate, value }, index) =>
      valued.includes(index) ? [] : [{ ...namesOf(candidate), value, reason: value.reason ?? "it has no value" }],
    ),
    joined: joinRows(among, order, clusters.length),
  };
}

function nameAt(told: readonly { candidate: Candidate }[], index: number | undefined): string {
  return told[index ?? 0]?.candidate.reviewer ?? "";
}
