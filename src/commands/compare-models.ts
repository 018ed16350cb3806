import { join } from "node:path";
import { runSuites } from "./run.ts";

/**
 * Measures two models side by side on the suite `standard`, the first as the baseline of the second.
 * @returns the exit code, 3 where the run is incomplete and else 0, since a comparison decides no gate; and the two
 * sides as `compare` takes them
 * @throws UsageError, IncompleteError and InterruptedError as a run does
 */
export async function measureModels(
  first: string,
  second: string,
  seed: number,
): Promise<{ exitCode: number; sides: [string, string] }> {
  const line = ["--model", second, "--baseline", first, "--seed", String(seed)];
  const { runs } = await runSuites([], { model: [second], baseline: first, seed }, line, false);
  const [{ report, folder } = missing()] = runs;
  const [{ baseline, reviewer } = missing()] = report.comparisons;
  const sideOf = (id: string) => `${join(folder, "report.json")}#${id}`;
  return { exitCode: report.verdict.exitCode === 3 ? 3 : 0, sides: [sideOf(baseline.reviewer), sideOf(reviewer)] };
}

function missing(): never {
  throw new Error("a run with a baseline came without its comparison");
}
