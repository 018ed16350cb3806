import { type Candidate, chooseBest } from "./core/choose-checkpoint.ts";
import type { ReviewerMeasurement } from "./core/compile-report.ts";
import { type ChosenSweep, describeChoice, type SweptCheckpoint } from "./core/describe-sweep.ts";
import { plural } from "./core/format.ts";
import type { SweepCases } from "./core/sweep.ts";
import type { Dataset, DatasetEntry } from "./load/dataset.ts";
import type { Measured } from "./measure.ts";
import type { SplitCases } from "./plan-sweep.ts";
import type { PreparedReviewer, PreparedRun } from "./prepare.ts";
import { probeAll } from "./run/probe.ts";

/** One reviewer with the cases that it is asked about now. */
export interface Turn {
  reviewer: PreparedReviewer;
  dataset: Pick<Dataset, "entries" | "read">;
  /** Whether it is served for this turn only, so that not all checkpoints are in memory at once. */
  isBrief: boolean;
}

interface Members {
  checkpoints: readonly PreparedReviewer[];
  base: PreparedReviewer | null;
  /** Those that are no part of the sweep. */
  others: readonly PreparedReviewer[];
}

function membersOf({ reviewers, sweep }: Pick<PreparedRun, "reviewers" | "sweep">): Members {
  const isMember = ({ training }: PreparedReviewer) => sweep !== null && training?.ref === sweep.ref;
  const members = reviewers.filter(isMember);
  return {
    checkpoints: members.filter(({ checkpoint }) => checkpoint !== undefined),
    base: members.find(({ checkpoint }) => checkpoint === undefined) ?? null,
    others: reviewers.filter((reviewer) => !isMember(reviewer)),
  };
}

/**
 * Asks everyone whether they are there at all. Checkpoints are looked at one after the other and let go, so that the last
 * one that cannot be served is known before the first is measured, and not all are in memory at once.
 * @throws IncompleteError for the first who is not there
 */
export async function probeRun(run: PreparedRun, signal: AbortSignal): Promise<void> {
  const { checkpoints, base, others } = membersOf(run);
  const lasting = [...others, ...(base === null ? [] : [base]), ...run.judges];
  await probeAll(
    lasting.flatMap(({ provider }) => provider ?? []),
    signal,
  );
  for (const { provider } of checkpoints) {
    await probeAll([provider], signal);
    await provider.close?.();
  }
}

/** Serves a checkpoint for as long as it is measured; all others are served throughout. */
export async function withTurn<T>(turn: Turn, signal: AbortSignal, measure: () => Promise<T>): Promise<T> {
  const { provider } = turn.reviewer;
  if (!turn.isBrief) return await measure();
  await probeAll([provider], signal);
  try {
    return await measure();
  } finally {
    await provider.close?.();
  }
}

/**
 * Who is asked about what, one after the other. Where a sweep has a split to choose on, all checkpoints and their base are
 * asked about that one first; then the chosen one, its base and all others about the split that is gated, unless what
 * came first was cut short, since nothing could be chosen by that.
 * @param soFar what the turns before gave
 */
export function* planTurns(
  run: PreparedRun,
  soFar: () => { measured: readonly Measured[]; isWhole: boolean },
): Generator<Turn> {
  const { dataset, sweep, reviewers } = run;
  const { checkpoints, base, others } = membersOf(run);
  const turn = (reviewer: PreparedReviewer, { entries }: Pick<Dataset, "entries"> = dataset): Turn => ({
    reviewer,
    dataset: { entries, read: (entry) => dataset.read(entry) },
    isBrief: checkpoints.some(({ provider }) => provider === reviewer.provider),
  });
  if (sweep === null || sweep.splits === null) {
    for (const reviewer of reviewers) yield turn(reviewer);
    return;
  }
  const { choice, gated } = sweep.splits;
  const together = base === null ? checkpoints : [base, ...checkpoints];
  for (const reviewer of together) yield turn({ ...reviewer, id: idOn(choice, reviewer), split: choice.name }, choice);
  const { measured, isWhole } = soFar();
  if (!isWhole) return;
  const best = chooseBest(candidatesOf(checkpoints, measured, choice), sweep.metric);
  const chosen = checkpoints.filter((reviewer) => idOn(choice, reviewer) === best?.id);
  for (const reviewer of [...chosen, ...(base === null ? [] : [base]), ...others]) yield turn(reviewer, gated);
}

