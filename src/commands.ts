import { resolve } from "node:path";
import { Command, CommanderError } from "commander";
import { programName, quote, writeCommandLine } from "./command-line.ts";
import { defectExitCode, reportDefect } from "./defect.ts";
import { collect, positive, whole } from "./flags.ts";
import { catchInterrupt } from "./interrupt.ts";
import { addBaselineCommand } from "./baseline-flags.ts";
import { addCompareCommand } from "./compare-flags.ts";
import { addDoctorCommand } from "./doctor-flags.ts";
import { addGateCommand } from "./gate-flags.ts";
import { addInitCommand } from "./init-flags.ts";
import { addJudgeCommand } from "./judge-flags.ts";
import { jsonOf, printReport, tellGivenUp, tellJob, tellWhy } from "./tell.ts";
import { refuseSlip } from "./refuse-slip.ts";
import { toolVersion } from "./version.ts";
import { UsageError } from "./core/errors.ts";
import type { Report } from "./core/report.ts";
import type { RecalledRequest } from "./resume.ts";

/** Commands and flags of the contract that this version does not have yet: known, so that they say so. */
const plannedCommands = ["score", "diagnose", "leaderboard", "merge", "data"];
const plannedFlags = {
  shard: "--shard",
  trainedOn: "--trained-on",
} as const;

interface RunFlags {
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
  set?: string[];
  reporter?: string[];
  allowInconclusive?: boolean;
  dryRun?: boolean;
  quiet?: boolean;
  json?: boolean;
}

/**
 * Runs the command line and returns the exit code. Expected errors print one line on standard error; defects print a
 * stack and give 70, which no verdict uses.
 */
export async function main(argv: readonly string[]): Promise<number> {
  let exitCode = 0;
  const program = createProgram(argv, (code) => (exitCode = code));
  try {
    const visible = program.createHelp().visibleCommands(program);
    await refuseSlip(argv[0] ?? "", { all: program.commands.map(nameOf), visible: visible.map(nameOf) });
    await program.parseAsync(argv, { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return await reportFailure(error);
  }
}

const nameOf = (command: Command) => command.name();

/** The classes behind these errors are loaded by then if they were thrown; an unthrown one costs nothing. */
async function reportFailure(error: unknown): Promise<number> {
  const { IncompleteError } = await import("./core/errors.ts");
  const { neutralise } = await import("./core/format.ts");
  const { hideSecrets } = await import("./core/url-secret.ts");
  if (error instanceof UsageError || error instanceof IncompleteError) {
    process.stderr.write(`${neutralise(hideSecrets(error.message))}\n`);
    return error instanceof UsageError ? 2 : 3;
  }
  if (error instanceof Error && error.name === "InterruptedError") {
    process.stderr.write(`${neutralise(hideSecrets(error.message))}\n`);
    return 130;
  }
  reportDefect(error);
  return defectExitCode;
}

function createProgram(argv: readonly string[], setExitCode: (code: number) => void): Command {
  const program = new Command(programName(process.env))
    .description("Measures models that review code: which bugs they find, and how sure one can be of it.")
    .version(toolVersion)
    .helpCommand(false)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "").replace("\n(", " (")) });

  addRunCommand(program, argv, setExitCode);
  program
    .command("list")
    .description("what there is: suites, datasets, providers, metrics")
    .argument("[what]", "suites, datasets, providers or metrics; all of them if left out")
    .option("--json", "print one JSON document")
    .action(async (what: string | undefined, flags: { json?: boolean }) => {
      const { list } = await import("./list.ts");
      process.stdout.write(list(what, flags.json === true));
    });
  addJudgeCommand(program, setExitCode);
  addCompareCommand(program);
  addGateCommand(program, setExitCode);
  addBaselineCommand(program);
  addInitCommand(program);
  addDoctorCommand(program, setExitCode);
  for (const name of plannedCommands) {
    program
      .command(name, { hidden: true })
      .argument("[words...]")
      .allowUnknownOption()
      .helpOption(false)
      .action(() => {
        throw new UsageError(`${programName(process.env)} ${name} is not built yet`);
      });
  }
  program.addHelpText("after", () => `\n${program.commands[0]?.helpInformation() ?? ""}`);
  program.addHelpText(
    "after",
    "\nExit codes: 0 passed or no gates, 1 a gate failed, 2 usage, 3 incomplete, 4 undecided, 70 a defect, 130 interrupted.",
  );
  return program;
}

function addRunCommand(program: Command, argv: readonly string[], setExitCode: (code: number) => void): void {
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
    .option("--set <path=value>", "replace a value of the suite, such as gates[0].min=0.8 (repeatable)", collect)
    .option("--reporter <name>", "files to write: json, html, junit, github (repeatable; all)", collect)
    .option("--allow-inconclusive", "exit 0 when a required gate is undecided")
    .option("--dry-run", "check everything and say what would be asked")
    .option("--quiet", "no progress and no table")
    .option("--json", "print one JSON document; a list where several suites are run")
    .action(async (suites: string[], flags: RunFlags) => {
      refusePlannedFlags(flags);
      setExitCode(await runSuites(suites, flags, argv));
    });
  for (const flag of Object.values(plannedFlags)) run.addOption(run.createOption(`${flag} <value>`).hideHelp());
}

