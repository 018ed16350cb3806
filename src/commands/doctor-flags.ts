import type { Command } from "commander";
import { programName } from "../command-line.ts";
import { collect } from "./flags.ts";
import { catchInterrupt } from "./interrupt.ts";

interface DoctorFlags {
  model?: string[];
  base?: string;
  json?: boolean;
}

/** Adds `doctor` to the command line. */
export function addDoctorCommand(program: Command, setExitCode: (code: number) => void): void {
  program
    .command("doctor")
    .description("what this machine has, and whether models can be measured: pre-flight of adapters and model files")
    .option("-m, --model <ref>", "model to look at, such as ./adapter or hf:ORG/NAME (repeatable)", collect)
    .option("--base <id or file>", "the base that is served, or its GGUF file, to hold adapters against")
    .option("--json", "print one JSON document")
    .action(async ({ model = [], base, json }: DoctorFlags) => {
      const { examine } = await import("../doctor/doctor.ts");
      const interrupt = catchInterrupt();
      try {
        const report = await examine(
          { models: model, base, program: programName(process.env) },
          {
            fetch: globalThis.fetch,
            now: () => performance.now(),
            env: process.env,
            signal: interrupt.signal,
            note: (line) => process.stderr.write(`${line}\n`),
          },
        );
        if (json === true) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
        else {
          const { renderDoctor } = await import("../doctor/text.ts");
          const { terminalStyle } = await import("./terminal-style.ts");
          process.stdout.write(`${renderDoctor(report, terminalStyle())}\n`);
        }
        setExitCode(report.exitCode);
      } finally {
        interrupt.stop();
      }
    });
}
