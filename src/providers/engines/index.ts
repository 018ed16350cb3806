import type { Engine } from "../../core/engine.ts";
import { suggestWord, UsageError } from "../../core/errors.ts";

type LoadEngine = () => Promise<{ createEngine: () => Engine }>;

/** By the name that a suite says, in the order in which they are asked: what runs already before what has to be started. */
const modules = {
  vllm: [() => import("./vllm.ts"), () => import("./vllm-process.ts")],
  ollama: [() => import("./ollama.ts")],
  "llama-server": [() => import("./llama-server.ts")],
  llama: [() => import("./embedded.ts")],
} satisfies Record<string, readonly LoadEngine[]>;

/**
 * Makes the engines of a run, in the order in which they are asked.
 * @param only the name of those that may serve; all may where it is left out
 * @throws UsageError for an engine that nobody knows
 */
export async function loadEngines(only?: string): Promise<Engine[]> {
  const loads: Readonly<Record<string, readonly LoadEngine[]>> = modules;
  const wanted =
    only === undefined ? Object.values(loads).flat() : Object.hasOwn(loads, only) ? loads[only] : undefined;
  if (wanted === undefined)
    throw new UsageError(`reviewer.engine: no engine "${only}" (${suggestWord(only ?? "", Object.keys(loads))})`);
  return Promise.all(wanted.map(async (load) => (await load()).createEngine()));
}
