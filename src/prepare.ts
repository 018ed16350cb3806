import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { UsageError } from "./core/errors.ts";
import type { MatcherCalibration } from "./core/match/calibration.ts";
import { lexicalMatcher, lexicalThreshold, lexicalVersion } from "./core/match/lexical.ts";
import type { Matcher } from "./core/match/matcher.ts";
import { checkVerdicts, type PlacedVerdict, recordedMatcher } from "./core/match/recorded.ts";
import { parseModelRef } from "./core/model.ts";
import type { Provider, ProviderWorld } from "./core/provider.ts";
import type { Scorer } from "./core/scorer.ts";
import type { Suite } from "./core/suite.ts";
import { type Dataset, loadDataset } from "./load/dataset.ts";
import { loadLexicalCalibration, type LoadedPrompt, loadPrompt, loadVerdicts, packageRoot } from "./load/files.ts";
import { hashOf } from "./load/hash.ts";
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
}

/** One reviewer that is ready to be asked. */
export interface PreparedReviewer {
  role: "measured" | "company";
  provider: Provider;
}

/** Everything that a run needs, read and checked; nothing has been asked yet. */
export interface PreparedRun {
  loaded: LoadedSuite;
  suite: Suite;
  prompt: LoadedPrompt;
  dataset: Dataset;
  reviewers: readonly PreparedReviewer[];
  scorers: readonly Scorer[];
  matcher: { name: string; calibration: MatcherCalibration | null } | null;
  /** Why metrics of detection may not gate; null where they may. */
  noDetectionBecause: string | null;
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
export async function prepareRun(request: RunRequest, world: ProviderWorld): Promise<PreparedRun> {
  const loaded = loadSuite(request.suite, suiteFolders(), request.overrides);
  const { suite, folder } = loaded;
  const prompt = loadPrompt(resolve(folder, suite.reviewer.prompt));
  const { matcher, facts, noDetectionBecause, verdicts } = prepareMatcher(suite, folder);
  const reviewers = await prepareReviewers(request, suite, world);
  const dataset = loadDataset(suite.dataset, folder, request.seed);
  checkVerdicts(verdicts, { bugIdsOf: dataset.bugIdsOf, countFindings: countFindingsOf(reviewers) });
  const { unit, contract, maxTokens, temperature, repeats } = suite.reviewer;
  return {
    loaded,
    suite,
    prompt,
    dataset,
    reviewers,
    scorers: await createScorers(suite, { matcher }),
    matcher: facts,
    noDetectionBecause,
    generationHash: hashOf({
      name: suite.name,
      dataset: suite.dataset,
      prompt: prompt.hash,
      unit,
      contract,
      maxTokens,
      temperature,
      repeats,
      seed: request.seed,
    }),
    seed: request.seed,
  };
}

async function prepareReviewers(
  { models }: RunRequest,
  suite: Suite,
  world: ProviderWorld,
): Promise<PreparedReviewer[]> {
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
  const prepared: PreparedReviewer[] = [];
  for (const { ref, role } of refs) {
    const settings = { contract, timeoutMs, ...(role === "measured" ? own : {}) };
    prepared.push({ role, provider: await loadProvider(parseModelRef(ref), settings, world) });
  }
  return prepared;
}

interface PreparedMatcher {
  matcher: Matcher;
  facts: PreparedRun["matcher"];
  noDetectionBecause: string | null;
  /** Recorded verdicts, still to be checked against the dataset and the recordings. */
  verdicts: readonly PlacedVerdict[];
}

function prepareMatcher({ scorers: { detection } }: Suite, folder: string): PreparedMatcher {
  if (detection === undefined) return { matcher: lexicalMatcher, facts: null, noDetectionBecause: null, verdicts: [] };
  if (detection.matcher === "recorded") {
    const verdicts = loadVerdicts(resolve(folder, detection.verdicts ?? ""));
    return {
      matcher: recordedMatcher(verdicts),
      facts: { name: "recorded", calibration: null },
      noDetectionBecause: null,
      verdicts,
    };
  }
  const calibration = loadLexicalCalibration();
  const isCurrent = calibration?.version === lexicalVersion && calibration.threshold === lexicalThreshold;
  return {
    matcher: lexicalMatcher,
    facts: { name: "lexical", calibration },
    noDetectionBecause: isCurrent
      ? null
      : "the lexical matcher has no current calibration, so it informs but does not gate",
    verdicts: [],
  };
}

/** The longest recorded review of a case; null for all cases where a measured reviewer is still to be asked. */
function countFindingsOf(reviewers: readonly PreparedReviewer[]): (caseId: string) => number | null {
  const measured = reviewers.filter(({ role }) => role === "measured").map(({ provider }) => provider);
  if (measured.some((provider) => provider.countFindings === undefined)) return () => null;
  return (caseId) => {
    const counts = measured
      .map((provider) => provider.countFindings?.(caseId) ?? null)
      .filter((count) => count !== null);
    return counts.length === 0 ? null : Math.max(...counts);
  };
}
