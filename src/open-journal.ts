import type { JournalRequest, RunIdentity } from "./core/journal.ts";
import { hideSecrets } from "./core/url-secret.ts";
import type { PreparedRun, RunRequest } from "./prepare.ts";
import type { RunFolder } from "./publish.ts";
import { createJournal, type Journal, resumeJournal } from "./run/journal.ts";
import { toolName } from "./version.ts";

interface JournalOptions extends RunRequest {
  resume?: string | undefined;
  command: string;
}

/**
 * The journal of a run: a new one, or that of the run to go on with.
 * @throws UsageError where that run was started with something else
 */
export async function openRunJournal(
  folder: RunFolder,
  run: PreparedRun,
  options: JournalOptions,
  startedAt: string,
): Promise<Journal> {
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
  if (options.resume !== undefined) return resumeJournal(folder.path, identity, folder.lock);
  const { name: runId, lock } = folder;
  const head = { v: 1, kind: "run", runId, ...identity, seed: run.seed, startedAt, tool: toolName } as const;
  const header = { ...head, request: requestOf(options) };
  return createJournal(folder.path, header, lock);
}

/** A key that stands in a URL, where it must not, is in no file either: who resumes has to say it again. */
function requestOf({ suite, models, overrides, judge, baseline, command }: JournalOptions): JournalRequest {
  return {
    suite,
    models: [...models],
    overrides: overrides.map(({ path, value }) => ({ path, value: hideSecrets(value) })),
    judges: [...(judge?.refs ?? [])],
    ...(judge?.runs === undefined ? {} : { judgeRuns: judge.runs }),
    ...(baseline === undefined ? {} : { baseline }),
    command: hideSecrets(command),
  };
}
