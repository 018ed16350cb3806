import type { Command } from "commander";
import { whole } from "./flags.ts";

/** Adds `compare` to the command line. */
export function addCompareCommand(program: Command): void {
  program
    .command("compare")
    .description("compare two reviewers case by case, with the uncertainty of each difference")
    .argument("<first>", "run, or RUN#REVIEWER where several were measured")
    .argument("<second>", "run, or RUN#REVIEWER; differences are second minus first")
    .option("--seed <n>", "seed of resampling", whole, 1)
    .option("--json", "print one JSON document")
    .action(async (first: string, second: string, flags: { seed: number; json?: boolean }) => {
      const { compare } = await import("./compare-command.ts");
      const { renderComparison } = await import("./reporters/comparison.ts");
      const { terminalStyle } = await import("./terminal-style.ts");
      const comparison = compare(first, second, flags.seed);
      const text = flags.json
        ? `${JSON.stringify(comparison, null, 2)}\n`
        : renderComparison(comparison, terminalStyle());
      process.stdout.write(text);
    });
}
