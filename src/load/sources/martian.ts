import { z } from "zod";
import type { Bug } from "../../core/case.ts";
import { suggestWord, UsageError } from "../../core/errors.ts";
import { parseJsonDocument } from "../../core/json-line.ts";
import type { RecordedVerdict } from "../../core/match/recorded.ts";
import type { ImportedSource, ImportSource, RecordedReviewer, SourceFiles } from "./importer.ts";

const text = z.string().min(1);

const PullRequests = z.array(
  z.looseObject({
    pr_title: text,
    url: z.string().regex(/^https:\/\/github\.com\/[\w.-]+\/[\w.-]+\/pull\/\d+$/, "expected a pull request on GitHub"),
    original_url: z.string().nullish(),
    comments: z.array(z.looseObject({ comment: text, severity: z.enum(["Low", "Medium", "High", "Critical"]) })),
  }),
);
type PullRequest = z.infer<typeof PullRequests>[number];

const Labels = z.record(
  z.string(),
  z.looseObject({
    derived: z.looseObject({ language: text }),
    comment_bug_types: z.array(z.looseObject({ bug_type: text })),
  }),
);

const Candidates = z.record(z.string(), z.record(z.string(), z.array(z.looseObject({ text }))));

const Evaluation = z.looseObject({
  true_positives: z.array(
    z.looseObject({ golden_comment: text, matched_candidate: text, confidence: z.number().min(0).max(1) }),
  ),
  false_positives: z.array(z.looseObject({ candidate: text })),
  false_negatives: z.array(z.looseObject({ golden_comment: text })),
  /** A judge call that failed was taken for a "no", so a review that had one says nothing for certain. */
  errors_count: z.int().refine((count) => count === 0, "expected no failed judge calls (judge the review again)"),
});
type Evaluation = z.infer<typeof Evaluation>;

const Evaluations = z.record(z.string(), z.record(z.string(), Evaluation));

type ImportedCase = ImportedSource["cases"][number];

/**
 * Martian's Code Review Bench: pull requests with the bugs that people listed, known by their address alone, and the
 * reviews of several tools with the verdicts of one judge.
 */
export const importSource: ImportSource = (files, { judge: asked }) => {
  const judge = chooseJudge(files.paths, asked);
  const cases = importCases(files);
  const evaluationsPath = `offline/results/${judge}/evaluations.json`;
  const evaluations = parseFile(files, evaluationsPath, Evaluations);
  const candidates = parseFile(files, `offline/results/${judge}/candidates.json`, Candidates);
  const stranger = [...Object.keys(evaluations), ...Object.keys(candidates)].find((url) => !cases.has(url));
  if (stranger !== undefined)
    throw new UsageError(
      `${files.place(evaluationsPath)}: "${stranger}" is reviewed there but has no golden comments (copy the source again)`,
    );

  const reviewers = new Map<string, Required<Pick<RecordedReviewer, "recordings" | "verdicts">>>();
  const names = [...Object.values(evaluations), ...Object.values(candidates)].flatMap((byTool) => Object.keys(byTool));
  for (const name of [...new Set(names)].sort()) reviewers.set(name, { recordings: [], verdicts: [] });
  for (const [url, { id, bugs = [] }] of cases) {
    for (const [name, { recordings, verdicts }] of reviewers) {
      const evaluation = evaluations[url]?.[name];
      const said = candidates[url]?.[name];
      if (evaluation === undefined && said === undefined) continue;
      const place = `${files.place(evaluationsPath)}: ${url}.${name}`;
      const review = joinReview(said?.map((one) => one.text) ?? [], evaluation, place);
      recordings.push({ caseId: id, findings: review.messages.map((message) => ({ message })) });
      if (evaluation !== undefined) verdicts.push(...deriveVerdicts({ id, bugs, judge, place }, evaluation, review));
    }
  }
  return { cases: [...cases.values()], reviewers, judge };
};

function parseFile<T extends z.ZodType>(files: SourceFiles, path: string, schema: T): z.infer<T> {
  return parseJsonDocument(schema, files.read(path), files.place(path));
}

/** The judge whose folder has the asked name, or alone has it in its name. */
function chooseJudge(paths: readonly string[], asked: string | undefined): string {
  const judges = paths.flatMap((path) => /^offline\/results\/([^/]+)\/evaluations\.json$/.exec(path)?.[1] ?? []);
  const wanted = asked?.toLowerCase() ?? "opus";
  const fitting = judges.filter((judge) => judge.toLowerCase().includes(wanted));
  const [only] = judges.includes(asked ?? "") ? [asked] : fitting;
  if (only !== undefined && (fitting.length === 1 || only === asked)) return only;
  const problem = fitting.length > 1 ? `"${wanted}" fits several judges` : `unknown judge "${wanted}"`;
  throw new UsageError(`dataset.judge: ${problem} (${suggestWord(wanted, judges)})`);
}

