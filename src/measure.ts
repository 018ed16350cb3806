import type { Case } from "./core/case.ts";
import type { ReviewerFacts } from "./core/compile-report.ts";
import { mergeReviews, type Part } from "./core/fan-out.ts";
import { findingsJsonSchema } from "./core/findings-schema.ts";
import { type Cost, costOfTime, type Price } from "./core/cost.ts";
import type { Generation, Usage } from "./core/generation.ts";
import { signsOf } from "./core/diagnosis/signs.ts";
import { cleanText } from "./core/parse/clean.ts";
import { type ReadPart, readPart, worstOutcome } from "./core/part.ts";
import { type CasePlan, type Job, planCase, type PlanSettings } from "./core/plan.ts";
import { priceRow } from "./core/price-rows.ts";
import type { CaseLine } from "./core/report.ts";
import type { Review } from "./core/review.ts";
import { type CaseRow, rowOf } from "./core/row.ts";
import type { Scorer } from "./core/scorer.ts";
import { count, emptyTally, type Tally } from "./core/tally.ts";
import type { Dataset, DatasetEntry } from "./load/dataset.ts";
import type { PreparedReviewer, PreparedRun } from "./prepare.ts";

const mostTextChars = 100_000;

/** A case and repeat of which not all parts have come in yet. */
interface OpenCase {
  source: Case;
  entry: DatasetEntry;
  repeat: number;
  parts: readonly Part[];
  promptChars: number;
  /** Generations by part, null until one comes. */
  generations: (Generation | null)[];
}

/** What measuring one reviewer gives. */
export interface Measured {
  facts: ReviewerFacts;
  rows: CaseRow[];
  tally: Tally;
  /** What its answers are charged by; null where that is not known. */
  price: Price | null;
}

/** What of a prepared run decides how reviews are measured. */
export type MeasuringRun = Pick<PreparedRun, "suite" | "prompt" | "seed"> & {
  dataset: Pick<Dataset, "entries" | "read">;
};

/** Scores a reviewer's generations as they come, in any order, and keeps of each case only what metrics need. */
export interface Measuring {
  /** The jobs that still have to be asked, in dataset order; reads one case at a time. */
  jobs(isFinished: (key: string) => boolean): Generator<Job>;
  /** Takes a generation in; once all parts of its case are there the case is scored and its line returned. */
  take(generation: Generation): Promise<CaseLine | null>;
  /** How many repeats of cases wait for more of their parts; these are what measuring keeps whole in memory. */
  countOpen(): number;
  /** @param machineMs how long the reviewer's machine ran, where that is what it costs */
  finish(machineMs?: number): Measured;
}

