import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { UsageError } from "./core/errors.ts";
import { parseModelRef } from "./core/model.ts";
import type { Provider, ProviderWorld } from "./core/provider.ts";
import type { Barred } from "./core/apply-gates.ts";
import type { Scorer } from "./core/scorer.ts";
import type { Suite } from "./core/suite.ts";
import type { JudgeChoice, PreparedJudge } from "./judge.ts";
import type { PreparedJudgeMatcher } from "./judge-matcher.ts";
import { type Dataset, loadDataset } from "./load/dataset.ts";
import { type LoadedPrompt, loadPrompt, packageRoot } from "./load/files.ts";
import { hashOf } from "./load/hash.ts";
import { type LoadedSource, loadSource } from "./load/sources/source.ts";
import { type LoadedSuite, loadSuite } from "./load/suite.ts";
import type { Override } from "./load/yaml.ts";
import { isRecorded, type Matching, prepareMatching, recordedReviewer } from "./matching.ts";
import { loadProvider } from "./providers/index.ts";
import { createScorers } from "./scorers/index.ts";

/** What a run is asked to do, as the command line says it. */
export interface RunRequest {
  /** Name or path of the suite. */
  suite: string;
  /** Replace the suite's reviewers; empty keeps them. */
  models: readonly string[];
  overrides: readonly Override[];
  seed: number;
  /** The judge that the command names, in place of the suite's. */
  judge?: Partial<JudgeChoice>;
}

/** What preparing a run needs of the outside. */
export interface PrepareWorld extends ProviderWorld {
  stderr: { write(text: string): unknown };
  signal: AbortSignal;
}

/** One reviewer that is ready to be asked, with the scorers for its reviews. */
export interface PreparedReviewer {
  role: "measured" | "company";
  provider: Provider;
  scorers: readonly Scorer[];
}

/** Everything that a run needs, read and checked; nothing has been asked yet. */
export interface PreparedRun {
  loaded: LoadedSuite;
  suite: Suite;
  prompt: LoadedPrompt;
  dataset: Dataset;
  /** The public benchmark that the dataset was made of; null for one with a path. */
  source: LoadedSource | null;
  reviewers: readonly PreparedReviewer[];
  matching: Pick<Matching, "facts" | "judge">;
  /** All that are to be opened, asked and closed: the judge of reviews and that of findings and bugs. */
  judges: readonly (PreparedJudge | PreparedJudgeMatcher)[];
  /** Null where the suite has no judge. */
  judge: PreparedJudge | null;
  /** Scorers whose metrics may not gate, each with the reason. */
  barred: Barred;
  /** Of all that decides which generations are asked for: a journal may be resumed only under the same. */
  generationHash: string;
  seed: number;
}

/** Folders in which a suite's name is looked up: the user's own first. */
export function suiteFolders(): string[] {
  return [...new Set([resolve("suites"), join(packageRoot, "suites")])].filter((folder) => existsSync(folder));
}

/**
 * Reads and checks the suite, its prompt and dataset, and makes the reviewers.
 * @throws UsageError for the first mistake; nothing was asked by then
 */
export async function prepareRun(request: RunRequest, world: PrepareWorld): Promise<PreparedRun> {
  const loaded = loadSuite(request.suite, suiteFolders(), request.overrides);
  const { suite, folder } = loaded;
  const prompt = loadPrompt(resolve(folder, suite.reviewer.prompt));
  const source = suite.dataset.source === undefined ? null : await loadSource(suite.dataset, sourceWorld(world));
  const providers = await prepareProviders(request, suite, source, world);
  const dataset = loadDataset(
    { ...suite.dataset, path: source?.folder ?? suite.dataset.path ?? "" },
    folder,
    request.seed,
  );
  try {
    checkDiffs(
      dataset,
      suite,
      providers.map(({ provider }) => provider),
    );
    const choice = { ref: request.judge?.ref, runs: request.judge?.runs };
    const { seed } = request;
    const matching = await prepareMatching(
      { suite, folder, source, dataset, prepared: providers, choice, seed },
      world,
    );
    checkSelf(matching.judge?.provider ?? null, suite, providers);
    const { noDetectionBecause } = matching;
    const judge = await prepareOwnJudge(request, suite, folder, dataset, providers, world);
    const reviewers = await Promise.all(
      providers.map(async ({ role, provider }) => {
        const ratings = source === null ? [] : (recordedReviewer(source, provider)?.ratings ?? []);
        const tools = { matcher: matching.matcherOf(provider), ratings, judge: judge?.tools ?? null };
        return { role, provider, scorers: await createScorers(suite, tools) };
      }),
    );
    const informs = judge?.report().informsBecause ?? null;
    const judges = [judge, matching.judge].filter((one) => one !== null);
    const barred: Barred = {
      ...(noDetectionBecause === null ? {} : { detection: noDetectionBecause }),
      ...(informs === null ? {} : { judge: informs }),
    };
    const generationHash = hashGenerations(suite, prompt, request.seed);
    return { loaded, suite, prompt, dataset, source, reviewers, matching, judge, judges, barred, generationHash, seed };
  } catch (error) {
    dataset.close();
    throw error;
  }
}

