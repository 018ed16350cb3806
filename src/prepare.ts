import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { AskableJudge } from "./judging/ask-judge.ts";
import { besideBaseline, checkBaseline, type NamedBaseline, openBaseline } from "./baseline.ts";
import type { Engine } from "./core/engine.ts";
import { UsageError } from "./core/errors.ts";
import { findingsJsonSchema } from "./core/findings-schema.ts";
import type { Provider, ProviderWorld } from "./core/provider.ts";
import { inOneSpelling } from "./core/judge/address.ts";
import { type Barred, barsOfJudge } from "./core/apply-gates.ts";
import type { Price } from "./core/cost.ts";
import type { Scorer } from "./core/scorer.ts";
import { nameShard, type ShardChoice } from "./core/shard.ts";
import type { Suite } from "./core/suite.ts";
import type { PreparedJudge } from "./judging/judge.ts";
import { type Dataset, loadDataset } from "./load/dataset.ts";
import { type LoadedPrompt, loadPrompt, packageRoot } from "./load/files.ts";
import { hashOf } from "./load/hash.ts";
import { listSources, type LoadedSource, loadSource, type SourceCatalogue } from "./load/sources/source.ts";
import { type LoadedSuite, loadSuite } from "./load/suite.ts";
import type { Override } from "./load/yaml.ts";
import { isRecorded, type Matching, prepareMatching, recordedReviewer } from "./judging/matching.ts";
import type { JudgeChoice, Member } from "./judging/panel.ts";
import { planShard, type PreparedShard } from "./plan-shard.ts";
import { planSweep, type PreparedSweep } from "./plan-sweep.ts";
import { promptsForProof } from "./serving/proof-prompts.ts";
import { refuseModels } from "./refuse-models.ts";
import { type OpenedReviewer, openReviewers } from "./reviewers.ts";
import { checkSaved, openSavedReviewers, savedLatency, type SavedRun } from "./saved-run.ts";
import { createScorers } from "./scorers/index.ts";
import { checkBudget, type PaidJudge } from "./spending.ts";

/** What a run is asked to do, as the command line says it. */
export interface RunRequest {
  /** Name or path of the suite. */
  suite: string;
  /** Replace the suite's reviewers; empty keeps them. */
  models: readonly string[];
  overrides: readonly Override[];
  seed: number;
  /** The judge that the command names, or several, in place of the suite's. */
  judge?: Partial<JudgeChoice>;
  /** What measured reviewers are compared with: a stored run, or a model that is measured beside them. */
  baseline?: string | undefined;
  /** Which part of the cases is measured; all of them where it is left out. */
  shard?: ShardChoice | undefined;
  /** The run whose reviews are scored again, so that nobody is asked for any. */
  saved?: SavedRun | undefined;
  /** Whether a source is fetched without a word. */
  isQuiet?: boolean;
}

/** What preparing a run needs of the outside. */
export interface PrepareWorld extends ProviderWorld {
  stderr: { write(text: string): unknown };
  signal: AbortSignal;
  /** The public benchmarks that a suite may name; the program's own where it is left out. */
  sources?: SourceCatalogue;
  /** Whether models of the Hub are only looked up, and not fetched, as nobody is going to ask them. */
  isDry?: boolean;
}

