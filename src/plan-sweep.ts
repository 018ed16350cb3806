import { choosingMetric } from "./core/choose-checkpoint.ts";
import { UsageError } from "./core/errors.ts";
import type { MetricName } from "./core/metric.ts";
import type { Suite } from "./core/suite.ts";
import type { Dataset, DatasetEntry } from "./load/dataset.ts";
import type { OpenedReviewer } from "./reviewers.ts";

/** The cases of one split of a dataset. */
export interface SplitCases {
  name: string;
  entries: readonly DatasetEntry[];
}

/** How the checkpoints of one training run are measured. */
export interface PreparedSweep {
  /** The folder of checkpoints, as it was named. */
  ref: string;
  /** What the best is chosen by. */
  metric: MetricName;
  /** Other cases to choose on than to gate on; null where both are all cases. */
  splits: { choice: SplitCases; gated: SplitCases } | null;
}

const [choiceSplit, gatedSplit] = ["validation", "test"];

/**
 * Finds out whether a folder of checkpoints is measured, and on which cases. Several checkpoints of a dataset that has a
 * validation and a test split are chosen from on the one and gated on the other, unless the suite names a split itself.
 * @returns the dataset with the cases that are asked about
 * @throws UsageError for several such folders, for nothing to choose by, and for a split of which no case is left
 */
export function planSweep(
  suite: Suite,
  dataset: Dataset,
  opened: readonly OpenedReviewer[],
): { sweep: PreparedSweep | null; dataset: Dataset } {
  const checkpoints = opened.filter(({ role, training }) => role === "measured" && training !== undefined);
  const [ref, other] = new Set(checkpoints.flatMap(({ training }) => training?.ref ?? []));
  if (ref === undefined) return { sweep: null, dataset };
  if (other !== undefined)
    throw new UsageError(
      `model "${other}": "${ref}" is a folder of checkpoints already (measure one training run at a time)`,
    );
  const metric = choosingMetric(suite);
  if (metric === null)
    throw new UsageError(
      `model "${ref}": suite "${suite.name}" measures nothing to choose a checkpoint by (set sweep.metric, or add the scorer detection)`,
    );
  const isParted =
    suite.dataset.split === undefined && [choiceSplit, gatedSplit].every((one) => dataset.splits.has(one));
  if (!isParted || checkpoints.length < 2) return { sweep: { ref, metric, splits: null }, dataset };
  const splits = { choice: casesOf(dataset, choiceSplit), gated: casesOf(dataset, gatedSplit) };
  const asked = new Set([...splits.choice.entries, ...splits.gated.entries]);
  const entries = dataset.entries.filter((entry) => asked.has(entry));
  return { sweep: { ref, metric, splits }, dataset: { ...dataset, entries } };
}

function casesOf(dataset: Dataset, name: string): SplitCases {
  const entries = dataset.entries.filter(({ fields }) => fields["split"] === name);
  if (entries.length > 0) return { name, entries };
  const what = name === choiceSplit ? "to choose a checkpoint by" : "to gate the chosen checkpoint on";
  throw new UsageError(
    `${dataset.file}: where and limit leave no case of split ${name} ${what} (let some in, or name one split for both with --set dataset.split=NAME)`,
  );
}
