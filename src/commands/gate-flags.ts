import type { Command } from "commander";
import type { Report } from "../core/report.ts";

interface GateFlags {
  baseline?: string;
  allowInconclusive?: boolean;
  json?: boolean;
}

/** Adds `gate` to the command line. */
export function addGateCommand(program: Command, setExitCode: (code: number) => void): void {
  program
    .command("gate")
    .description("apply the gates of a finished run again; the exit code is the answer")
    .argument("<report>", "run: its folder, its report.json, or its name")
    .option("--baseline <run>", "stored run that gates with vsBaseline compare with (RUN#REVIEWER where several)")
    .option("--allow-inconclusive", "exit 0 when a required gate is undecided")
    .option("--json", "print one JSON document")
    .action(async (word: string, flags: GateFlags) => {
      const { gateAgain } = await import("./gate.ts");
      const { renderGateReport } = await import("../reporters/terminal.ts");
      const { terminalStyle } = await import("./terminal-style.ts");
      const allowInconclusive = flags.allowInconclusive === true;
      const report = gateAgain(word, { baseline: flags.baseline, allowInconclusive });
      process.stdout.write(
        flags.json ? `${JSON.stringify(gatesOf(report), null, 2)}\n` : renderGateReport(report, terminalStyle()),
      );
      setExitCode(report.verdict.exitCode);
    });
}

function gatesOf({ run, suite, reviewers, comparisons, verdict }: Report): unknown {
  const gated = reviewers.filter(({ role }) => role === "measured");
  return {
    version: 1,
    run: run.id,
    suite: suite.name,
    reviewers: gated.map(({ id, gates }) => ({ id, gates })),
    comparisons,
    verdict,
  };
}
