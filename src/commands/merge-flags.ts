import { resolve } from "node:path";
import type { Command } from "commander";
import { programName, writeCommandLine } from "../command-line.ts";
import { collect } from "./flags.ts";
import { jsonOf, printReport, tellJob } from "./tell.ts";

interface MergeFlags {
  out?: string;
  name?: string;
  reporter?: string[];
  allowInconclusive?: boolean;
  json?: boolean;
}

/** Adds `merge` to the command line. */
export function addMergeCommand(program: Command, argv: readonly string[], setExitCode: (code: number) => void): void {
  program
    .command("merge")
    .description("join the shards of a run, and apply its gates to all of it")
    .argument("<run...>", "the runs of all shards: their folders or names, in any order")
    .option("--out <dir>", "folder for run folders (reports/runs)")
    .option("--name <run>", "name of the run's folder")
    .option("--reporter <name>", "files to write: json, html, junit, github (repeatable; all)", collect)
    .option("--allow-inconclusive", "exit 0 when a required gate is undecided")
    .option("--json", "print one JSON document")
    .action(async (words: string[], flags: MergeFlags) => {
      const { mergeRuns } = await import("./merge.ts");
      const { defaultReporters } = await import("../reporters/index.ts");
      const { report, folder } = await mergeRuns(words, {
        out: resolve(flags.out ?? "reports/runs"),
        name: flags.name,
        reporters: flags.reporter ?? defaultReporters,
        allowInconclusive: flags.allowInconclusive === true,
        command: writeCommandLine(argv, [], programName(process.env)),
      });
      await tellJob(report, folder);
      if (flags.json) process.stdout.write(jsonOf([report]));
      else await printReport(report, folder);
      setExitCode(report.verdict.exitCode);
    });
}
