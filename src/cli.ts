#!/usr/bin/env node
import { enableCompileCache } from "node:module";
import { exitOnDefect } from "./defect.ts";

// Must come before the program's own modules are loaded: half of a short run is reading them.
enableCompileCache();
process.on("uncaughtException", exitOnDefect);
process.on("unhandledRejection", exitOnDefect);
// Whoever reads our output may leave early, as `head` does; the run itself is none the worse.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") return;
  process.stderr.write(`standard output: cannot write (${error.message})\n`);
  process.once("exit", () => (process.exitCode = 3));
});
// What cannot be told there can be told nowhere; the exit code still says how it went.
process.stderr.on("error", () => undefined);

const { main } = await import("./commands/index.ts");
process.exitCode = await main(process.argv.slice(2));
// All is done and said by now, but a connection that fetch still tries to make can hold the process for minutes.
setInterval(() => {
  if (process.stdout.writableLength === 0 && process.stderr.writableLength === 0) process.exit();
}, 200).unref();