/** One reviewer that is ready to be asked, with the scorers for its reviews. */
export interface PreparedReviewer extends Omit<OpenedReviewer, "price"> {
  scorers: readonly Scorer[];
  /** What the report calls it; its reference unless told. */
  id?: string;
  /** The split that it is measured on beside those that the report is of. */
  split?: string;
  /** What its answers are charged by; absent or null where nobody knows. */
  price?: Price | null;
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
  /** The engines that serve models from disk; they stop whatever they started once they are closed. */
  engines: readonly Engine[];
  matching: Pick<Matching, "facts" | "judge" | "closedRecords" | "recordsHash">;
  /** All that are to be opened, asked and closed: the judges of reviews and those of findings and bugs. */
  judges: readonly AskableJudge[];
  /** The same as the budget sees them. */
  paidJudges: readonly PaidJudge[];
  /** Null where the suite has no judge. */
  judge: PreparedJudge | null;
  /** How the checkpoints of a training run are measured; null where there are none. */
  sweep: PreparedSweep | null;
  /** Null where all cases are measured. */
  shard: PreparedShard | null;
  /** Null where reviewers are asked. */
  saved: SavedRun | null;
  /** What measured reviewers are compared with; null where the command names nothing. */
  baseline: NamedBaseline | null;
  /** Scorers whose metrics may not gate, each with the reason. */
  barred: Barred;
  /** Of all that decides which generations are asked for: a journal may be resumed only under the same. */
  generationHash: string;
  /** The same in words, by where the suite has it. */
  settings: Readonly<Record<string, string>>;
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
  const { folder } = loaded;
  const baseline = openBaseline(request.baseline);
  const named = request.models.length > 0 ? request.models : loaded.suite.reviewers;
  const suite = besideBaseline(loaded.suite, baseline, named);
  const prompt = loadPrompt(resolve(folder, suite.reviewer.prompt));
  refuseModels([...named, ...suite.company], {
    source: suite.dataset.source,
    known: world.sources?.list ?? listSources,
  });
  const isWanted = suite.dataset.source !== undefined;
  const source = isWanted ? await loadSource(suite.dataset, sourceWorld(request, world), world.sources) : null;
  const { saved = null } = request;
  // An adapter is proved when the dataset has been read.
  let ownPrompts: () => readonly string[] = () => [];
  const { opened: providers, engines } =
    saved === null
      ? await openReviewers(request.models, suite, source, {
          ...world,
          note: noteTo(request, world),
          ownPrompts: () => ownPrompts(),
        })
      : { opened: await openSavedReviewers(saved, suite, source, world), engines: [] };
  const whole = loadDataset(
    { ...suite.dataset, path: source?.folder ?? suite.dataset.path ?? "" },
    folder,
    request.seed,
  );
  try {
    const { sweep, dataset: all } = planSweep(suite, whole, providers);
    const { shard, dataset } = planShard(request.shard, suite, all, sweep, prompt.prompt);
    ownPrompts = () => promptsForProof(dataset, prompt.prompt, suite);
    checkBaseline(baseline, providers);
    const asked = saved === null ? providers.map(({ provider }) => provider) : [];
    checkDiffs(all, suite, asked);
    const choice = choiceOf(request);
    const { seed } = request;
    const matching = await prepareMatching(
      { suite, folder, source, dataset, prepared: providers, choice, seed },
      world,
    );
    checkSelf(matching.judge?.members ?? [], suite, providers);
    const { noDetectionBecause } = matching;
    const ofAll = await prepareOwnJudge(request, suite, folder, all, providers, world);
    const judge = ofAll === null || shard === null ? ofAll : { ...ofAll, cases: countReferenced(dataset) };
    const reviewers = await Promise.all(
      providers.map(async (opened) => {
        const { provider } = opened;
        const ratings = source === null ? [] : (recordedReviewer(source, provider)?.ratings ?? []);
        const safety = { template: prompt.prompt.template, findSecrets };
        const tools = { matcher: matching.matcherOf(provider), ratings, judge: judge?.tools ?? null, safety };
        return { ...opened, scorers: await createScorers(suite, tools) };
      }),
    );
    const members = [judge, matching.judge].flatMap((one) => one?.members ?? []);
    const judges = members.map((member) => member.judge);
    const paidJudges = members.map(paidJudge);
    checkBudget(suite.budget, providers, paidJudges);
    const barred: Barred = {
      ...(noDetectionBecause === null ? {} : { detection: noDetectionBecause }),
      ...barsOfJudge(judge),
    };
    const decisive = decidesGenerations(suite, source, prompt, seed, shard);
    const [generationHash, settings] = [hashOf(decisive), inWords(decisive)];
    if (saved !== null) {
      checkSaved(saved, dataset, { generationHash, settings });
      savedLatency(saved, suite);
    }
    const measured = { loaded, suite, prompt, dataset, source, reviewers, engines, baseline, sweep, shard, saved };
    return { ...measured, matching, judge, judges, paidJudges, barred, generationHash, settings, seed };
  } catch (error) {
    whole.close();
    throw error;
  }
}

