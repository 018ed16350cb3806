#!/usr/bin/env node
import { enableCompileCache } from "node:module";

// Must come before the program's own modules are loaded: half of a short run is reading them.
enableCompileCache();
// Whoever read our output may leave early, as `head` does; the run itself is none the worse.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});
const { main } = await import("./commands.ts");
process.exitCode = await main(process.argv.slice(2));
