import { basename, resolve } from "node:path";
import { UsageError } from "../core/errors.ts";
import { plural } from "../core/format.ts";
import { type MergedLabels, mergeLabels } from "../core/judge/labels.ts";
import { indexNorms, type NormIndex } from "../core/judge/norm.ts";
import type { Question } from "../core/judge/prompt.ts";
import type { Rubric } from "../core/judge/rubric.ts";
import { selectByHash } from "../core/select.ts";
import { type SourceManifest, sourceReference } from "../core/source.ts";
import type { Case } from "../core/case.ts";
import { type Dataset, loadDataset } from "../load/dataset.ts";
import { sha256 } from "../load/hash.ts";
import { bcBenchPairs, loadBcBenchPairs, loadLabels } from "../load/judge-labels.ts";
import { listSources, loadSource, openSource, type SourceWorld } from "../load/sources/source.ts";
import { questionAbout } from "../scorers/judge.ts";

/** A question to a judge whose answer people gave: by axis, true is pass. */
export interface LabelledQuestion {
  caseId: string;
  question: Question;
  people: Record<string, boolean>;
}

/** What people say, ready to be put to a judge. */
export interface LabelledQuestions {
  /** Whose labels these are, as records name them. */
  source: string;
  items: LabelledQuestion[];
  /** What was left out and why, one line each. */
  notes: string[];
  /** By axis, how people agree among themselves; null or absent where no two labelled the same. */
  agreement: MergedLabels["agreement"];
}

/** Where people's labels are to be taken from. */
export interface LabelRequest {
  /** A file of labels, `crscore` or `bc-bench`. */
  against: string;
  /** Of the cases that a file of labels is about. */
  dataset: string | undefined;
  /** A local copy of crscore; or a folder with pairs as bc-bench has them, which may be others. */
  dir: string | undefined;
  seed: number;
}

/**
 * Reads people's labels and makes of them the questions that a judge is asked in a run.
 * @throws UsageError for labels that are not there, not as they should be, or not about what the rubric judges
 */
export async function gatherLabels(
  request: LabelRequest,
  rubric: Rubric,
  world: SourceWorld,
): Promise<LabelledQuestions> {
  if (request.against === "crscore") return gatherCrscore(request, rubric, world);
  if (request.against === "bc-bench") return gatherBcBench(request, rubric, world);
  return gatherFile(request, rubric);
}

/** The first so many questions by hash, all of a case together. */
export function limitQuestions(items: readonly LabelledQuestion[], limit: number, seed: number): LabelledQuestion[] {
  const clustered = items.map((item) => ({ item, cluster: item.caseId }));
  return selectByHash(clustered, limit, (cluster) => sha256(`${seed}\n${cluster}`)).map(({ item }) => item);
}

function gatherFile({ against, dataset: path, seed }: LabelRequest, rubric: Rubric): LabelledQuestions {
  requireKind(rubric, "review", "labels of reviews");
  if (path === undefined)
    throw new UsageError(
      `--against ${against}: the cases are missing (give --dataset PATH; or --against crscore or bc-bench)`,
    );
  return withDataset(path, seed, ({ cases, norms }) => {
    const { items: labels, hash } = loadLabels(resolve(against), rubric, new Set(cases.keys()));
    const { reviews, ties, people, agreement } = mergeLabels(labels);
    const items = reviews.flatMap(({ caseId, review, people: said }): LabelledQuestion[] => {
      const source = cases.get(caseId);
      const question = source === undefined ? null : questionAbout(source, review, norms);
      return question === null || review.trim() === "" ? [] : [{ caseId, question, people: said }];
    });
    const left = reviews.length - items.length;
    return {
      source: `${basename(against)} (sha256 ${hash.slice(0, 8)}, ${plural(reviews.length, "review")} by ${people.length === 1 ? "1 person" : `${people.length} people`})`,
      items,
      notes: [
        ...(ties === 0 ? [] : [`${plural(ties, "label")} left out: as many people passed as failed the review there`]),
        ...(left === 0
          ? []
          : [
              `${plural(left, "review")} left out: empty, or of a case without a reference, which no judge is asked about`,
            ]),
      ],
      agreement,
    };
  });
}

