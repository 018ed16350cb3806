import { copyFileSync, existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { choosePrice } from "./core/cost.ts";
import { spreadHours } from "./core/hours.ts";
import { UsageError } from "./core/errors.ts";
import type { Generation } from "./core/generation.ts";
import { findDifferences, type JournalHeader } from "./core/journal.ts";
import { summariseLatency } from "./core/latency/summarise.ts";
import type { LatencyReport } from "./core/latency/latency-report.ts";
import { parseModelRef } from "./core/model.ts";
import type { Job } from "./core/plan.ts";
import type { Provider, ProviderWorld } from "./core/provider.ts";
import type { Report } from "./core/report.ts";
import type { Suite } from "./core/suite.ts";
import { isFinished, latencyFile, readLatencyLines } from "./latency/journal.ts";
import type { Dataset } from "./load/dataset.ts";
import { loadPrices } from "./load/prices.ts";
import type { LoadedSource } from "./load/sources/source.ts";
import { openStoredRun } from "./load/stored-run.ts";
import { loadProvider } from "./providers/index.ts";
import type { Measured } from "./measure.ts";
import type { OpenedReviewer } from "./reviewers.ts";
import { cannotWrite } from "./run/disk.ts";
import { journalFile, readHeader } from "./run/journal.ts";

/** A finished run whose reviews are scored again. */
export interface SavedRun {
  folder: string;
  report: Report;
  header: JournalHeader;
}

/** Providers that time says nothing of, since they answer out of what they know or what was recorded. */
const untimed: readonly string[] = ["floor", "ceiling", "replay", "recorded"];
const recordings: readonly string[] = ["replay", "recorded"];

const judgeLog = "judge.jsonl";

/**
 * Opens a run whose reviews are to be scored again.
 * @throws UsageError where it cannot be read, has no journal, or chose among checkpoints
 */
export async function openSavedRun(word: string): Promise<SavedRun> {
  const run = openStoredRun(word, ["runs"], { isShardWelcome: true });
  const { report } = run;
  const folder = dirname(resolve(run.file));
  if (report.run.shards !== undefined)
    throw new UsageError(
      `run "${word}": it was joined of ${report.run.shards.length} shards, and its reviews are in their folders (score these, then merge them)`,
    );
  if (!existsSync(journalFile(folder)))
    throw new UsageError(
      `run "${word}": its folder has no journal.jsonl, which holds the reviews (keep both together)`,
    );
  if (report.sweep !== undefined)
    throw new UsageError(
      `run "${word}": it chose among the checkpoints of ${report.sweep.ref}, and other scores may choose one that was not asked (run the suite again)`,
    );
  return { folder, report, header: await readHeader(journalFile(folder)) };
}

/**
 * The reviewers of a saved run as far as scoring needs them: they answer nothing. One that repeats recordings is really
 * opened where verdicts on its findings were recorded, since only its file tells which these are.
 */
export async function openSavedReviewers(
  { header, report }: SavedRun,
  suite: Suite,
  source: LoadedSource | null,
  world: ProviderWorld,
): Promise<OpenedReviewer[]> {
  const { contract, timeoutMs, price, usdPerHour } = suite.reviewer;
  const prices = loadPrices();
  const opened: OpenedReviewer[] = [];
  for (const { id, provider: name, model, identity, hosts } of header.reviewers) {
    const told = report.reviewers.find(({ ref }) => ref === id);
    if (told === undefined)
      throw new UsageError(`run "${report.run.id}": its report does not tell of reviewer ${id} (they are of two runs)`);
    const isRecorded = recordings.includes(name);
    const settings = {
      contract,
      timeoutMs,
      ...(source === null ? {} : { recordings: join(source.folder, "recordings") }),
    };
    const provider: Provider =
      isRecorded && suite.scorers.detection?.matcher === "recorded"
        ? sameAs(identity, await loadProvider(parseModelRef(id), settings, world))
        : {
            ref: id,
            name,
            model,
            identity,
            hosts,
            seesTruth: false,
            isTimed: !untimed.includes(name),
            ...(isRecorded ? { isWholeCase: true, recordedReviews: () => [] } : {}),
            generate: () => Promise.reject(new Error(`${id} was asked, and its reviews are only scored`)),
          };
    const { role, served } = told;
    opened.push({
      provider,
      role,
      named: id,
      price: choosePrice(provider, role === "measured" ? { price, usdPerHour } : {}, prices),
      ...(served === undefined ? {} : { served: () => served }),
    });
  }
  return opened;
}

/** @throws UsageError where a recording has changed since the run */
function sameAs(identity: string, provider: Provider): Provider {
  if (provider.identity === identity) return provider;
  throw new UsageError(
    `${provider.ref}: it has changed since its reviews were taken, so recorded verdicts may be about others (restore it, or run the suite again)`,
  );
}

/**
 * Checks that the reviews of a saved run are answers to what the suite asks now. Scorers, judges, gates, and which of the
 * cases are scored may be others.
 * @throws UsageError that names what differs
 */
export function checkSaved(
  { header, report }: SavedRun,
  dataset: Pick<Dataset, "name" | "hash">,
  { generationHash, settings }: { generationHash: string; settings: Readonly<Record<string, string>> },
): void {
  if (dataset.hash !== header.datasetHash)
    throw new UsageError(
      `run "${report.run.id}" is of dataset ${report.dataset.name} (${header.datasetHash.slice(0, 12)}), and the suite's is ${dataset.name} (${dataset.hash.slice(0, 12)}): reviews of other cases cannot be scored (restore the dataset, or run the suite again)`,
    );
  const asked = (all: Readonly<Record<string, string>> | undefined) => {
    const kept = Object.entries(all ?? {}).filter(([name]) => name.startsWith("reviewer.") || name === "seed");
    return all === undefined ? {} : { settings: Object.fromEntries(kept) };
  };
  const same = { datasetHash: dataset.hash, reviewers: [] };
  const differences = findDifferences(
    { ...same, suiteHash: header.suiteHash, ...asked(header.settings) },
    { ...same, suiteHash: generationHash, ...asked(settings) },
  );
  if (differences.length > 0)
    throw new UsageError(
      `run "${report.run.id}" was asked otherwise: ${differences.join(" and ")} (change scorers, judges and gates alone, or run the suite again)`,
    );
}

/** The answer of a job for which a saved run has none: an outage, the run's own where it had one. */
export function missingAnswer(
  { report }: SavedRun,
  failures: ReadonlyMap<string, Generation>,
): (job: Job) => Generation {
  return ({ key, reviewer, caseId, part, repeat }) =>
    failures.get(key) ?? {
      v: 1,
      kind: "generation",
      key,
      reviewer,
      caseId,
      part,
      repeat,
      outcome: "transport-error",
      text: "",
      error: `run ${report.run.id} holds no answer, and scoring asks nobody`,
      finishReason: null,
      usage: { promptTokens: null, completionTokens: null, cachedTokens: null },
      timing: { scheduledMs: 0, dispatchedMs: 0, firstChunkMs: null, lastChunkMs: null, finishedMs: 0 },
      attempts: [],
      effective: {},
      fromCache: false,
    };
}

/** Takes the judge's answers of a saved run into the folder of its scores, unless an earlier try has done so. */
export function copyJudgeLog(from: string, to: string): void {
  const [log, copy] = [join(from, judgeLog), join(to, judgeLog)];
  if (existsSync(log) && !existsSync(copy)) writing(copy, () => copyFileSync(log, copy));
}

/** What a saved run's machine cost, which no answer tells: the report of the run alone does. */
export function withHoursOf(measured: Measured, { report }: SavedRun): Measured {
  const told = report.reviewers.find(({ id }) => id === measured.facts.id);
  return { ...measured, rows: spreadHours(measured.rows, measured.price, told) };
}

/**
 * What the latency phase of a saved run found; null where the suite has none.
 * @throws UsageError where the run has not measured just this: times are made by asking alone
 */
export function savedLatency({ folder, report }: SavedRun, { scorers }: Pick<Suite, "scorers">): LatencyReport | null {
  if (scorers.latency === undefined) return null;
  const lines = readLatencyLines(folder);
  const header = lines.find((line) => line.kind === "latency");
  if (header !== undefined && isFinished(lines, { ...header, settings: scorers.latency }))
    return summariseLatency(lines);
  throw new UsageError(
    `run "${report.run.id}" has no finished latency phase with these scorers.latency, and times cannot be scored again (take scorers.latency out, or run the suite again)`,
  );
}

/** The same, with the record of the phase taken into the folder of the run's scores. */
export function keepLatency(saved: SavedRun, suite: Pick<Suite, "scorers">, to: string): LatencyReport | null {
  const latency = savedLatency(saved, suite);
  const copy = latencyFile(to);
  if (latency !== null) writing(copy, () => copyFileSync(latencyFile(saved.folder), copy));
  return latency;
}

function writing(file: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    throw cannotWrite(file, error);
  }
}
