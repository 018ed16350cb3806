import type { Command } from "commander";
import { UsageError } from "../core/errors.ts";

interface DiagnoseFlags {
  export?: string;
  out?: string;
  json?: boolean;
}

/** Adds `diagnose` to the command line. */
export function addDiagnoseCommand(program: Command): void {
  program
    .command("diagnose")
    .description("likely causes of a reviewer's failures with their remedies, and the cases that show them")
    .argument("[run]", "run, or RUN#REVIEWER where several were measured", "latest")
    .option("--export <cluster>", "write the cases of one cluster of failures as JSON lines, to train on")
    .option("--out <file>", "file for the exported cases (standard output)")
    .option("--json", "print one JSON document")
    .action(async (word: string, flags: DiagnoseFlags) => {
      refuseMixture(flags);
      const { diagnoseRun, exportCluster } = await import("./diagnose.ts");
      if (flags.export !== undefined) {
        await exportCluster(word, flags.export, flags.out);
        return;
      }
      const found = diagnoseRun(word);
      const { renderDiagnosis } = await import("../reporters/diagnosis.ts");
      const { terminalStyle } = await import("./terminal-style.ts");
      const text = flags.json ? `${JSON.stringify(found, null, 2)}\n` : renderDiagnosis(found, terminalStyle());
      process.stdout.write(text);
    });
}

function refuseMixture({ export: cluster, out, json }: DiagnoseFlags): void {
  if (cluster !== undefined && json === true)
    throw new UsageError("--json: an export is JSON lines already (leave out --json or --export)");
  if (cluster === undefined && out !== undefined)
    throw new UsageError("--out: nothing is exported (name a cluster with --export)");
}
