import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { UsageError } from "./core/errors.ts";
import { lexicalMatcher, lexicalThreshold, lexicalVersion } from "./core/match/lexical.ts";
import type { Matcher } from "./core/match/matcher.ts";
import { checkVerdicts, type PlacedVerdict, type RecordedVerdict, recordedMatcher } from "./core/match/recorded.ts";
import { parseModelRef } from "./core/model.ts";
import type { Provider, ProviderWorld } from "./core/provider.ts";
import type { Barred } from "./core/apply-gates.ts";
import type { Report } from "./core/report.ts";
import type { Scorer } from "./core/scorer.ts";
import type { Suite } from "./core/suite.ts";
import type { JudgeChoice, PreparedJudge } from "./judge.ts";
import { type Dataset, loadDataset } from "./load/dataset.ts";
import { loadLexicalCalibration, type LoadedPrompt, loadPrompt, loadVerdicts, packageRoot } from "./load/files.ts";
import { hashOf } from "./load/hash.ts";
import type { RecordedReviewer } from "./load/sources/importer.ts";
import { type LoadedSource, loadSource } from "./load/sources/source.ts";
import { type LoadedSuite, loadSuite } from "./load/suite.ts";
import type { Override } from "./load/yaml.ts";
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
  matcher: Report["matcher"];
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
    const { matcherOf, facts, noDetectionBecause } = prepareMatching(suite, folder, source, dataset, providers);
    const judge = await prepareOwnJudge(request, suite, folder, dataset, providers, world);
    const reviewers = await Promise.all(
      providers.map(async ({ role, provider }) => {
        const ratings = source === null ? [] : (recordedReviewer(source, provider)?.ratings ?? []);
        const tools = { matcher: matcherOf(provider), ratings, judge: judge?.tools ?? null };
        return { role, provider, scorers: await createScorers(suite, tools) };
      }),
    );
    const informs = judge?.report().informsBecause ?? null;
    const barred: Barred = {
      ...(noDetectionBecause === null ? {} : { detection: noDetectionBecause }),
      ...(informs === null ? {} : { judge: informs }),
    };
    const generationHash = hashGenerations(suite, prompt, request.seed);
    const { seed } = request;
    return { loaded, suite, prompt, dataset, source, reviewers, matcher: facts, judge, barred, generationHash, seed };
  } catch (error) {
    dataset.close();
    throw error;
  }
}

/** @throws UsageError also where a reviewer would judge its own reviews */
async function prepareOwnJudge(
  request: RunRequest,
  { scorers, name }: Suite,
  folder: string,
  dataset: Dataset,
  prepared: readonly Omit<PreparedReviewer, "scorers">[],
  world: ProviderWorld,
): Promise<PreparedJudge | null> {
  if (scorers.judge === undefined) {
    const flag =
      request.judge?.ref !== undefined ? "--judge" : request.judge?.runs !== undefined ? "--judge-runs" : null;
    if (flag === null) return null;
    throw new UsageError(`${flag}: suite "${name}" has no judge (add --set scorers.judge={}, or leave it out)`);
  }
  const choice = { ref: request.judge?.ref, runs: request.judge?.runs };
  const { prepareJudge } = await import("./judge.ts");
  const judge = await prepareJudge(scorers.judge, choice, folder, dataset, request.seed, world);
  const self = prepared.find(({ provider }) => provider.identity === judge.provider?.identity);
  if (self !== undefined && !scorers.judge.allowSelf)
    throw new UsageError(
      `judge "${judge.provider?.ref ?? ""}": it is the reviewer ${self.provider.ref} itself (name another, or set scorers.judge.allowSelf=true)`,
    );
  return judge;
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

/** Only recordings can tell how many findings they have. */
function isRecorded(provider: Provider): boolean {
  return provider.countFindings !== undefined;
}

const needsNoDiff: ReadonlySet<string> = new Set(["floor", "ceiling"]);

function recordedReviewer({ reviewers }: LoadedSource, { name, model }: Provider): RecordedReviewer | undefined {
  return name === "recorded" ? reviewers.get(model) : undefined;
}

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

interface Matching {
  matcherOf: (provider: Provider) => Matcher;
  facts: PreparedRun["matcher"];
  noDetectionBecause: string | null;
}

/** Recorded verdicts are about the findings of recordings alone; all others are matched by words. */
function prepareMatching(
  { scorers: { detection } }: Suite,
  folder: string,
  source: LoadedSource | null,
  dataset: Dataset,
  prepared: readonly Omit<PreparedReviewer, "scorers">[],
): Matching {
  if (detection === undefined) return { matcherOf: () => lexicalMatcher, facts: null, noDetectionBecause: null };
  const lexical = lexicalFacts();
  if (detection.matcher !== "recorded") return { matcherOf: () => lexicalMatcher, ...lexical };

  const recorded = prepared.map(({ provider }) => provider).filter(isRecorded);
  const ofFile = detection.verdicts === undefined ? [] : loadVerdicts(resolve(folder, detection.verdicts));
  const { bugIdsOf } = dataset;
  checkVerdicts(ofFile, { bugIdsOf, countFindings: (caseId) => mostFindings(recorded, caseId) });
  const matchers = new Map<Provider, Matcher>();
  for (const provider of recorded) {
    const own = source === null ? undefined : recordedReviewer(source, provider);
    const verdicts = own === undefined ? ofFile : placeVerdicts(own.verdicts ?? [], provider.ref);
    if (own !== undefined)
      checkVerdicts(verdicts, { bugIdsOf, countFindings: (caseId) => mostFindings([provider], caseId) });
    matchers.set(provider, recordedMatcher(verdicts));
  }
  const others = prepared.filter(({ provider }) => !matchers.has(provider)).map(({ provider }) => provider.ref);
  return {
    matcherOf: (provider) => matchers.get(provider) ?? lexicalMatcher,
    facts: {
      name: "recorded",
      calibration: null,
      ...(source?.judge == null ? {} : { judge: source.judge }),
      ...(others.length === 0 ? {} : { lexicalFor: others }),
    },
    noDetectionBecause: prepared.some(({ role, provider }) => role === "measured" && !matchers.has(provider))
      ? "a measured reviewer has no recorded verdicts, so it was matched by words"
      : null,
  };
}

/** How many findings the longest recorded review of a case has; null where none is recorded. */
function mostFindings(recorded: readonly Provider[], caseId: string): number | null {
  const counts = recorded.map((provider) => provider.countFindings?.(caseId) ?? null).filter((count) => count !== null);
  return counts.length === 0 ? null : Math.max(...counts);
}

function placeVerdicts(verdicts: readonly RecordedVerdict[], ref: string): PlacedVerdict[] {
  return verdicts.map((verdict, index) => ({ place: `verdict ${index + 1} on ${ref}`, verdict }));
}

function lexicalFacts(): Omit<Matching, "matcherOf"> {
  const calibration = loadLexicalCalibration();
  const isCurrent = calibration?.version === lexicalVersion && calibration.threshold === lexicalThreshold;
  return {
    facts: { name: "lexical", calibration },
    noDetectionBecause: isCurrent
      ? null
      : "the lexical matcher has no current calibration, so it informs but does not gate",
  };
}
