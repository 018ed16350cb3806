import { resolve } from "node:path";
import { UsageError } from "../core/errors.ts";
import { lexicalMatcher, lexicalThreshold, lexicalVersion } from "../core/match/lexical.ts";
import type { Matcher } from "../core/match/matcher.ts";
import { checkVerdicts, type PlacedVerdict, recordedMatcher, verdictsByReviewer } from "../core/match/recorded.ts";
import type { Provider, ProviderWorld } from "../core/provider.ts";
import type { Report } from "../core/report.ts";
import { sourceReference } from "../core/source.ts";
import type { Suite } from "../core/suite.ts";
import type { PreparedJudgeMatcher } from "./judge-matcher.ts";
import type { Dataset } from "../load/dataset.ts";
import { loadLexicalCalibration, loadVerdicts } from "../load/files.ts";
import { hashOf } from "../load/hash.ts";
import type { RecordedReviewer } from "../load/sources/importer.ts";
import type { LoadedSource } from "../load/sources/source.ts";
import type { JudgeChoice } from "./panel.ts";

/** Who says which findings describe which bugs. */
export interface Matching {
  matcherOf(provider: Provider): Matcher;
  /** What the report says of it; of a judge as far as it has been asked. Null where detection is not scored. */
  facts: () => Report["matcher"];
  /** Why detection may not gate; null where it may. */
  noDetectionBecause: string | null;
  /** Reviewers whose verdicts the benchmark brings: what these leave open, no run can decide. Absent: none. */
  closedRecords?: ReadonlySet<string>;
  /** Hash of the recorded verdicts; absent where none were. */
  recordsHash?: string;
  /** The judge to be opened, asked and closed; null where nobody has to be asked. */
  judge: PreparedJudgeMatcher | null;
}

/** What matching is prepared of. */
export interface MatchingInput {
  suite: Suite;
  /** The suite's, to which its paths are relative. */
  folder: string;
  source: LoadedSource | null;
  dataset: Dataset;
  prepared: readonly { role: "measured" | "company"; provider: Provider }[];
  /** What the command says of the judge. */
  choice: JudgeChoice;
  seed: number;
}

/** Recorded verdicts are about the findings of recordings alone, and all others are matched by words; a judge is asked about all. */
export async function prepareMatching(input: MatchingInput, world: ProviderWorld): Promise<Matching> {
  const { detection, judge: ofScorer } = input.suite.scorers;
  if (detection === undefined)
    return { matcherOf: () => lexicalMatcher, facts: () => null, noDetectionBecause: null, judge: null };
  if (detection.matcher === "lexical") return { matcherOf: () => lexicalMatcher, ...lexicalFacts(), judge: null };
  if (detection.matcher === "recorded") return matchByRecord(input, detection.verdicts);
  const { prepareJudgeMatcher } = await import("./judge-matcher.ts");
  const { choice, folder, seed } = input;
  const judge = await prepareJudgeMatcher(detection.rubric, ofScorer, choice, folder, seed, world);
  const { matcher, facts, informsBecause } = judge;
  return { matcherOf: () => matcher, facts, noDetectionBecause: informsBecause, judge };
}

function matchByRecord({ folder, source, dataset, prepared }: MatchingInput, file: string | undefined): Matching {
  const recorded = prepared.map(({ provider }) => provider).filter(isRecorded);
  const ofSource = new Map(recorded.map((provider) => [provider, verdictsOfSource(source, provider)]));
  const left = recorded.filter((provider) => ofSource.get(provider) === undefined);
  if (file !== undefined && source?.judge != null && left.length === 0)
    throw new UsageError(
      `scorers.detection.verdicts: ${sourceReference(source.manifest)} brings the verdicts on its own reviewers, and no other recorded reviewer is measured (remove it)`,
    );
  const ofFile = file === undefined ? [] : loadVerdicts(resolve(folder, file));
  const closedRecords = new Set(recorded.filter((provider) => !left.includes(provider)).map(({ ref }) => ref));
  const second = ofFile.find(({ verdict }) => closedRecords.has(verdict.reviewer ?? ""));
  if (second !== undefined)
    throw new UsageError(
      `${second.place}: reviewer: the source brings the verdicts on ${second.verdict.reviewer} itself (remove the line)`,
    );
  const { bugIdsOf } = dataset;
  checkVerdicts(ofFile, { bugIdsOf, reviewsOf: () => [] });
  const byReviewer = verdictsByReviewer(
    ofFile,
    left.map(({ ref }) => ref),
  );
  const matchers = new Map<Provider, Matcher>();
  const records: [reviewer: string, verdicts: unknown[]][] = [];
  for (const provider of recorded) {
    const verdicts = ofSource.get(provider) ?? byReviewer.get(provider.ref) ?? [];
    const reviewsOf = (caseId: string) => provider.recordedReviews?.(caseId) ?? [];
    checkVerdicts(verdicts, { bugIdsOf, reviewsOf });
    matchers.set(provider, recordedMatcher(verdicts, reviewsOf));
    records.push([provider.ref, verdicts.map(({ verdict }) => verdict)]);
  }
  const others = prepared.filter(({ provider }) => !matchers.has(provider)).map(({ provider }) => provider.ref);
  return {
    matcherOf: (provider) => matchers.get(provider) ?? lexicalMatcher,
    facts: () => ({
      name: "recorded",
      calibration: null,
      ...(source?.judge == null ? {} : { judge: source.judge }),
      ...(others.length === 0 ? {} : { lexicalFor: others }),
    }),
    noDetectionBecause: prepared.some(({ role, provider }) => role === "measured" && !matchers.has(provider))
      ? "a measured reviewer has no recorded verdicts, so it was matched by words"
      : null,
    closedRecords,
    recordsHash: hashOf(records),
    judge: null,
  };
}

/** Whether a provider repeats recordings: only those can tell what they have. */
export function isRecorded(provider: Provider): boolean {
  return provider.recordedReviews !== undefined;
}

/** What a public benchmark recorded of this reviewer; undefined where it is none of the benchmark's. */
export function recordedReviewer({ reviewers }: LoadedSource, { name, model }: Provider): RecordedReviewer | undefined {
  return name === "recorded" ? reviewers.get(model) : undefined;
}

/** Undefined for a reviewer of whom the source brings none. */
function verdictsOfSource(source: LoadedSource | null, provider: Provider): PlacedVerdict[] | undefined {
  const own = source === null ? undefined : recordedReviewer(source, provider);
  return own?.verdicts?.map((verdict, index) => ({ place: `verdict ${index + 1} on ${provider.ref}`, verdict }));
}

function lexicalFacts(): Pick<Matching, "facts" | "noDetectionBecause"> {
  const calibration = loadLexicalCalibration();
  const isCurrent = calibration?.version === lexicalVersion && calibration.threshold === lexicalThreshold;
  return {
    facts: () => ({ name: "lexical", calibration }),
    noDetectionBecause: isCurrent
      ? null
      : "the lexical matcher has no current calibration, so it informs but does not gate",
  };
}
