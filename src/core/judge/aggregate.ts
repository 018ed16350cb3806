/** What one run said of one review, axis by axis. */
export type Verdicts = Readonly<Record<string, "pass" | "fail" | "unknown">>;

/** The outcome of each run of one case, in the order of the runs; null is unscored. */
export type Passes = readonly (boolean | null)[];

/** The pass rate of every run, and their median. Rates are 0 to 1, null where no case is scored. */
export interface RunsSummary {
  /** Median of `rates`: with an odd number of runs the rate of one of them. */
  value: number | null;
  /** Passed over scored cases, run by run. */
  rates: readonly (number | null)[];
  /** Highest minus lowest rate. */
  spread: number | null;
  /** The first run whose rate is the median; null where that lies between two. */
  medianRun: number | null;
  /** Cases that are scored in most runs: only these count, in any run. */
  scored: number;
  unscored: number;
}

/** What several judges make of the same cases. */
export interface Panel {
  /** By case: what most judges say; null without a majority, or where no more than half of them scored the case. */
  passes: Passes;
  /** Share of the cases scored by two judges or more on which these differ; null without such a case. */
  disagreement: number | null;
}

/**
 * Whether a case passes in a run: all required axes pass. Null, unscored, where the run has no verdict or any required
 * axis is unknown, also when another axis failed.
 * @throws RangeError for no required axis, or one that the verdict lacks
 */
export function passOfRun(verdicts: Verdicts | null, required: readonly string[]): boolean | null {
  if (required.length === 0) throw new RangeError("required axes: expected at least one, got none");
  if (verdicts === null) return null;
  const outcomes = required.map((axis) => {
    const outcome = verdicts[axis];
    if (outcome !== undefined) return outcome;
    throw new RangeError(`verdict: expected the axis ${axis}, got ${Object.keys(verdicts).join(", ") || "none"}`);
  });
  if (outcomes.includes("unknown")) return null;
  return outcomes.every((outcome) => outcome === "pass");
}

/** `passOfRun` of every run of a case. */
export function passesOfRuns(runs: readonly (Verdicts | null)[], required: readonly string[]): Passes {
  return runs.map((verdicts) => passOfRun(verdicts, required));
}

/** Passed over scored of these outcomes, 0 to 1; null where none is scored. */
export function passRate(passes: Passes): number | null {
  const scored = passes.filter((pass) => pass !== null);
  return scored.length === 0 ? null : scored.filter(Boolean).length / scored.length;
}

/**
 * The median outcome: what most scored runs, or judges, say. Null where no more than half are scored, and for a tie, which
 * an odd number of scored ones cannot give.
 */
export function medianPass(passes: Passes): boolean | null {
  const rate = isScored(passes) ? passRate(passes) : null;
  return rate === null || rate === 0.5 ? null : rate > 0.5;
}

/**
 * The headline pass rate: the median over runs of each run's pass rate over the cases. It estimates the pass rate of one
 * run, whatever their number. A case that is unscored in most runs counts in none; a run that a case lacks leaves it
 * unscored there.
 */
export function medianOfRuns(cases: readonly Passes[]): RunsSummary {
  const runs = cases.reduce((most, passes) => Math.max(most, passes.length), 0);
  const full = cases.map((passes) => Array.from({ length: runs }, (_, run) => passes[run] ?? null));
  const scored = full.filter(isScored);
  const rates = Array.from({ length: runs }, (_, run) => passRate(scored.map((passes) => passes[run] ?? null)));
  const sorted = rates.filter((rate) => rate !== null).toSorted((a, b) => a - b);
  const value = medianOf(sorted);
  const medianRun = rates.indexOf(value);
  return {
    value,
    rates,
    spread: value === null ? null : (sorted.at(-1) ?? 0) - (sorted[0] ?? 0),
    medianRun: value === null || medianRun === -1 ? null : medianRun,
    scored: scored.length,
    unscored: cases.length - scored.length,
  };
}

/**
 * The consensus of the runs of one case: each axis by itself as most runs that know it say, unknown where no more than
 * half do, or for a tie. Null where the case is unscored in most runs.
 *
 * The rate of cases whose consensus passes estimates something else than `medianOfRuns`: noise of single runs is voted
 * away, so with three runs a chance of .70 to pass becomes .784, with five .837. A case can pass by consensus though no
 * run passed it, each having failed another axis.
 */
export function consensusOf(runs: readonly (Verdicts | null)[], required: readonly string[]): Verdicts | null {
  if (!isScored(passesOfRuns(runs, required))) return null;
  const axes = [...new Set(runs.flatMap((verdicts) => Object.keys(verdicts ?? {})))].toSorted();
  return Object.fromEntries(
    axes.map((axis) => {
      const pass = medianPass(runs.map((verdicts) => passOfAxis(verdicts?.[axis])));
      return [axis, pass === null ? "unknown" : pass ? "pass" : "fail"];
    }),
  );
}

/**
 * Whether a case passes by the consensus of its runs, all required axes together; null where it is unscored in most runs.
 * A run that says nothing of any axis is unscored. Where a run failed although its axes passed, the rubric asks for a
 * total of points besides, which axes do not show: then the majority of the runs decides.
 */
export function consensusPass(
  runs: readonly { axes: Verdicts; pass: boolean | null }[],
  required: readonly string[],
): boolean | null {
  const verdicts = runs.map(({ axes }) => (Object.keys(axes).length === 0 ? null : axes));
  const consensus = consensusOf(verdicts, required);
  const pass = consensus === null ? null : passOfRun(consensus, required);
  const isTotalShort = verdicts.some((one, run) => passOfRun(one, required) === true && runs[run]?.pass === false);
  return pass === true && isTotalShort ? medianPass(runs.map((run) => run.pass)) : pass;
}

/** Share of the cases with two scored runs or more that passed in one and failed in another; null without such a case. */
export function flipRate(cases: readonly Passes[]): number | null {
  return passRate(
    cases.map((passes) => {
      const scored = passes.filter((pass) => pass !== null);
      return scored.length < 2 ? null : new Set(scored).size === 2;
    }),
  );
}

/**
 * Puts several judges together: by case the majority of what each of them says in the median of its runs.
 * @param judges the outcomes of each judge, all over the same cases in the same order
 * @throws RangeError for judges of different numbers of cases
 */
export function panelOf(judges: readonly Passes[]): Panel {
  const counts = new Set(judges.map((passes) => passes.length));
  if (counts.size > 1) throw new RangeError(`panel: expected judges of the same cases, got ${[...counts].join(", ")}`);
  const byCase = (judges[0] ?? []).map((_, index) => judges.map((passes) => passes[index] ?? null));
  return { passes: byCase.map(medianPass), disagreement: flipRate(byCase) };
}

function isScored(passes: Passes): boolean {
  return passes.filter((pass) => pass !== null).length * 2 > passes.length;
}

function passOfAxis(outcome: Verdicts[string] | undefined): boolean | null {
  return outcome === "pass" ? true : outcome === "fail" ? false : null;
}

function medianOf(sorted: readonly number[]): number | null {
  const middle = sorted.length / 2;
  const [below, above] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return below === undefined || above === undefined ? null : (below + above) / 2;
}
