import type { Command } from "commander";
import { whole } from "./flags.ts";

interface LeaderboardFlags {
  out: string;
  seed: number;
  json?: boolean;
}

/** Adds `leaderboard` to the command line. */
export function addLeaderboardCommand(program: Command): void {
  program
    .command("leaderboard")
    .description("rank the reviewers of finished runs, on the cases that all of the runs share")
    .argument("<report...>", "runs: their folders, their report.json, or their names")
    .option("--out <dir>", "folder for the page, its numbers, Markdown and badges", "reports/leaderboard")
    .option("--seed <n>", "seed of resampling", whole, 1)
    .option("--json", "print one JSON document")
    .action(async (words: string[], { out, seed, json }: LeaderboardFlags) => {
      const { leaderboardOf, writeLeaderboard } = await import("./leaderboard.ts");
      const { renderLeaderboard } = await import("../reporters/leaderboard/index.ts");
      const board = leaderboardOf(words, out, seed);
      await writeLeaderboard(await renderLeaderboard(board), out);
      if (json) {
        process.stdout.write(`${JSON.stringify(board, null, 2)}\n`);
        return;
      }
      const { renderBoard } = await import("../reporters/leaderboard/terminal.ts");
      const { terminalStyle } = await import("./terminal-style.ts");
      process.stdout.write(`${renderBoard(board, terminalStyle())}\n  ${out}/index.html\n`);
    });
}
