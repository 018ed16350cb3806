import { z } from "zod";
import { parsePythonJson } from "./python-json.ts";

const number = z.number().nullish();

/** `trainer_state.json` of a checkpoint, as far as it tells how the training went; all else is let through. */
const TrainerState = z.looseObject({
  global_step: number,
  epoch: number,
  best_metric: number,
  best_model_checkpoint: z.string().max(4096).nullish(),
  log_history: z.array(z.looseObject({ step: number, loss: number, eval_loss: number })).nullish(),
});

/** How far a training had come at a checkpoint; null for what it did not note, or noted as NaN. */
export interface TrainingProgress {
  step: number | null;
  epoch: number | null;
  /** The newest training loss. */
  loss: number | null;
  /** The newest loss on held-out data. */
  evalLoss: number | null;
  bestMetric: number | null;
  /** The folder of the best checkpoint so far, without the path, which is that of the training machine. */
  best: string | null;
  /** What the trainer noted of its losses, in its order. */
  history: readonly { step: number; loss: number | null; evalLoss: number | null }[];
}

/** Reads a `trainer_state.json`; null for what is none. */
export function parseTrainerState(text: string): TrainingProgress | null {
  let json: unknown;
  try {
    json = parsePythonJson(text);
  } catch {
    return null;
  }
  const result = TrainerState.safeParse(json);
  if (!result.success) return null;
  const { global_step: step, epoch, best_metric: bestMetric, best_model_checkpoint: best, log_history } = result.data;
  const log = log_history ?? [];
  return {
    step: step ?? null,
    epoch: epoch ?? null,
    loss: log.findLast((entry) => "loss" in entry)?.loss ?? null,
    evalLoss: log.findLast((entry) => "eval_loss" in entry)?.eval_loss ?? null,
    bestMetric: bestMetric ?? null,
    best:
      best
        ?.replace(/[/\\]+$/, "")
        .split(/[/\\]/)
        .at(-1) ?? null,
    history: log.flatMap(({ step: at, loss, eval_loss: evalLoss }) =>
      at == null || (loss == null && evalLoss == null)
        ? []
        : [{ step: at, loss: loss ?? null, evalLoss: evalLoss ?? null }],
    ),
  };
}

/** The step in the name of a checkpoint's folder: 500 for `checkpoint-500`, null for another name. */
export function checkpointStep(folder: string): number | null {
  const [, digits] = /^checkpoint-(\d+)$/.exec(folder) ?? [];
  return digits === undefined ? null : Number(digits);
}