/** @throws UsageError also where a reviewer would judge its own reviews */
async function prepareOwnJudge(
  request: RunRequest,
  suite: Suite,
  folder: string,
  dataset: Dataset,
  prepared: readonly Omit<PreparedReviewer, "scorers">[],
  world: ProviderWorld,
): Promise<PreparedJudge | null> {
  const { scorers, name } = suite;
  if (scorers.judge === undefined) {
    if (scorers.detection?.matcher === "judge") return null;
    const flag =
      request.judge?.ref !== undefined ? "--judge" : request.judge?.runs !== undefined ? "--judge-runs" : null;
    if (flag === null) return null;
    throw new UsageError(`${flag}: suite "${name}" has no judge (add --set scorers.judge={}, or leave it out)`);
  }
  const choice = { ref: request.judge?.ref, runs: request.judge?.runs };
  const { prepareJudge } = await import("./judge.ts");
  const judge = await prepareJudge(scorers.judge, choice, folder, dataset, request.seed, world);
  checkSelf(judge.provider, suite, prepared);
  return judge;
}

function checkSelf(
  judge: Provider | null,
  { scorers }: Suite,
  prepared: readonly Omit<PreparedReviewer, "scorers">[],
): void {
  const self = prepared.find(({ provider }) => provider.identity === judge?.identity);
  if (judge === null || self === undefined || scorers.judge?.allowSelf === true) return;
  throw new UsageError(
    `judge "${judge.ref}": it is the reviewer ${self.provider.ref} itself (name another, or set scorers.judge.allowSelf=true)`,
  );
}

function sourceWorld({ fetch, env, stderr, signal }: PrepareWorld) {
  return { fetch, env, signal, note: (line: string) => void stderr.write(`${line}\n`) };
}

/** Where a copy of a source lies does not change what it holds. */
function hashGenerations({ name, dataset, reviewer }: Suite, prompt: LoadedPrompt, seed: number): string {
  const { dir: _, ...chosen } = dataset;
  const { unit, contract, maxTokens, temperature, repeats } = reviewer;
  const asked = { unit, contract, maxTokens, temperature, repeats, seed };
  return hashOf({ name, dataset: chosen, prompt: prompt.hash, ...asked });
}

/** @throws UsageError where a reviewer would have to read a change that the dataset does not have, or find its places */
function checkDiffs(dataset: Dataset, { scorers }: Suite, providers: readonly Provider[]): void {
  const without = dataset.entries.find((entry) => entry.fields["files"] === 0);
  const reader = providers.find((provider) => !isRecorded(provider) && !needsNoDiff.has(provider.name));
  if (without !== undefined && reader !== undefined)
    throw new UsageError(
      `model "${reader.ref}": ${dataset.name} has no diff of case "${without.id}", only its address (only recorded reviews can be measured there)`,
    );
  if (dataset.unplaced !== null && scorers.detection?.location === "required")
    throw new UsageError(
      `scorers.detection.location: the bugs of case "${dataset.unplaced}" have no place, so none could be found (write location: optional)`,
    );
}

const needsNoDiff: ReadonlySet<string> = new Set(["floor", "ceiling"]);

async function prepareProviders(
  { models }: RunRequest,
  suite: Suite,
  source: LoadedSource | null,
  world: ProviderWorld,
): Promise<Omit<PreparedReviewer, "scorers">[]> {
  const measured = models.length > 0 ? models : suite.reviewers;
  const company = suite.company.filter((ref) => !measured.includes(ref));
  const refs = [
    ...measured.map((ref) => ({ ref, role: "measured" as const })),
    ...company.map((ref) => ({ ref, role: "company" as const })),
  ];
  const required = suite.gates.filter((gate) => gate.required).length;
  if (measured.length === 0 && required > 0)
    throw new UsageError(
      `suite "${suite.name}" has gates and nobody to gate (give --model REF, or leave the gates out with --set gates=[])`,
    );
  if (refs.length === 0)
    throw new UsageError(
      `suite "${suite.name}": nobody to measure (give --model REF, or list reviewers: in the suite)`,
    );
  const twice = refs.find(({ ref }, index) => refs.findIndex((other) => other.ref === ref) !== index);
  if (twice !== undefined) throw new UsageError(`model "${twice.ref}" is named twice (name each reviewer once)`);

  const { baseUrl, keyVariable, timeoutMs, contract } = suite.reviewer;
  // The address and key of the measured reviewer are not company's: a key must reach no other host.
  const own = { ...(baseUrl === undefined ? {} : { baseUrl }), ...(keyVariable === undefined ? {} : { keyVariable }) };
  const recordings =
    source === null || source.reviewers.size === 0 ? {} : { recordings: join(source.folder, "recordings") };
  const prepared: Omit<PreparedReviewer, "scorers">[] = [];
  for (const { ref, role } of refs) {
    const settings = { contract, timeoutMs, ...recordings, ...(role === "measured" ? own : {}) };
    prepared.push({ role, provider: await loadProvider(parseModelRef(ref), settings, world) });
  }
  return prepared;
}
