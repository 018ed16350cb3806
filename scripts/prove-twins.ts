import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, extname, join } from "node:path";
import type { TwinSource } from "./twin-cases.ts";
import { readTwinSource, sourceHome, twinSlugs } from "./twin-sources.ts";

const hooks = join(import.meta.dirname, "proof-hooks.ts");
const provable = new Set(["python", "typescript", "javascript", "tsx", "vue"]);

/** A test of one bug: `proofs/<bug id>.{ts,js,py}`, run where the files of one version are. */
export interface Proof {
  slug: string;
  bugId: string;
  file: string;
}

/** How one version of a twin did in a proof: `failed` means that an assertion did not hold, `broken` anything else. */
export interface ProofRun {
  outcome: "passed" | "failed" | "broken";
  /** What the process wrote to stderr, for whoever reads why. */
  output: string;
}

/** The proofs of a twin, by bug; throws one line for a file that is named after no bug of it. */
export function proofsOf({ slug, sheet }: TwinSource): Proof[] {
  const folder = join(sourceHome, slug, "proofs");
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((name) => {
      const bugId = basename(name, extname(name));
      if (!sheet.bugs.some(({ id }) => id === bugId)) throw new Error(`${slug}/proofs/${name}: no bug has this id`);
      return { slug, bugId, file: join(folder, name) };
    });
}

/** The bugs that need a proof, since their language runs here, and have neither one nor a reason why they cannot. */
export function unprovenBugs(source: TwinSource): string[] {
  const proven = new Set(proofsOf(source).map(({ bugId }) => bugId));
  if (!provable.has(source.sheet.language)) return [];
  return source.sheet.bugs
    .filter(({ id, unproven }) => proven.has(id) === (unproven !== undefined))
    .map(({ id }) => id);
}

/**
 * Runs a proof on one version of its twin, in an empty folder that holds the version's files and, for modules of
 * others, what `stubs/` offers in their place. It has 20 s.
 */
export async function runProof({ slug, file }: Proof, version: "buggy" | "clean"): Promise<ProofRun> {
  const folder = mkdtempSync(join(tmpdir(), "proof-"));
  try {
    cpSync(join(sourceHome, slug, version), folder, { recursive: true });
    const stubs = join(sourceHome, slug, "stubs");
    if (existsSync(stubs)) cpSync(stubs, join(folder, "node_modules"), { recursive: true });
    const proof = `proof${extname(file)}`;
    cpSync(file, join(folder, proof));
    const isPython = extname(file) === ".py";
    const [command, args] = isPython
      ? ["python3", ["-B", proof]]
      : [process.execPath, ["--no-warnings", "--import", hooks, proof]];
    return await runIn(folder, command, args);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runIn(folder: string, command: string, args: string[]): Promise<ProofRun> {
  const env = { PATH: process.env["PATH"], PYTHONPATH: join(folder, "node_modules"), TZ: "UTC", NODE_ENV: "test" };
  const child = spawn(command, args, { cwd: folder, env, stdio: ["ignore", "ignore", "pipe"], timeout: 20_000 });
  let output = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  if (code === 0) return { outcome: "passed", output };
  return { outcome: /^(?:Uncaught )?AssertionError\b/m.test(output) ? "failed" : "broken", output };
}

async function main(slugs: string[]): Promise<void> {
  const sources = twinSlugs()
    .filter((slug) => slugs.length === 0 || slugs.includes(slug))
    .map(readTwinSource);
  for (const source of sources) {
    for (const bugId of unprovenBugs(source))
      complain(`${source.slug}: bug ${bugId}: expected either a proof or a reason under \`unproven\``);
    for (const proof of proofsOf(source)) {
      const [buggy, clean] = await Promise.all([runProof(proof, "buggy"), runProof(proof, "clean")]);
      const isShown = buggy.outcome === "failed" && clean.outcome === "passed";
      console.log(`${isShown ? "shown" : "NOT SHOWN"}  ${source.slug}/${proof.bugId}`);
      if (buggy.outcome !== "failed") complain(`on the buggy version it ${buggy.outcome}:\n${buggy.output}`);
      if (clean.outcome !== "passed") complain(`on the clean version it ${clean.outcome}:\n${clean.output}`);
    }
  }
}

function complain(message: string): void {
  console.error(message);
  process.exitCode = 1;
}

if (import.meta.main) await main(process.argv.slice(2));