/** Starts measuring one reviewer of a prepared run. */
export function startMeasuring(run: MeasuringRun, reviewer: PreparedReviewer): Measuring {
  const { suite, dataset, prompt } = run;
  const { provider, role, price = null } = reviewer;
  const plan: PlanSettings = {
    reviewer: provider.ref,
    seesTruth: provider.seesTruth,
    prompt: prompt.prompt,
    unit: provider.isWholeCase === true ? "case" : suite.reviewer.unit,
    repeats: suite.reviewer.repeats,
    parameters: { maxTokens: suite.reviewer.maxTokens, temperature: suite.reviewer.temperature, seed: run.seed },
    ...(suite.reviewer.structured ? { schema: findingsJsonSchema() } : {}),
  };
  const entryOf = new Map(dataset.entries.map((entry) => [entry.id, entry]));
  const positionOf = new Map(dataset.entries.map(({ id }, position) => [id, position]));
  const open = new Map<string, OpenCase>();
  const rows: CaseRow[] = [];
  const tally = emptyTally();
  /** Repeats of cases that are asked about now, where the machine's time is to be divided among them. */
  const askedNow = new Set<string>();
  let effective: Record<string, unknown> = {};

  function openCase(source: Case, entry: DatasetEntry, { parts, jobs }: CasePlan, repeats: Iterable<number>): void {
    // The prompts of all repeats are the same.
    const promptChars = jobs.reduce((most, job) => Math.max(most, job.request.prompt.length), 0);
    for (const repeat of repeats) {
      const key = openKey(source.id, repeat);
      if (open.has(key)) continue;
      open.set(key, { source, entry, repeat, parts, promptChars, generations: parts.map(() => null) });
    }
  }

  return {
    *jobs(isFinished) {
      for (const entry of dataset.entries) {
        const source = dataset.read(entry);
        const planned = planCase(source, plan);
        const wanted = planned.jobs.filter((job) => !isFinished(job.key));
        if (wanted.length === 0) continue;
        // Of a resumed run some repeats were scored before: they would never be closed again.
        openCase(source, entry, planned, new Set(wanted.map((job) => job.repeat)));
        if (isPaidByHour(price)) for (const { repeat } of wanted) askedNow.add(openKey(source.id, repeat));
        yield* wanted;
      }
    },
    async take(generation) {
      const key = openKey(generation.caseId, generation.repeat);
      const entry = entryOf.get(generation.caseId);
      if (entry === undefined || generation.repeat >= plan.repeats) return null;
      if (!open.has(key)) {
        const source = dataset.read(entry);
        openCase(source, entry, planCase(source, plan), [generation.repeat]);
      }
      const found = open.get(key);
      if (found === undefined || generation.part >= found.parts.length) return null;
      found.generations[generation.part] = generation;
      if (generation.outcome !== "overflow") effective = { ...effective, ...generation.effective };
      const generations = found.generations.filter((one) => one !== null);
      if (generations.length < found.parts.length) return null;
      open.delete(key);
      const line = await scoreCase(found, generations, run, reviewer);
      rows.push(priceRow(rowOf(line), price));
      count(tally, line);
      return line;
    },
    countOpen: () => open.size,
    finish(machineMs = 0) {
      // Sums depend on their order in the last digit, and in which order answers came is chance.
      rows.sort((a, b) => positionIn(a) - positionIn(b) || a.repeat - b.repeat);
      return { facts: factsSoFar(), rows: withHours(machineMs), tally, price };
    },
  };

  function positionIn({ caseId }: CaseRow): number {
    return positionOf.get(caseId) ?? 0;
  }

  /** A machine is paid for its time, in which all that were asked about had the same share. */
  function withHours(machineMs: number): CaseRow[] {
    if (!isPaidByHour(price)) return rows;
    const usd = costOfTime(machineMs, price.usdPerHour) / Math.max(1, askedNow.size);
    return rows.map((row) => {
      const isOfNow = askedNow.has(openKey(row.caseId, row.repeat));
      const cost: Cost = isOfNow ? { usd, unknown: 0 } : { usd: null, unknown: row.spending?.answers ?? 0 };
      return row.spending === undefined ? row : { ...row, cost };
    });
  }

  function factsSoFar(): ReviewerFacts {
    const { referenceAuthor: _, ...parameters } = effective;
    return {
      id: reviewer.id ?? provider.ref,
      ref: provider.ref,
      role,
      ...(reviewer.split === undefined ? {} : { split: reviewer.split }),
      provider: provider.name,
      model: provider.model,
      prompt: { file: prompt.file, hash: prompt.hash },
      effective: parameters,
      hosts: [...provider.hosts],
      ...(reviewer.served === undefined ? {} : { served: reviewer.served() }),
    };
  }
}

function openKey(caseId: string, repeat: number): string {
  return `${repeat} ${caseId}`;
}