function refusePlannedFlags(flags: RunFlags): void {
  for (const [key, flag] of Object.entries(plannedFlags))
    if (Object.hasOwn(flags, key)) throw new UsageError(`${flag} is not built yet`);
}

async function runSuites(suites: readonly string[], flags: RunFlags, argv: readonly string[]): Promise<number> {
  const out = resolve(flags.out ?? "reports/runs");
  const asked = await requestOf(suites, flags, out, argv);
  const { models = [], overrides, seed = 1, judge, baseline } = asked;
  const names = asked.suites.length > 0 ? asked.suites : [models.length === 0 ? "quickstart" : "standard"];
  if (names.length > 1 && (flags.resume ?? flags.name) !== undefined) {
    throw new UsageError(
      `--${flags.resume === undefined ? "name" : "resume"}: expected one suite, got ${names.length} (run them one by one)`,
    );
  }
  const { bench, InterruptedError } = await import("./bench.ts");
  const { checkRun, renderDryRun } = await import("./dry-run.ts");
  const { defaultReporters } = await import("./reporters/index.ts");
  const interrupt = catchInterrupt();
  const world = {
    fetch: globalThis.fetch,
    now: () => performance.now(),
    env: process.env,
    stderr: process.stderr,
    signal: interrupt.signal,
    date: () => new Date(),
  };
  const lineFor = (suite: string) =>
    asked.command ??
    writeCommandLine(
      argv,
      names.filter((name) => name !== suite),
      programName(process.env),
    );
  const optionsFor = (suite: string) => ({
    suite,
    models,
    overrides,
    seed,
    judge,
    baseline,
    out,
    name: flags.name,
    resume: flags.resume,
    reporters: flags.reporter ?? defaultReporters,
    allowInconclusive: flags.allowInconclusive === true,
    isQuiet: flags.quiet === true,
    command: lineFor(suite),
  });
  const reports: Report[] = [];
  try {
    if (flags.dryRun || names.length > 1) {
      const checked = [];
      for (const suite of names) checked.push(await checkRun(optionsFor(suite), world));
      if (flags.dryRun) {
        process.stdout.write(flags.json ? jsonOf(checked) : `${checked.map(renderDryRun).join("\n\n")}\n`);
        return 0;
      }
    }
    for (const suite of names) {
      const { report, folder, givenUp } = await bench(optionsFor(suite), world).catch((error: unknown) => {
        if (error instanceof InterruptedError)
          error.message = `interrupted; go on with: ${lineFor(suite)} --resume ${quote(error.resume)}`;
        throw error;
      });
      reports.push(report);
      await tellJob(report, folder);
      if (givenUp !== null) await tellGivenUp(givenUp, lineFor(suite));
      else if (flags.quiet && report.verdict.exitCode !== 0) await tellWhy(report);
      if (!flags.json && !flags.quiet) await printReport(report, folder);
    }
  } finally {
    interrupt.stop();
    if (flags.json && reports.length > 0) process.stdout.write(jsonOf(reports));
  }
  return gravest(reports.map((report) => report.verdict.exitCode));
}

/** What the command line says, and of a run to go on with also what it leaves out. */
async function requestOf(
  suites: readonly string[],
  flags: RunFlags,
  out: string,
  argv: readonly string[],
): Promise<RecalledRequest> {
  const judge = { refs: flags.judge ?? [], runs: flags.judgeRuns };
  const { model: models, seed, baseline } = flags;
  const given = { suites, models, overrides: overridesOf(flags), seed, judge, baseline };
  if (flags.resume === undefined || suites.length > 1) return { ...given, command: null };
  const { recallRequest } = await import("./resume.ts");
  return recallRequest(given, { out, resume: flags.resume, argv });
}

/** Of several suites' codes the one that comes first in the order of precedence. */
function gravest(codes: readonly number[]): number {
  return [3, 1, 4].find((code) => codes.includes(code)) ?? 0;
}

function overridesOf(flags: RunFlags): { path: string; value: string; flag?: string }[] {
  const short = [
    ["repeats", "reviewer.repeats", flags.repeats],
    ["concurrency", "reviewer.concurrency", flags.concurrency],
    ["limit", "dataset.limit", flags.limit],
    ["where", "dataset.where", flags.where],
  ] as const;
  const named = short.flatMap(([flag, path, value]) =>
    value === undefined ? [] : [{ path, value: JSON.stringify(value), flag: `--${flag}` }],
  );
  const set = (flags.set ?? []).map((text) => {
    const equals = text.indexOf("=");
    if (equals < 1) throw new UsageError(`--set ${text}: expected path=value (write --set gates[0].min=0.8)`);
    return { path: text.slice(0, equals), value: text.slice(equals + 1) };
  });
  return [...named, ...set];
}
