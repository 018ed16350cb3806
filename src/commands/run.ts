import { resolve } from "node:path";
import { bench, type BenchResult, InterruptedError, processWorld } from "../bench.ts";
import { programName, quote, writeCommandLine } from "../command-line.ts";
import { UsageError } from "../core/errors.ts";
import { checkRun } from "../dry-run.ts";
import { catchInterrupt } from "./interrupt.ts";
import { defaultReporters } from "../reporters/index.ts";
import type { RecalledRequest } from "../resume.ts";
import type { RunFlags } from "./run-flags.ts";
import { jsonOf, printReport, tellJob, tellLeft, tellWhy } from "./tell.ts";

/** What came of the suites, in their order. */
export interface SuitesRun {
  exitCode: number;
  runs: BenchResult[];
}

/**
 * Runs suites one after the other and tells what came of each.
 * @param argv the command line, for the lines that repeat a run or go on with it
 * @param isShown whether reports are printed, where the flags do not forbid it
 * @throws UsageError; IncompleteError where a reviewer cannot be reached; InterruptedError with the line to go on
 */
export async function runSuites(
  suites: readonly string[],
  flags: RunFlags,
  argv: readonly string[],
  isShown = true,
): Promise<SuitesRun> {
  const out = resolve(flags.out ?? "reports/runs");
  const asked = await requestOf(suites, flags, out, argv);
  const { models = [], overrides, seed = 1, judge, baseline } = asked;
  const shard = asked.shard === undefined ? undefined : (await import("../core/shard.ts")).parseShard(asked.shard);
  const names = asked.suites.length > 0 ? asked.suites : [models.length === 0 ? "quickstart" : "standard"];
  if (names.length > 1 && (flags.resume ?? flags.name) !== undefined) {
    throw new UsageError(
      `--${flags.resume === undefined ? "name" : "resume"}: expected one suite, got ${names.length} (run them one by one)`,
    );
  }
  const interrupt = catchInterrupt();
  const world = processWorld(interrupt.signal);
  const lineFor = (suite: string) =>
    asked.command ??
    writeCommandLine(
      argv,
      names.filter((name) => name !== suite),
      programName(process.env),
    );
  const optionsFor = (suite: string) => ({
    suite,
    models,
    overrides,
    seed,
    judge,
    baseline,
    shard,
    out,
    name: flags.name,
    resume: flags.resume,
    reporters: flags.reporter ?? defaultReporters,
    allowInconclusive: flags.allowInconclusive === true,
    isQuiet: flags.quiet === true,
    command: lineFor(suite),
  });
  const runs: BenchResult[] = [];
  try {
    if (flags.dryRun || names.length > 1) {
      const checked = [];
      for (const suite of names)
        checked.push(await checkRun(optionsFor(suite), { ...world, isDry: flags.dryRun === true }));
      if (flags.dryRun) {
        const { renderDryRun } = await import("./dry-run-text.ts");
        process.stdout.write(flags.json ? jsonOf(checked) : `${checked.map(renderDryRun).join("\n\n")}\n`);
        return { exitCode: 0, runs };
      }
    }
    for (const suite of names) {
      const result = await bench(optionsFor(suite), world).catch((error: unknown) => {
        if (error instanceof InterruptedError)
          error.message = `interrupted; go on with: ${lineFor(suite)} --resume ${quote(error.resume)}`;
        throw error;
      });
      const { report, folder, left } = result;
      runs.push(result);
      await tellJob(report, folder);
      if (left !== null) await tellLeft(left, lineFor(suite));
      const isTold = left !== null && report.verdict.status === "incomplete";
      if (flags.quiet && report.verdict.exitCode !== 0 && !isTold) await tellWhy(report);
      if (!flags.json && !flags.quiet && isShown) await printReport(report, folder);
    }
  } finally {
    interrupt.stop();
    if (flags.json && runs.length > 0) process.stdout.write(jsonOf(runs.map(({ report }) => report)));
  }
  return { exitCode: gravest(runs.map(({ report }) => report.verdict.exitCode)), runs };
}

/** What the command line says, and of a run to go on with also what it leaves out. */
async function requestOf(
  suites: readonly string[],
  flags: RunFlags,
  out: string,
  argv: readonly string[],
): Promise<RecalledRequest> {
  const judge = { refs: flags.judge ?? [], runs: flags.judgeRuns };
  const { model: models, seed, baseline, shard } = flags;
  const given = { suites, models, overrides: overridesOf(flags), seed, judge, baseline, shard };
  if (flags.resume === undefined || suites.length > 1) return { ...given, command: null };
  const { recallRequest } = await import("../resume.ts");
  return recallRequest(given, { out, resume: flags.resume, argv });
}

/** Of several suites' codes the one that comes first in the order of precedence. */
function gravest(codes: readonly number[]): number {
  return [3, 1, 4].find((code) => codes.includes(code)) ?? 0;
}

function overridesOf(flags: RunFlags): { path: string; value: string; flag?: string }[] {
  const short = [
    ["repeats", "reviewer.repeats", flags.repeats],
    ["concurrency", "reviewer.concurrency", flags.concurrency],
    ["limit", "dataset.limit", flags.limit],
    ["where", "dataset.where", flags.where],
  ] as const;
  const named = short.flatMap(([flag, path, value]) =>
    value === undefined ? [] : [{ path, value: JSON.stringify(value), flag: `--${flag}` }],
  );
  const set = (flags.set ?? []).map((text) => {
    const equals = text.indexOf("=");
    if (equals < 1) throw new UsageError(`--set ${text}: expected path=value (write --set gates[0].min=0.8)`);
    return { path: text.slice(0, equals), value: text.slice(equals + 1) };
  });
  return [...named, ...set];
}
