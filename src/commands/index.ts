import { Command, CommanderError } from "commander";
import { programName } from "../command-line.ts";
import { defectExitCode, reportDefect } from "../defect.ts";
import { addBaselineCommand } from "./baseline-flags.ts";
import { addCompareCommand } from "./compare-flags.ts";
import { addDiagnoseCommand } from "./diagnose-flags.ts";
import { addDoctorCommand } from "./doctor-flags.ts";
import { addGateCommand } from "./gate-flags.ts";
import { addInitCommand } from "./init-flags.ts";
import { addJudgeCommand } from "./judge-flags.ts";
import { addLeaderboardCommand } from "./leaderboard-flags.ts";
import { addMergeCommand } from "./merge-flags.ts";
import { addRunCommand } from "./run-flags.ts";
import { addScoreCommand } from "./score-flags.ts";
import { refuseSlip } from "./refuse-slip.ts";
import { toolVersion } from "../version.ts";
import { UsageError } from "../core/errors.ts";

/** Commands of the contract that this version does not have yet: known, so that they say so. */
const plannedCommands = ["data"];

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
  const { IncompleteError } = await import("../core/errors.ts");
  const { neutralise } = await import("../core/format.ts");
  const { hideSecrets } = await import("../core/url-secret.ts");
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
    .description("what there is: suites, judges, datasets, providers, metrics")
    .argument("[what]", "suites, judges, datasets, providers or metrics; all of them if left out")
    .option("--json", "print one JSON document")
    .action(async (what: string | undefined, flags: { json?: boolean }) => {
      const { list } = await import("./list.ts");
      process.stdout.write(list(what, flags.json === true, process.stdout.columns));
    });
  addJudgeCommand(program, setExitCode);
  addCompareCommand(program, setExitCode);
  addDiagnoseCommand(program);
  addGateCommand(program, setExitCode);
  addScoreCommand(program, argv, setExitCode);
  addMergeCommand(program, argv, setExitCode);
  addBaselineCommand(program);
  addLeaderboardCommand(program);
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
