import type { Command } from "commander";
import { programName, writeCommandLine } from "../command-line.ts";
import { collect } from "./flags.ts";
import { jsonOf, printReport, tellJob } from "./tell.ts";

interface ScoreFlags {
  suite?: string;
  out?: string;
  name?: string;
  reporter?: string[];
  allowInconclusive?: boolean;
  json?: boolean;
}

/** Adds `score` to the command line. */
export function addScoreCommand(program: Command, argv: readonly string[], setExitCode: (code: number) => void): void {
  program
    .command("score")
    .description("score the reviews of a finished run again, asking no reviewer")
    .argument("<run>", "run: its folder, its report.json, or its name")
    .option("--suite <path>", "the suite, where it is not the file that the run was made with")
    .option("--out <dir>", "folder for run folders (that of the run)")
    .option("--name <name>", "name of the new run's folder (RUN-scored)")
    .option("--reporter <name>", "files to write: json, html, junit, github (repeatable; all)", collect)
    .option("--allow-inconclusive", "exit 0 when a required gate is undecided")
    .option("--json", "print one JSON document")
    .action(async (word: string, flags: ScoreFlags) => {
      const { scoreRun } = await import("./score.ts");
      const { defaultReporters } = await import("../reporters/index.ts");
      const line = writeCommandLine(argv, [], programName(process.env));
      const { report, folder } = await scoreRun(word, {
        suite: flags.suite,
        out: flags.out,
        name: flags.name,
        reporters: flags.reporter ?? defaultReporters,
        allowInconclusive: flags.allowInconclusive === true,
        command: line,
      });
      await tellJob(report, folder);
      if (flags.json) process.stdout.write(jsonOf([report]));
      else await printReport(report, folder);
      setExitCode(report.verdict.exitCode);
    });
}
