import { existsSync } from "node:fs";
import { join } from "node:path";
import { checkpointStep, parseTrainerState, type TrainingProgress } from "../core/adapter/trainer-state.ts";
import { UsageError } from "../core/errors.ts";
import { isFile } from "../io/readable.ts";
import { adapterConfigFile, type AdapterFolder, openAdapter } from "./adapter.ts";
import { readModelText } from "./model-json.ts";
import { readSafetensorsHeader } from "./safetensors.ts";
import { displayPath } from "./suite.ts";

/** One adapter of a training run. */
export interface Checkpoint extends AdapterFolder {
  /** Such as `checkpoint-500`. */
  name: string;
  step: number;
  /** How its training had come along; null where it has no trainer_state.json. */
  progress: TrainingProgress | null;
  /** Whether the trainer held it for the best. */
  isBest: boolean;
}

/** A folder of `checkpoint-N`, by step. */
export interface CheckpointFolder {
  folder: string;
  checkpoints: readonly Checkpoint[];
  /** Checkpoints that cannot be used, each with why. */
  skipped: readonly { name: string; reason: string }[];
}

/**
 * Reads the checkpoints of a training run, in the order of their steps. One without whole weights, as a trainer that was
 * stopped leaves it, is skipped.
 * @param names of the folders
 * @throws UsageError where none is left
 */
export async function openCheckpoints(folder: string, names: readonly string[]): Promise<CheckpointFolder> {
  const checkpoints: Omit<Checkpoint, "isBest">[] = [];
  const skipped: { name: string; reason: string }[] = [];
  for (const name of names) {
    const path = join(folder, name);
    try {
      if (!isFile(join(path, adapterConfigFile)))
        throw new UsageError(`${displayPath(path)}: has no ${adapterConfigFile}${whatInstead(path)}`);
      const step = checkpointStep(name) ?? 0;
      const adapter = openAdapter(path);
      await readSafetensorsHeader(adapter.weights);
      checkpoints.push({ name, step, ...adapter, progress: readProgress(path) });
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      skipped.push({ name, reason: error.message.replace(/^[^:]*: /, "") });
    }
  }
  if (checkpoints.length === 0)
    throw new UsageError(
      `${displayPath(folder)}: no checkpoint can be used (${skipped.map(({ name, reason }) => `${name} ${reason}`).join("; ")})`,
    );
  checkpoints.sort((a, b) => a.step - b.step);
  // The newest state knows of all of them.
  const best = checkpoints.findLast(({ progress }) => progress !== null)?.progress?.best;
  return {
    folder,
    checkpoints: checkpoints.map((checkpoint) => ({ ...checkpoint, isBest: checkpoint.name === best })),
    skipped,
  };
}

function whatInstead(folder: string): string {
  return existsSync(join(folder, "config.json")) ? ", but is a whole model (name it by itself)" : " (it was cut short)";
}

function readProgress(folder: string): TrainingProgress | null {
  const file = join(folder, "trainer_state.json");
  return isFile(file) ? parseTrainerState(readModelText(file)) : null;
}