/** What a reviewer is called in the report where it is measured on a split beside those of the report. */
function idOn({ name }: SplitCases, { provider }: PreparedReviewer): string {
  return `${provider.ref} on ${name}`;
}

function candidatesOf(
  reviewers: readonly PreparedReviewer[],
  measured: readonly Measured[],
  split: SplitCases | null,
): (Candidate & { reviewer: PreparedReviewer })[] {
  return reviewers.flatMap((reviewer) => {
    const id = split === null ? reviewer.provider.ref : idOn(split, reviewer);
    const found = measured.find(({ facts }) => facts.id === id);
    return found === undefined ? [] : [{ id, rows: found.rows, reviewer }];
  });
}

/**
 * Of a sweep the chosen checkpoint alone is timed, with its base and all others; it is served again for that.
 * @throws IncompleteError where it cannot be
 */
export async function reviewersToTime(
  run: PreparedRun,
  measured: readonly Measured[],
  signal: AbortSignal,
): Promise<readonly PreparedReviewer[]> {
  if (run.sweep === null) return run.reviewers;
  const { checkpoints, base, others } = membersOf(run);
  const candidates = candidatesOf(checkpoints, measured, run.sweep.splits?.choice ?? null);
  const chosen = chooseBest(candidates, run.sweep.metric)?.reviewer;
  if (chosen !== undefined) await probeAll([chosen.provider], signal);
  return [chosen, base, ...others].filter((reviewer) => reviewer != null);
}

/** How many reviews of cases a run asks for, those of the chosen checkpoint among them. */
export function countReviews(run: PreparedRun): number {
  const ofChosen = run.sweep?.splits?.gated.entries.length ?? 0;
  return run.suite.reviewer.repeats * casesByReviewer(run).reduce((sum, { cases }) => sum + cases, ofChosen);
}

/** How many cases each reviewer is asked about; of a checkpoint only those that all are, before one is chosen. */
export function casesByReviewer(run: PreparedRun): { reviewer: PreparedReviewer; cases: number }[] {
  const { reviewers, dataset, sweep } = run;
  const { checkpoints, base } = membersOf(run);
  return reviewers.map((reviewer) => {
    if (sweep?.splits == null) return { reviewer, cases: dataset.entries.length };
    const [choice, gated] = [sweep.splits.choice.entries.length, sweep.splits.gated.entries.length];
    if (reviewer === base) return { reviewer, cases: choice + gated };
    return { reviewer, cases: checkpoints.includes(reviewer) ? choice : gated };
  });
}

/** The cases that are gated, which are those that the report is of. */
export function gatedEntries({ dataset, sweep }: Pick<PreparedRun, "dataset" | "sweep">): readonly DatasetEntry[] {
  return sweep?.splits?.gated.entries ?? dataset.entries;
}

/** How many reviews of a gated reviewer a judge judges. */
export function judgedReviews(run: PreparedRun): number {
  const judged = gatedEntries(run).filter(({ fields }) => fields["references"] !== 0);
  return judged.length * run.suite.reviewer.repeats;
}

