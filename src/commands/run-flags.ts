import type { Command } from "commander";
import { UsageError } from "../core/errors.ts";
import { collect, positive, whole } from "./flags.ts";

/** Flags of the contract that this version does not have yet: known, so that they say so. */
const plannedFlags = {
  trainedOn: "--trained-on",
} as const;

/** What the command line of a run may say. */
export interface RunFlags {
  model?: string[];
  judge?: string[];
  baseline?: string;
  judgeRuns?: number;
  repeats?: number;
  concurrency?: number;
  limit?: number;
  where?: string;
  seed?: number;
  out?: string;
  name?: string;
  resume?: string;
  shard?: string;
  set?: string[];
  reporter?: string[];
  allowInconclusive?: boolean;
  dryRun?: boolean;
  quiet?: boolean;
  json?: boolean;
}

/** Adds `run` to the command line, the command where none is named. */
export function addRunCommand(program: Command, argv: readonly string[], setExitCode: (code: number) => void): void {
  const run = program
    .command("run", { isDefault: true })
    .description("run suites: by name from suites/, or by path (quickstart; standard when a model is given)")
    .argument("[suite...]")
    .option("-m, --model <ref>", "reviewer to measure, such as openai:NAME@URL (repeatable)", collect)
    .option(
      "--judge <ref>",
      "the judge, in place of the suite's; an odd number of them is a panel (repeatable)",
      collect,
    )
    .option("--baseline <run|ref>", "what gates with vsBaseline compare with: a stored run, or a model measured beside")
    .option("--judge-runs <k>", "how often the judge is asked each question; odd", positive)
    .option("--repeats <n>", "generations per case", positive)
    .option("--concurrency <n>", "requests in flight per reviewer", positive)
    .option("--limit <n>", "measure about this many cases, clusters kept whole", positive)
    .option("--where <expr>", 'measure the cases for which this holds, such as "language in [go, java]"')
    .option("--seed <n>", "seed of sampling and resampling (default: 1)", whole)
    .option("--out <dir>", "folder for run folders (reports/runs)")
    .option("--name <run>", "name of the run's folder")
    .option("--resume <run>", "go on with a run; what is left out of the command is as it was")
    .option("--shard <i/n>", "measure the I-th of N parts of the cases; merge joins them")
    .option("--set <path=value>", "replace a value of the suite, such as gates[0].min=0.8 (repeatable)", collect)
    .option("--reporter <name>", "files to write: json, html, junit, github (repeatable; all)", collect)
    .option("--allow-inconclusive", "exit 0 when a required gate is undecided")
    .option("--dry-run", "check everything and say what would be asked")
    .option("--quiet", "no progress and no table")
    .option("--json", "print one JSON document; a list where several suites are run")
    .action(async (suites: string[], flags: RunFlags) => {
      refusePlannedFlags(flags);
      const { runSuites } = await import("./run.ts");
      setExitCode((await runSuites(suites, flags, argv)).exitCode);
    });
  for (const flag of Object.values(plannedFlags)) run.addOption(run.createOption(`${flag} <value>`).hideHelp());
}

function refusePlannedFlags(flags: RunFlags): void {
  for (const [key, flag] of Object.entries(plannedFlags))
    if (Object.hasOwn(flags, key)) throw new UsageError(`${flag} is not built yet`);
}