/** CRScore's people rated from 1 to 5 how relevant a review is, which is what `theme` asks. */
async function gatherCrscore(
  { dir, seed }: LabelRequest,
  rubric: Rubric,
  world: SourceWorld,
): Promise<LabelledQuestions> {
  requireKind(rubric, "review", "crscore's reviews");
  if (!rubric.axes.some(({ name }) => name === "theme"))
    throw new UsageError(`rubric ${rubric.name}: it has no axis theme, the only one that crscore has labels for`);
  const reference = sourceReference(manifestOf("crscore"));
  const settings = { source: reference, ...(dir === undefined ? {} : { dir }) };
  const { folder, reviewers } = await loadSource(settings, world);
  return withDataset(folder, seed, ({ cases, norms }) => {
    const counts = { between: 0, own: 0 };
    const items = [...reviewers].flatMap(([reviewer, { recordings, ratings = [] }]) => {
      const ratingOf = Map.groupBy(ratings, ({ caseId }) => caseId);
      return recordings.flatMap(({ caseId, text = "" }): LabelledQuestion[] => {
        const source = cases.get(caseId);
        const given = (ratingOf.get(caseId) ?? []).flatMap(({ relevance }) => relevance ?? []);
        if (source === undefined || given.length === 0 || text.trim() === "") return [];
        if (source.references.some(({ author }) => author === reviewer)) {
          counts.own += 1;
          return [];
        }
        const isRelevant = readRatings(given);
        const question = questionAbout(source, text, norms);
        if (isRelevant === null) counts.between += 1;
        return question === null || isRelevant === null ? [] : [{ caseId, question, people: { theme: isRelevant } }];
      });
    });
    return {
      source: `crscore (${reference}, relevance 4 and 5 as pass, 1 and 2 as fail)`,
      items,
      notes: [
        "crscore labels relevance alone: it says something about the axis theme, and nothing about the others",
        `${plural(counts.between, "review")} of relevance 3 left out: neither a pass nor a fail`,
        `${plural(counts.own, "review")} left out: the reference itself`,
      ],
      agreement: {},
    };
  });
}

/** Null where people are between pass and fail, or divided. */
function readRatings(given: readonly number[]): boolean | null {
  const mean = given.reduce((sum, rating) => sum + rating, 0) / given.length;
  return mean >= 4 ? true : mean <= 2 ? false : null;
}

async function gatherBcBench({ dir }: LabelRequest, rubric: Rubric, world: SourceWorld): Promise<LabelledQuestions> {
  requireKind(rubric, "pair", "bc-bench's pairs");
  const [axis, second] = rubric.axes.filter(({ required }) => required);
  if (axis === undefined || second !== undefined)
    throw new UsageError(`rubric ${rubric.name}: expected one required axis, which bc-bench's labels are for`);
  const manifest = manifestOf("bc-bench");
  const reference = sourceReference(manifest);
  const folder = dir === undefined ? (await openSource({ source: reference }, world)).home : resolve(dir);
  const { items: pairs, hash } = loadBcBenchPairs(folder);
  const isOwn = manifest.files.find(({ path }) => path === bcBenchPairs)?.sha256 === hash;
  return {
    source: `bc-bench ${bcBenchPairs} (sha256 ${hash.slice(0, 8)}, ${plural(pairs.length, "pair")}${isOwn ? "" : `; not those of ${reference}`})`,
    items: pairs.map(({ bug, finding, isSame }, index) => ({
      caseId: `pair ${index + 1}`,
      question: { judges: "pair", diff: "", bug, finding },
      people: { [axis.name]: isSame },
    })),
    notes:
      rubric.pairsPerCall === "one"
        ? []
        : [
            "each pair is of a change of its own, so each was asked about alone; a run asks about all of a case at once",
          ],
    agreement: {},
  };
}

function manifestOf(source: "crscore" | "bc-bench"): SourceManifest {
  const found = listSources().find(({ name }) => name === source);
  if (found === undefined) throw new Error(`datasets/${source}/source.json is missing`);
  return found.manifest;
}

function requireKind({ name, judges }: Rubric, kind: Rubric["judges"], what: string): void {
  if (judges !== kind) throw new UsageError(`rubric ${name}: it judges ${judges}s, and ${what} say nothing of those`);
}

function withDataset<T>(
  path: string,
  seed: number,
  use: (dataset: { cases: ReadonlyMap<string, Case>; norms: NormIndex }) => T,
): T {
  const dataset: Dataset = loadDataset({ path }, process.cwd(), seed);
  try {
    const cases = dataset.entries.map((entry) => dataset.read(entry));
    return use({ cases: new Map(cases.map((one) => [one.id, one])), norms: indexNorms(cases, seed, sha256) });
  } finally {
    dataset.close();
  }
}
