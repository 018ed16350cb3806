// Prints this project's own speed: hot paths in process, then whole processes, and whether each bar is met. Nothing is asserted.
import { cpus } from "node:os";
import { judgeBar } from "./bar.ts";
import { measureInside } from "./inside.ts";
import { measureProcesses } from "./whole.ts";

process.stdout.write(`${cpus().length} x ${cpus()[0]?.model ?? "unknown processor"}, Node ${process.version}\n\n`);
for (const { what, ms, bar } of await measureInside()) {
  process.stdout.write(
    `${what.padEnd(52)} ${ms.toFixed(1).padStart(8)} ms            ${judgeBar(bar, { seconds: ms / 1000 })}\n`,
  );
}
for (const { bar, ...figure } of await measureProcesses()) {
  const { what, seconds, megabytes } = figure;
  const time = seconds === undefined ? "" : `${seconds.toFixed(2)} s`;
  const figures = `${time.padStart(11)} ${megabytes.toFixed(seconds === undefined ? 2 : 0).padStart(6)} MB`;
  process.stdout.write(`${what.padEnd(52)}${figures.padEnd(24)}${judgeBar(bar, figure)}\n`);
}
