import { setTimeout as sleep } from "node:timers/promises";
import { createModel, type NewModel, type OllamaServer, removeModel, sendFile } from "./server.ts";

/** A file that a model is made of. */
export interface ModelFile {
  path: string;
  /** SHA-256 of its contents, in hexadecimal. */
  digest: string;
}

/** The models of a server that a run has made, each removed once nobody uses it any more. */
export interface CreatedModels {
  /**
   * Makes a model, unless it was made already. Its name is nobody else's.
   * @returns gives it up; never throws
   * @throws ProviderError in one line, the signal's reason when it is aborted; what was made by then is removed
   */
  hold(model: NewModel, files: readonly ModelFile[], signal: AbortSignal): Promise<() => Promise<void>>;
  /** Removes all that are still held. */
  close(): Promise<void>;
}

/** How long the server may go on making a model whose request was given up, in milliseconds. */
const settlingMs = 500;

/** Keeps account of the models that are made on a server. */
export function createdModels(server: OllamaServer): CreatedModels {
  const held = new Map<string, { users: number }>();
  // One thing at a time: a model is not looked for while it is being removed.
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = turn.then(work);
    turn = done.catch(() => undefined);
    return done;
  };

  async function make(wanted: NewModel, files: readonly ModelFile[], signal: AbortSignal): Promise<void> {
    for (const { path, digest } of files) await sendFile(server, path, digest, signal);
    signal.throwIfAborted();
    try {
      await createModel(server, wanted, signal);
    } catch (error) {
      const wasThere = await remove(wanted.model);
      if (!wasThere && signal.aborted) {
        await sleep(settlingMs);
        await remove(wanted.model);
      }
      throw error;
    }
  }

  async function remove(model: string): Promise<boolean> {
    try {
      return await removeModel(server, model);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      server.world.note(`${model} is left in Ollama: ${why} (remove it: ollama rm ${model})`);
      return false;
    }
  }

  async function release(model: string): Promise<void> {
    const entry = held.get(model);
    if (entry === undefined) return;
    entry.users -= 1;
    if (entry.users > 0) return;
    held.delete(model);
    await remove(model);
  }

  return {
    hold: (wanted, files, signal) =>
      inTurn(async () => {
        signal.throwIfAborted();
        const { model } = wanted;
        const entry = held.get(model);
        if (entry === undefined) {
          await make(wanted, files, signal);
          held.set(model, { users: 1 });
        } else entry.users += 1;
        let isHeld = true;
        return () =>
          inTurn(async () => {
            if (!isHeld) return;
            isHeld = false;
            await release(model);
          });
      }),
    close: () =>
      inTurn(async () => {
        for (const model of held.keys()) await remove(model);
        held.clear();
      }),
  };
}
