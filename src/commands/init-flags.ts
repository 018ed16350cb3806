import type { Command } from "commander";
import { programName } from "../command-line.ts";

/** Adds `init` to the command line. */
export function addInitCommand(program: Command): void {
  program
    .command("init")
    .description("write a starter suite and a CI workflow into this folder; nothing is overwritten")
    .action(async () => {
      const { writeStarter } = await import("./init.ts");
      const { written, kept } = writeStarter(".");
      const lines = [
        ...written.map((path) => `wrote ${path}`),
        ...kept.map((path) => `left  ${path}, which was there`),
        ...(written.length === 0
          ? []
          : [
              "",
              `try it:  ${programName(process.env)} nitbench/ours.yaml --model floor:lgtm`,
              "then put cases of your own in nitbench/cases.jsonl, and reports/runs/ and .nitbench/ in .gitignore",
            ]),
      ];
      process.stdout.write(`${lines.join("\n")}\n`);
    });
}