/** The cases by the address of their pull request. */
function importCases(files: SourceFiles): Map<string, ImportedCase> {
  const labelsPath = "offline/results/pr_labels.json";
  const labels = parseFile(files, labelsPath, Labels);
  const cases = new Map<string, ImportedCase>();
  for (const path of files.paths.filter((one) => one.startsWith("offline/golden_comments/"))) {
    for (const [index, pullRequest] of parseFile(files, path, PullRequests).entries()) {
      const { url, comments } = pullRequest;
      const place = `${files.place(path)}: [${index}]`;
      if (cases.has(url)) throw new UsageError(`${place}.url: "${url}" stands there twice (remove one)`);
      const label = labels[url];
      if (label === undefined)
        throw new UsageError(`${files.place(labelsPath)}: no labels of "${url}" (copy the source again)`);
      const types = label.comment_bug_types.map((one) => one.bug_type);
      if (types.length !== comments.length)
        throw new UsageError(
          `${files.place(labelsPath)}: ${url}.comment_bug_types: expected one for each of ${comments.length} golden comments, got ${types.length} (copy the source again)`,
        );
      cases.set(url, caseOf(pullRequest, label.derived.language, types));
    }
  }
  return cases;
}

function caseOf({ url, pr_title, original_url, comments }: PullRequest, language: string, types: string[]) {
  const [owner = "", name = "", , number = ""] = url.split("/").slice(3);
  const bugs = comments.map(({ comment, severity }, index): Bug => ({
    id: `bug-${index + 1}`,
    category: (types[index] ?? "other").toLowerCase().replaceAll("_", "-"),
    severity: severity.toLowerCase() as Lowercase<typeof severity>,
    description: comment,
  }));
  return {
    id: `${name}-${number}`,
    diff: "",
    language: language.toLowerCase(),
    title: pr_title,
    bugs,
    repo: `${owner}/${name}`,
    pr: url,
    cluster: url,
    license: "MIT",
    meta: { source: "withmartian/code-review-benchmark", ...(original_url == null ? {} : { original: original_url }) },
  };
}

/** All that one tool said of one pull request, and where the texts of the evaluation stand in it. */
interface JoinedReview {
  messages: string[];
  /** Index of each candidate that was matched, by its text. */
  matched: ReadonlyMap<string, number>;
  /** Indices of the false positives. */
  wrong: ReadonlySet<number>;
}

/**
 * The union of candidates and evaluation: some reviews were judged with a remark that is no longer among their
 * candidates. The evaluation names candidates by text, so equal texts are given out one by one: all matches by one text
 * are one finding, each false positive is one of its own.
 */
function joinReview(candidates: readonly string[], evaluation: Evaluation | undefined, place: string): JoinedReview {
  const messages = [...candidates];
  const free = Map.groupBy(messages.keys(), (index) => messages[index] ?? "");
  const take = (message: string) => free.get(message)?.shift() ?? messages.push(message) - 1;
  const matched = new Map<string, number>();
  for (const { matched_candidate: message } of evaluation?.true_positives ?? [])
    if (!matched.has(message)) matched.set(message, take(message));
  const wrong = (evaluation?.false_positives ?? []).map(({ candidate }, index) => {
    if (matched.has(candidate) && (free.get(candidate) ?? []).length === 0)
      throw new UsageError(
        `${place}.false_positives[${index}]: its candidate is a true positive as well (copy the source again)`,
      );
    return take(candidate);
  });
  return { messages, matched, wrong: new Set(wrong) };
}

interface JudgedCase {
  id: string;
  bugs: readonly Bug[];
  judge: string;
  place: string;
}

/**
 * What is known of the verdicts: yes to each match; no to a bug that was missed with every finding, and to a false
 * positive with every bug, since that is what the benchmark takes it for (it may be a duplicate that came later and was
 * no surer). Of a bug that was found only the surest match was kept, so of all other pairs nothing is known.
 */
function deriveVerdicts(
  { id: caseId, bugs, judge, place }: JudgedCase,
  { true_positives, false_negatives }: Evaluation,
  { messages, matched, wrong }: JoinedReview,
): RecordedVerdict[] {
  const free = Map.groupBy(bugs.keys(), (index) => bugs[index]?.description ?? "");
  const takeBug = (description: string, path: string): number => {
    const index = free.get(description)?.shift();
    if (index !== undefined) return index;
    throw new UsageError(
      `${place}.${path}.golden_comment: the pull request has no such golden comment, or it was judged before (copy the source again)`,
    );
  };
  const holderOf = new Map(
    true_positives.map(({ golden_comment, matched_candidate, confidence }, index) => {
      const bugIndex = takeBug(golden_comment, `true_positives[${index}]`);
      return [bugIndex, { findingIndex: matched.get(matched_candidate), confidence }];
    }),
  );
  const missed = new Set(
    false_negatives.map(({ golden_comment }, index) => takeBug(golden_comment, `false_negatives[${index}]`)),
  );
  const left = bugs.find((_, index) => !holderOf.has(index) && !missed.has(index));
  if (left !== undefined)
    throw new UsageError(
      `${place}: expected every golden comment under true_positives or false_negatives, but "${left.description}" is in neither (copy the source again)`,
    );
  return messages.flatMap((_, findingIndex) =>
    bugs.flatMap(({ id: bugId }, bugIndex): RecordedVerdict[] => {
      const holder = holderOf.get(bugIndex);
      const common = { caseId, findingIndex, bugId, judge };
      if (holder?.findingIndex === findingIndex) return [{ ...common, match: true, confidence: holder.confidence }];
      return wrong.has(findingIndex) || missed.has(bugIndex) ? [{ ...common, match: false }] : [];
    }),
  );
}
