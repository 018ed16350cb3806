import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "./core/errors.ts";
import type { Generation } from "./core/generation.ts";
import type { JournalRequest, RunIdentity } from "./core/journal.ts";
import type { Job } from "./core/plan.ts";
import { nameShard } from "./core/shard.ts";
import { hideSecrets } from "./core/url-secret.ts";
import type { PreparedRun, RunRequest } from "./prepare.ts";
import type { RunFolder } from "./publish.ts";
import { readJournalLines } from "./run/journal-lines.ts";
import { createJournal, type Journal, journalFile, readHeader, resumeJournal } from "./run/journal.ts";
import { missingAnswer, type SavedRun } from "./saved-run.ts";
import { toolName } from "./version.ts";

interface JournalOptions extends RunRequest {
  resume?: string | undefined;
  command: string;
}

export interface OpenedJournal {
  journal: Journal;
  /** What stands for an answer that a saved run does not have; null where reviewers are asked for it. */
  missing: ((job: Job) => Generation) | null;
}

/**
 * The journal of a run: a new one, that of the run to go on with, or a new one with the answers of a saved run.
 * @throws UsageError where the run to go on with was started with something else, or holds the reviews of another one
 */
export async function openRunJournal(
  folder: RunFolder,
  run: PreparedRun,
  options: JournalOptions,
  startedAt: string,
): Promise<OpenedJournal> {
  const { saved } = run;
  const identity: RunIdentity = {
    suiteHash: run.generationHash,
    datasetHash: run.dataset.hash,
    settings: run.settings,
    reviewers: run.reviewers.map(({ provider }) => ({
      id: provider.ref,
      provider: provider.name,
      model: provider.model,
      identity: provider.identity,
      hosts: [...provider.hosts],
    })),
  };
  if (options.resume !== undefined) {
    await checkAsked(folder.path);
    return { journal: await resumeJournal(folder.path, identity, folder.lock), missing: null };
  }
  const { name: runId, lock } = folder;
  const head = { v: 1, kind: "run", runId, ...identity, seed: run.seed, startedAt, tool: toolName } as const;
  const header = { ...head, request: requestOf(options) };
  if (saved === null) return { journal: createJournal(folder.path, header, lock), missing: null };
  if (await isUnfinishedScore(folder.path, saved)) rmSync(journalFile(folder.path));
  return fillJournal(createJournal(folder.path, { ...header, scored: saved.report.run.id }, lock), saved);
}

/** Whether a folder holds what an earlier try of scoring this run has left. */
export async function isUnfinishedScore(folder: string, { report }: SavedRun): Promise<boolean> {
  if (existsSync(join(folder, "report.json")) || !existsSync(journalFile(folder))) return false;
  return (await readHeader(journalFile(folder))).scored === report.run.id;
}

/** Takes over the answers of a saved run, each in its last state. */
function fillJournal(journal: Journal, saved: SavedRun): OpenedJournal {
  const failures = new Map<string, Generation>();
  for (const line of readJournalLines(journalFile(saved.folder))) {
    if (line.kind !== "generation") continue;
    const { generation } = line;
    if (generation.outcome === "transport-error") failures.set(generation.key, generation);
    else journal.append(generation);
  }
  return { journal, missing: missingAnswer(saved, failures) };
}

/** @throws UsageError where nobody was asked for the answers of a run: the run that they are of is to be gone on with */
async function checkAsked(folder: string): Promise<void> {
  const file = journalFile(folder);
  const scored = existsSync(file) ? (await readHeader(file)).scored : undefined;
  if (scored === undefined) return;
  throw new UsageError(
    `${file}: its reviews are those of run ${scored} and were only scored again (resume that run, then score it)`,
  );
}

/** A key that stands in a URL, where it must not, is in no file either: who resumes has to say it again. */
function requestOf({ suite, models, overrides, judge, baseline, shard, command }: JournalOptions): JournalRequest {
  return {
    suite,
    models: [...models],
    overrides: overrides.map(({ path, value }) => ({ path, value: hideSecrets(value) })),
    judges: [...(judge?.refs ?? [])],
    ...(judge?.runs === undefined ? {} : { judgeRuns: judge.runs }),
    ...(baseline === undefined ? {} : { baseline }),
    ...(shard === undefined ? {} : { shard: nameShard(shard) }),
    command: hideSecrets(command),
  };
}
