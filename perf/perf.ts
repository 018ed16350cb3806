// Prints this project's own speed: hot paths in process, then whole processes. Figures are for reading, never asserted.
import { cpus } from "node:os";
import { measureInside } from "./inside.ts";
import { measureProcesses } from "./whole.ts";

process.stdout.write(`${cpus().length} x ${cpus()[0]?.model ?? "unknown processor"}, Node ${process.version}\n\n`);
for (const { what, ms, bar } of await measureInside()) {
  process.stdout.write(`${what.padEnd(52)} ${ms.toFixed(1).padStart(8)} ms            ${bar}\n`);
}
for (const { what, seconds, megabytes, bar } of await measureProcesses()) {
  const figures = Number.isNaN(seconds)
    ? "".padStart(22)
    : `${seconds.toFixed(2).padStart(9)} s ${megabytes.toFixed(0).padStart(6)} MB`;
  process.stdout.write(`${what.padEnd(52)}${figures.padEnd(24)}${bar}\n`);
}