/** Which checkpoint is best and from which it cannot be told; null where no folder of checkpoints was measured. */
export function chooseOf(run: PreparedRun, measured: readonly Measured[]): ChosenSweep | null {
  const { sweep, seed } = run;
  if (sweep === null) return null;
  const { checkpoints, base } = membersOf(run);
  const choice = sweep.splits?.choice ?? null;
  const candidates = candidatesOf(checkpoints, measured, choice);
  const best = chooseBest(candidates, sweep.metric);
  const bases = base === null ? [] : [base];
  const gatedAs = (reviewers: readonly PreparedReviewer[]) => candidatesOf(reviewers, measured, null)[0] ?? null;
  return describeChoice({
    ref: sweep.ref,
    metric: sweep.metric,
    checkpoints: candidates.map(sweptCheckpoint),
    base: candidatesOf(bases, measured, choice)[0] ?? null,
    choice: countCases(choice, gatedEntries(run)),
    apart:
      sweep.splits === null
        ? null
        : {
            cases: countCases(sweep.splits.gated, []),
            chosen: gatedAs(checkpoints.filter(({ provider }) => provider === best?.reviewer.provider)),
            base: gatedAs(bases),
          },
    ...curvesOf(checkpoints),
    leftOut: [...(checkpoints[0]?.training?.leftOut ?? [])],
    seed,
  });
}

function sweptCheckpoint({ id, rows, reviewer }: ReturnType<typeof candidatesOf>[number]): SweptCheckpoint {
  const { step = 0, progress = null, isBest = false } = reviewer.checkpoint ?? {};
  const { epoch = null, loss = null, evalLoss = null } = progress ?? {};
  return { id, rows, step, epoch, loss, evalLoss, isTrainersBest: isBest };
}

function countCases(split: SplitCases | null, all: readonly DatasetEntry[]): SweepCases {
  const { name, entries } = split ?? { name: null, entries: all };
  return { split: name, cases: entries.length, clusters: new Set(entries.map(({ cluster }) => cluster)).size };
}

const mostDrawn = 400;

/** The losses as the newest checkpoint that knows them tells them. */
function curvesOf(checkpoints: readonly PreparedReviewer[]): Pick<ChosenSweep, "losses" | "evalLosses"> {
  const history = checkpoints.findLast(({ checkpoint }) => checkpoint?.progress != null)?.checkpoint?.progress?.history;
  const curve = (of: "loss" | "evalLoss") =>
    thinned((history ?? []).flatMap((noted) => (noted[of] === null ? [] : [{ step: noted.step, loss: noted[of] }])));
  return { losses: curve("loss"), evalLosses: curve("evalLoss") };
}

/** Every so many, the last one always. */
function thinned<T>(items: readonly T[]): T[] {
  const every = Math.ceil(items.length / mostDrawn);
  return items.filter((_, index) => (items.length - 1 - index) % every === 0);
}

/**
 * A measured reviewer as its gates are to be decided: of a sweep only the chosen one has any, and where the same cases
 * chose it, they are held to more. All others of the sweep are company.
 */
export function gateChosen(measured: Measured, sweep: ChosenSweep | null): ReviewerMeasurement {
  if (sweep === null) return measured;
  const { facts } = measured;
  if (facts.id === sweep.chosen?.reviewer) return { ...measured, alpha: sweep.alpha };
  const isOfSweep = sweep.points.some(({ reviewer }) => reviewer === facts.id);
  return isOfSweep ? { ...measured, facts: { ...facts, role: "company" } } : measured;
}

/** What makes a split less apart than it looks. */
export function sweepWarnings({ sweep }: Pick<PreparedRun, "sweep">): string[] {
  if (sweep?.splits == null) return [];
  const { choice, gated } = sweep.splits;
  const chosenOn = new Set(choice.entries.map(({ cluster }) => cluster));
  const shared = new Set(gated.entries.map(({ cluster }) => cluster).filter((cluster) => chosenOn.has(cluster)));
  if (shared.size === 0) return [];
  return [
    `${plural(shared.size, "cluster")} of cases lie in both the ${choice.name} and the ${gated.name} split, so what was chosen by one is not wholly new to the other`,
  ];
}
