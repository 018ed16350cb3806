// JavaScript, so that Node needs no TypeScript stripper before the cache of compiled modules is on: that would take
// as long as all else that `--help` does.
import { enableCompileCache } from "node:module";

enableCompileCache();
await import("./cli.ts");
