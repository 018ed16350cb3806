import type { Command } from "commander";
import { programName } from "../command-line.ts";

/** Adds `baseline set` to the command line. */
export function addBaselineCommand(program: Command): void {
  const baseline = program
    .command("baseline")
    .description("keep a run's report as what later runs are compared with")
    .helpCommand(false);
  baseline
    .command("set")
    .description("copy report.json and cases.jsonl of a run to reports/baselines/NAME, to be committed")
    .argument("<run>", "run: its folder, its report.json, or its name")
    .option("--name <name>", "name of the baseline (the suite's)")
    .action(async (run: string, flags: { name?: string }) => {
      const { keepBaseline } = await import("./baseline.ts");
      const { neutralise, plural } = await import("../core/format.ts");
      const { name, folder, report, isReplaced } = keepBaseline(run, flags.name);
      const measured = report.reviewers.filter(({ role }) => role === "measured").map(({ id }) => id);
      const word = measured.length === 1 ? name : `${name}#REVIEWER`;
      process.stdout.write(
        neutralise(
          `${folder}: ${isReplaced ? "replaced by" : "keeps"} run ${report.run.id} of ${measured.join(", ")}, ${plural(report.dataset.cases, "case")}; ` +
            `compare with it: ${programName(process.env)} ${report.suite.name} --baseline ${word}\n`,
        ),
      );
    });
}