/** @throws UsageError also where a reviewer would judge its own reviews */
async function prepareOwnJudge(
  request: RunRequest,
  suite: Suite,
  folder: string,
  dataset: Dataset,
  prepared: readonly OpenedReviewer[],
  world: ProviderWorld,
): Promise<PreparedJudge | null> {
  const { scorers, name } = suite;
  const choice = choiceOf(request);
  if (scorers.judge === undefined) {
    if (scorers.detection?.matcher === "judge") return null;
    const flag = choice.refs.length > 0 ? "--judge" : choice.runs !== undefined ? "--judge-runs" : null;
    if (flag === null) return null;
    throw new UsageError(`${flag}: suite "${name}" has no judge (add --set scorers.judge={}, or leave it out)`);
  }
  const { prepareJudge } = await import("./judging/judge.ts");
  const judge = await prepareJudge(scorers.judge, choice, folder, dataset, request.seed, world);
  checkSelf(judge.members, suite, prepared);
  return judge;
}

function choiceOf({ judge }: RunRequest): JudgeChoice {
  return { refs: judge?.refs ?? [], runs: judge?.runs };
}

/** Rules of a secret scanner take their time to load, so only a suite that needs them does. */
async function findSecrets(texts: readonly { path: string; text: string }[]): Promise<string[]> {
  return (await import("./providers/static/secretlint.ts")).findSecrets(texts);
}

function checkSelf(members: readonly Member[], { scorers }: Suite, prepared: readonly OpenedReviewer[]): void {
  if (scorers.judge?.allowSelf === true) return;
  for (const { judge } of members) {
    const identity = inOneSpelling(judge.provider?.identity ?? "");
    const self = prepared.find(({ provider }) => inOneSpelling(provider.identity) === identity);
    if (self === undefined) continue;
    throw new UsageError(
      `judge "${judge.ref}": it is the reviewer ${self.provider.ref} itself (name another, or set scorers.judge.allowSelf=true)`,
    );
  }
}

/** A judge as the budget sees it. */
function paidJudge({ judge, price }: Member): PaidJudge {
  return { ref: judge.ref, isFree: judge.provider === null, price, spent: judge.spent, kept: judge.kept };
}

function sourceWorld(request: RunRequest, world: PrepareWorld) {
  const { fetch, env, signal } = world;
  return { fetch, env, signal, note: noteTo(request, world) };
}

function noteTo({ isQuiet = false }: RunRequest, { stderr }: PrepareWorld): (line: string) => void {
  return (line) => void (isQuiet || stderr.write(`${line}\n`));
}

/** Where a copy of a source lies does not change what it holds. */
function decidesGenerations(
  { name, dataset, reviewer }: Suite,
  source: LoadedSource | null,
  prompt: LoadedPrompt,
  seed: number,
  shard: ShardChoice | null,
) {
  const { dir: _dir, judge: _judge, ...settings } = dataset;
  // Who it is, in whatever words.
  const chosen = source?.judge == null ? settings : { ...settings, judge: source.judge };
  const { unit, contract, maxTokens, temperature, repeats, structured } = reviewer;
  // Left out where it is off: a run of before there was such a thing can be gone on with.
  const held = structured ? { schema: findingsJsonSchema() } : {};
  const part = shard === null ? {} : { shard: nameShard(shard) };
  const asked = { unit, contract, maxTokens, temperature, repeats, seed, ...part, ...held };
  return { name, dataset: chosen, prompt: prompt.hash, ...asked };
}

function inWords(decisive: ReturnType<typeof decidesGenerations>): Record<string, string> {
  const { name, dataset, seed, shard, schema, ...asked }: typeof decisive & { schema?: unknown; shard?: string } =
    decisive;
  const reviewer = { ...asked, ...(schema === undefined ? {} : { structured: true }) };
  const under = (key: string, values: object) =>
    Object.entries(values).map(([inner, value]) => [`${key}.${inner}`, String(value)]);
  const all = [["name", name], ...under("dataset", dataset), ...under("reviewer", reviewer), ["seed", `${seed}`]];
  return Object.fromEntries(shard === undefined ? all : [...all, ["shard", shard]]) as Record<string, string>;
}

function countReferenced({ entries }: Dataset): number {
  return entries.filter(({ fields }) => fields["references"] !== 0).length;
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
