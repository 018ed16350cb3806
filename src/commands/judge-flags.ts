import type { Command } from "commander";
import { positive, whole } from "./flags.ts";
import { catchInterrupt } from "./interrupt.ts";
import type { JudgeWorld } from "./judge-asking.ts";
import type { CommandResult } from "./judge.ts";

interface AskFlags {
  judge?: string;
  judgeRuns?: number;
  concurrency: number;
  keyVariable?: string;
  seed: number;
  json?: boolean;
}

interface CalibrateFlags extends AskFlags {
  against: string;
  dataset?: string;
  dir?: string;
  limit?: number;
}

interface LabelFlags {
  count: number;
  read?: string;
  by?: string;
  out?: string;
  seed: number;
  json?: boolean;
}

/** Adds `judge test`, `judge calibrate` and `judge label` to the command line. */
export function addJudgeCommand(program: Command, setExitCode: (code: number) => void): void {
  const judge = program.command("judge").description("know whether a judge can be trusted: test, calibrate, label");

  askFlags(
    judge.command("test").description("let a judge take the self-test of a rubric: cases whose verdict is known"),
  ).action(async (rubric: string, flags: AskFlags) => {
    const { judgeTest } = await import("./judge.ts");
    setExitCode(await tell(flags, (world) => judgeTest(optionsOf(rubric, flags), world)));
  });

  askFlags(judge.command("calibrate").description("compare a judge with people, axis by axis"))
    .requiredOption("--against <labels>", "a file of people's labels, crscore, or bc-bench")
    .option("--dataset <path>", "the cases that a file of labels is about")
    .option("--dir <folder>", "a local copy of crscore or bc-bench; of bc-bench, the pairs may be your own")
    .option("--limit <n>", "ask about so many reviews only, by hash of their cases", positive)
    .action(async (rubric: string, flags: CalibrateFlags) => {
      const { judgeCalibrate } = await import("./judge.ts");
      const { against, dataset, dir, limit } = flags;
      const options = { ...optionsOf(rubric, flags), against, dataset, dir, limit };
      setExitCode(await tell(flags, (world) => judgeCalibrate(options, world)));
    });

  judge
    .command("label")
    .description("write a blind sheet of a run's reviews for people to fill, or read a filled one")
    .argument("<rubric>", "whose axes are labelled: name in judges/, or path")
    .argument("[run]", "name or path of the run")
    .option("--count <n>", "how many reviews", positive, 60)
    .option("--read <sheet>", "read this filled sheet into a file of labels")
    .option("--by <name>", "who filled the rows that do not say so")
    .option("--out <path>", "folder for the sheet, or file for the labels")
    .option("--seed <n>", "seed of the order", whole, 1)
    .option("--json", "print one JSON document")
    .action(async (rubric: string, run: string | undefined, flags: LabelFlags) => {
      const { count, read, by, out, seed, json } = flags;
      const { judgeLabel } = await import("./judge-label.ts");
      setExitCode(await tell({ json }, () => judgeLabel({ rubric, run, read, count, by, out, seed })));
    });
}

function askFlags(command: Command): Command {
  return command
    .argument("<rubric>", "name in judges/, or path")
    .option("--judge <ref>", "who judges: a model reference such as openai:NAME@URL, or lexical")
    .option("--judge-runs <k>", "how often each question is asked; odd (as the rubric says)", positive)
    .option("--concurrency <n>", "questions in flight", positive, 8)
    .option("--key-variable <name>", "name of the variable that holds the judge's key")
    .option("--seed <n>", "seed of sampling", whole, 1)
    .option("--json", "print one JSON document");
}

function optionsOf(rubric: string, { judge, judgeRuns, concurrency, keyVariable, seed }: AskFlags) {
  return { rubric, ref: judge, runs: judgeRuns, concurrency, keyVariable, seed };
}

async function tell(
  { json }: { json?: boolean | undefined },
  command: (world: JudgeWorld) => Promise<CommandResult>,
): Promise<number> {
  const { neutralise } = await import("../core/format.ts");
  const interrupt = catchInterrupt();
  try {
    const { exitCode, text, document } = await command({
      fetch: globalThis.fetch,
      now: () => performance.now(),
      env: process.env,
      stderr: process.stderr,
      signal: interrupt.signal,
      date: () => new Date(),
    });
    process.stdout.write(json === true ? `${JSON.stringify(document, null, 2)}\n` : `${neutralise(text)}\n`);
    return exitCode;
  } finally {
    interrupt.stop();
  }
}
