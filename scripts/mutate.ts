// Plants one fault after the other in a copy of the project and shows that the tests notice each: `pnpm mutate [WORD]`.
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Mutation, mutations } from "./mutations.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const copied = ["src", "test", "package.json", "vitest.config.ts", "suites", "judges", "prompts", "datasets"];

/** A copy in which faults can be planted without touching the working tree. */
function copyProject(): string {
  const folder = mkdtempSync(join(tmpdir(), "nitbench-mutate-"));
  for (const name of copied) cpSync(join(root, name), join(folder, name), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction");
  return folder;
}

async function testsFail(folder: string, tests: readonly string[]): Promise<boolean> {
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
  try {
    await promisify(execFile)(process.execPath, [vitest, "run", "--bail", "1", ...tests], {
      cwd: folder,
      maxBuffer: 1 << 28,
    });
    return false;
  } catch {
    return true;
  }
}

async function isKilled(folder: string, { file, find, replace, tests }: Mutation): Promise<boolean> {
  const path = join(folder, file);
  const text = readFileSync(path, "utf8");
  if (text.split(find).length !== 2) throw new Error(`${file}: expected to find once: ${find}`);
  writeFileSync(
    path,
    text.replace(find, () => replace),
  );
  try {
    return await testsFail(folder, tests);
  } finally {
    writeFileSync(path, text);
  }
}

const wanted = mutations.filter(({ file, what }) =>
  process.argv.slice(2).every((word) => `${file} ${what}`.includes(word)),
);
const folder = copyProject();
let survived = 0;
try {
  const suites = [...new Set(wanted.flatMap(({ tests }) => tests))];
  if (await testsFail(folder, suites))
    throw new Error(`the tests fail without any fault planted: vitest run ${suites.join(" ")}`);
  for (const mutation of wanted) {
    const killed = await isKilled(folder, mutation);
    if (!killed) survived += 1;
    process.stdout.write(`${killed ? "killed  " : "SURVIVED"}  ${mutation.file}: ${mutation.what}\n`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.stdout.write(`${wanted.length - survived} of ${wanted.length} planted faults were noticed\n`);
process.exitCode = survived === 0 ? 0 : 1;
