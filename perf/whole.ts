import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import manifest from "../package.json" with { type: "json" };
import { writeBenchSuite } from "./dataset.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
/** What the script `bench` of package.json tells Node. */
const benchOptions = manifest.scripts.bench.split(" ").slice(1, -1);

export interface Figure {
  what: string;
  /** Median over the runs; absent where it is a size that was measured. */
  seconds?: number;
  /** Largest peak memory of the runs, or the size. */
  megabytes: number;
  bar: string;
}

/** Times whole processes of the command, each several times after a warm-up. */
export async function measureProcesses(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), "nitbench-perf-"));
  const server = spawn(process.execPath, [join(root, "perf", "slow-server.ts")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const port = await new Promise<string>((resolve) =>
      server.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString().trim())),
    );
    const instant1k = writeBenchSuite(join(folder, "instant-1k"), 1000, "floor:shotgun", 32);
    const instant10k = writeBenchSuite(join(folder, "instant-10k"), 10_000, "floor:shotgun", 32);
    const slow1k = writeBenchSuite(join(folder, "slow-1k"), 1000, `http://127.0.0.1:${port}/review`, 32);
    const slowFetch = ["--import", join(root, "perf", "slow-fetch.js")];
    const out = join(folder, "runs");
    const run = (suite: string, name: string, reporter = "json") => [
      suite,
      "--quiet",
      "--out",
      out,
      "--reporter",
      reporter,
      "--name",
      `${name}-{run}`,
    ];
    const figures = [
      await time("--help", ["--help"], "<= .12 s"),
      await time("1,000 cases, instant provider, journal on", run(instant1k, "j1k"), "<= .6 s"),
      await time("the same with the HTML report", run(instant1k, "i1k", "html"), ""),
      await time("1,000 cases, 50 ms provider in process, 32 at once", run(slow1k, "p1k"), "<= 1.8 s", {
        node: slowFetch,
      }),
      await time("1,000 cases, 50 ms server on loopback, 32 at once", run(slow1k, "s1k"), ""),
      await time("10,000 cases, instant provider", run(instant10k, "i10k"), "<= 2.5 s, <= 220 MB", { runs: 3 }),
      await time("the same with the HTML report", run(instant10k, "h10k", "html"), "", { runs: 3 }),
    ];
    const bytes = statSync(join(out, "i1k-0", "report.html")).size;
    return [
      ...figures,
      {
        what: "size of the HTML report of 1,000 cases with diffs",
        megabytes: bytes / 1e6,
        bar: "<= 1.5 MB",
      },
    ];
  } finally {
    server.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function time(
  what: string,
  args: readonly string[],
  bar: string,
  { runs = 5, node = [] }: { runs?: number; node?: readonly string[] } = {},
): Promise<Figure> {
  const taken: { seconds: number; megabytes: number }[] = [];
  for (let run = 0; run <= runs; run += 1)
    taken.push(
      await runOnce(
        args.map((word) => word.replace("{run}", String(run))),
        node,
      ),
    );
  const counted = taken.slice(1);
  const seconds = counted.map((one) => one.seconds).sort((a, b) => a - b)[Math.floor(counted.length / 2)] ?? Number.NaN;
  return { what, seconds, megabytes: Math.max(...counted.map((one) => one.megabytes)), bar };
}

/** Peak memory is what the kernel says of the child, printed by the child itself as it ends. */
async function runOnce(
  args: readonly string[],
  node: readonly string[],
): Promise<{ seconds: number; megabytes: number }> {
  const peak = `process.on("exit",()=>require("node:fs").writeSync(3,String(process.resourceUsage().maxRSS)))`;
  const hook = `data:text/javascript,import{createRequire}from"node:module";const require=createRequire("/");${peak}`;
  const startMs = performance.now();
  const options = ["--import", hook, ...node];
  const child = spawn(process.execPath, [...benchOptions, ...options, join(root, "src", "start.js"), ...args], {
    stdio: ["ignore", "ignore", "pipe", "pipe"],
  });
  let kilobytes = "";
  let errors = "";
  child.stdio[3]?.on("data", (chunk: Buffer) => (kilobytes += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  if (code !== 0) throw new Error(`nitbench ${args.join(" ")} ended with ${code}: ${errors}`);
  return { seconds: (performance.now() - startMs) / 1000, megabytes: Number(kilobytes) / 1024 };
}
