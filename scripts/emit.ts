// Emits the published JavaScript: types stripped into dist/, and the report's browser files copied beside.
import { execFileSync } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const client = "reporters/html/client";

rmSync(`${root}/dist`, { recursive: true, force: true });
execFileSync(process.execPath, [`${root}/node_modules/typescript/bin/tsc`, "-p", `${root}/tsconfig.build.json`], {
  stdio: "inherit",
});
cpSync(`${root}/src/${client}`, `${root}/dist/${client}`, { recursive: true });
