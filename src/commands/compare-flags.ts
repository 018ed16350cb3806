import type { Command } from "commander";
import { UsageError } from "../core/errors.ts";
import { whole } from "./flags.ts";

/** Adds `compare` to the command line. */
export function addCompareCommand(program: Command, setExitCode: (code: number) => void): void {
  program
    .command("compare")
    .description("compare two reviewers case by case, with the uncertainty of each difference")
    .argument("<first>", "run (name or folder), RUN#REVIEWER where several were measured, or a model")
    .argument("<second>", "the same of the second; differences are second minus first")
    .addHelpText(
      "after",
      "\nRUN#REVIEWER is a run and a reviewer of it as the report calls it: base#openai:reviewer, or reports/runs/base#floor:silent.\nTwo models are measured first, side by side on the suite standard.",
    )
    .option("--seed <n>", "seed of resampling", whole, 1)
    .option("--json", "print one JSON document")
    .action(async (first: string, second: string, flags: { seed: number; json?: boolean }) => {
      const { compare, isModelWord } = await import("./compare.ts");
      const { renderComparison } = await import("../reporters/comparison.ts");
      const { terminalStyle } = await import("./terminal-style.ts");
      const areModels = isModelWord(first) && isModelWord(second);
      if (!areModels) refuseMixed([first, second], isModelWord);
      const { exitCode, sides } = areModels
        ? await (await import("./compare-models.ts")).measureModels(first, second, flags.seed)
        : { exitCode: 0, sides: [first, second] as const };
      const comparison = compare(...sides, flags.seed);
      setExitCode(exitCode);
      const text = flags.json
        ? `${JSON.stringify(comparison, null, 2)}\n`
        : renderComparison(comparison, terminalStyle());
      process.stdout.write(text);
    });
}

function refuseMixed(words: readonly string[], isModel: (word: string) => boolean): void {
  const model = words.find(isModel);
  if (model === undefined) return;
  throw new UsageError(
    `compare ${words.join(" ")}: expected two runs or two models, and ${model} is a model (measure it first: bench SUITE --model ${model})`,
  );
}