async function scoreCase(
  open: OpenCase,
  generations: readonly Generation[],
  run: MeasuringRun,
  { provider, scorers, id = provider.ref, price = null }: PreparedReviewer,
): Promise<CaseLine> {
  const { source, entry, repeat, parts } = open;
  const read = parts.map((part, index) =>
    readPart(generations[index] as Generation, part, run.suite.reviewer.contract),
  );
  const readable = read.filter(({ outcome }) => outcome !== "not-applicable");
  const reviews = readable.map((part) => part.review);
  const isUnscored = reviews.length === 0 || reviews.includes(null);
  const review: Review | null = isUnscored ? null : mergeReviews(reviews.filter((one) => one !== null));
  const { scores, ledger, judged, panel } =
    review === null
      ? { scores: {}, ledger: null, judged: undefined, panel: undefined }
      : await runScorers(scorers, { source, repeat, review, parts: read });
  const text = cleanText(generations.map((generation) => generation.text).join("\n\n"));
  return {
    v: 1,
    reviewer: id,
    caseId: source.id,
    repeat,
    cluster: entry.cluster,
    fields: { ...entry.fields, promptChars: open.promptChars },
    outcome: worstOutcome(read.map((part) => part.outcome)),
    parts: read.map((part) => ({
      outcome: part.outcome,
      ...(part.generation.error === undefined ? {} : { error: cleanText(part.generation.error) }),
      durationMs: durationOf(part, provider.isTimed),
      fromCache: part.generation.fromCache,
      ...(tookSeveralTries(part) ? { tries: part.generation.attempts.length + 1 } : {}),
      ...usageOf(part, provider.hosts.length > 0 || price !== null),
      ...(part.isCapped ? { isCapped: true as const } : {}),
    })),
    review,
    ledger,
    scores,
    ...(judged === undefined ? {} : { judged }),
    ...(panel === undefined ? {} : { panel }),
    ...(review === null ? {} : { signs: signsOf({ review, ledger, judged }, source) }),
    text: text.slice(0, mostTextChars),
    isTextCut: text.length > mostTextChars,
  };
}

async function runScorers(
  scorers: readonly Scorer[],
  input: Parameters<Scorer["score"]>[0],
): Promise<Pick<CaseLine, "scores" | "ledger" | "judged" | "panel">> {
  const outputs = [];
  for (const scorer of scorers) outputs.push(await scorer.score(input));
  const { judged, panel } = outputs.find((output) => output.judged !== undefined) ?? {};
  return {
    scores: Object.assign({}, ...outputs.map((output) => output.scores)),
    ledger: outputs.find((output) => output.ledger !== undefined)?.ledger ?? null,
    ...(judged === undefined ? {} : { judged }),
    ...(panel === undefined ? {} : { panel }),
  };
}

function isPaidByHour(price: Price | null): price is Extract<Price, { usdPerHour: number }> {
  return price !== null && "usdPerHour" in price;
}

/**
 * Tokens of an answer; nothing where none came, and for a reviewer that asks no model and tells none.
 * @param isCounted whether an answer without a count of tokens is one that lacks it
 */
function usageOf({ generation, outcome }: ReadPart, isCounted: boolean): { usage?: Usage } {
  if (outcome === "transport-error" || outcome === "overflow" || outcome === "not-applicable") return {};
  const { usage } = generation;
  const isTold = usage.promptTokens !== null || usage.completionTokens !== null;
  return isCounted || isTold ? { usage } : {};
}

/**
 * From dispatch to the end, or as recorded; null for what was not timed: a failure, the cache, a floor, a prompt that did
 * not fit or a change that cannot be read, which are turned away at once. A generation that took several tries has no time either: that of the last alone
 * hides the others, and that of all holds pauses.
 */
function durationOf(part: ReadPart, isTimed: boolean): number | null {
  const { timing, fromCache } = part.generation;
  if (part.outcome === "transport-error" || part.outcome === "overflow" || fromCache) return null;
  if (part.outcome === "not-applicable") return null;
  if (tookSeveralTries(part)) return null;
  if (timing.recordedLatencyMs !== undefined) return timing.recordedLatencyMs;
  return isTimed ? timing.finishedMs - timing.dispatchedMs : null;
}

function tookSeveralTries({ generation, outcome }: ReadPart): boolean {
  return outcome !== "transport-error" && generation.attempts.length > 0;
}
