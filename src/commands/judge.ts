import { type AskableJudge, prepareAsking } from "../judging/ask-judge.ts";
import { programName } from "../command-line.ts";
import { gatherLabels, type LabelRequest, limitQuestions } from "./calibration-items.ts";
import { UsageError } from "../core/errors.ts";
import { plural, shortRef } from "../core/format.ts";
import { consensusPass } from "../core/judge/aggregate.ts";
import { type JudgeCalibration, readsAs, type SelfTestResult, updateCalibration } from "../core/judge/calibration.ts";
import { compareWithPeople, warnOfFewLabels } from "../core/judge/compare.ts";
import type { JudgedRun } from "../core/judge/judge.ts";
import type { Question } from "../core/judge/prompt.ts";
import { adviseAfter, type SelfTestCase, type SelfTestOutcome, selfTestOutcome } from "../core/judge/self-test.ts";
import { askAll, type JudgeWorld } from "./judge-asking.ts";
import { chooseRef, commandWords } from "../judging/panel.ts";
import { findJudgeCalibration, writeJudgeCalibration } from "../load/judge-calibration.ts";
import { type LoadedRubric, loadRubric } from "../load/rubric.ts";
import { loadSelfTest } from "../load/self-test.ts";
import { renderAgreement, renderSelfTest, renderSpent, type WrongCase } from "../reporters/judge-text.ts";

/** Which judge is meant, and how it is asked. */
export interface JudgeOptions {
  /** Name or path of the rubric. */
  rubric: string;
  /** A model reference or `lexical`; NITBENCH_JUDGE or the rubric names one where it is left out. */
  ref?: string | undefined;
  /** The rubric's where left out. */
  runs?: number | undefined;
  concurrency: number;
  /** Name of the variable that holds the judge's key. */
  keyVariable?: string | undefined;
  seed: number;
}

/** What a command has to say, in words and as one JSON document. */
export interface CommandResult {
  exitCode: number;
  text: string;
  document: unknown;
}

const timeoutMs = 120_000;
const retries = 5;

/**
 * Lets a judge take the self-test of its rubric and keeps the outcome on record. A critical case must fail in every run,
 * the others count as most runs have them. Exit code 0 where the test holds, 1 where it does not, 4 where that depends on
 * cases that were left unscored.
 * @throws UsageError before anything was asked; IncompleteError where the judge cannot be asked
 */
export async function judgeTest(options: JudgeOptions, world: JudgeWorld): Promise<CommandResult> {
  const loaded = loadRubric(options.rubric);
  const { rubric } = loaded;
  const { cases, file } = loadSelfTest(rubric);
  return withJudge(loaded, options, world, async (judge) => {
    const asked = cases.map((one) => ({ question: questionOf(one), caseId: "" }));
    const judged = await askAll(judge, loaded, asked, options.concurrency, world);
    const required = rubric.axes.filter((axis) => axis.required).map(({ name }) => name);
    const verdicts = new Map(cases.map((one, index) => [one.id, verdictOf(one, judged[index] ?? [], required)]));
    const outcome = selfTestOutcome(cases, verdicts, rubric.floor.selfTest);
    const selfTest = resultOf(outcome);
    const kept = await keep(judge, loaded, options, world, { selfTest });
    const wrong = cases.flatMap((one, index) => tellWrong(one, verdicts.get(one.id) ?? null, judged[index] ?? []));
    const isUndecided = selfTest.undecided !== undefined;
    const head = isUndecided ? "the self-test is undecided" : "the self-test does not hold";
    const verdict = selfTest.holds
      ? "the self-test holds"
      : `${head}: ${outcome.reasons.join("; ")} (${adviseAfter(outcome)})`;
    return {
      exitCode: selfTest.holds ? 0 : isUndecided ? 4 : 1,
      text: [
        headOf(judge, loaded, `self-test ${file}`),
        "",
        verdict,
        ...kept.lines,
        "",
        renderSelfTest(outcome, wrong),
      ].join("\n"),
      document: { ...kept.document, holds: selfTest.holds, outcome, wrong },
    };
  });
}

/** What to compare a judge with, beside which judge. */
export type CalibrateOptions = JudgeOptions & Omit<LabelRequest, "seed"> & { limit?: number | undefined };

/**
 * Compares a judge with people, axis by axis, and keeps the agreement on record.
 * @throws as `judgeTest`
 */
export async function judgeCalibrate(options: CalibrateOptions, world: JudgeWorld): Promise<CommandResult> {
  const loaded = loadRubric(options.rubric);
  const { rubric } = loaded;
  return withJudge(loaded, options, world, async (judge) => {
    const note = (line: string) => void world.stderr.write(`${line}\n`);
    const gathered = await gatherLabels(options, rubric, { ...world, note });
    const items =
      options.limit === undefined ? gathered.items : limitQuestions(gathered.items, options.limit, options.seed);
    if (items.length === 0)
      throw new UsageError(`--against ${options.against}: no label that a judge could be asked about`);
    const judged = await askAll(judge, loaded, items, options.concurrency, world);
    const reviews = items.map(({ people }, index) => ({ people, judged: judged[index] ?? [] }));
    const limited = items.length < gathered.items.length ? `, ${items.length} of ${gathered.items.length} by hash` : "";
    const axes = compareWithPeople(reviews, rubric.axes, `${gathered.source}${limited}`);
    const kept = await keep(judge, loaded, options, world, { axes });
    const warnings = warnOfFewLabels(axes);
    return {
      exitCode: 0,
      text: [
        headOf(judge, loaded, `${gathered.source}${limited}`),
        "",
        renderAgreement(axes, gathered.agreement),
        "",
        ...gathered.notes,
        ...warnings.map((warning) => `warning: ${warning}`),
        ...kept.lines,
      ].join("\n"),
      document: { ...kept.document, axes, people: gathered.agreement, notes: gathered.notes, warnings },
    };
  });
}

async function withJudge(
  loaded: LoadedRubric,
  options: JudgeOptions,
  world: JudgeWorld,
  use: (judge: AskableJudge) => Promise<CommandResult>,
): Promise<CommandResult> {
  const { keyVariable, concurrency, seed } = options;
  const ref = chooseRef(loaded, options.ref, world.env);
  if (ref === undefined)
    throw new UsageError(`rubric ${loaded.rubric.name}: no judge is named (give --judge REF, or --judge lexical)`);
  const settings = { concurrency, timeoutMs, retries, ...(keyVariable === undefined ? {} : { keyVariable }) };
  const runs = options.runs ?? loaded.rubric.runs;
  const judge = await prepareAsking({ loaded, ref, runs, seed, settings }, world);
  try {
    return await use(judge);
  } finally {
    await judge.close();
  }
}

/** Adds what was learnt to the judge's record, and says what that makes of it. */
async function keep(
  judge: AskableJudge,
  loaded: LoadedRubric,
  options: JudgeOptions,
  world: JudgeWorld,
  news: Partial<Pick<JudgeCalibration, "selfTest" | "axes">>,
): Promise<{ lines: string[]; document: Record<string, unknown> }> {
  const { ref, setup, provider, spent } = judge;
  const earlier = findJudgeCalibration(setup).current;
  const record = updateCalibration(earlier, setup, { ref, madeAt: world.date().toISOString(), ...news });
  const file = await writeJudgeCalibration(record);
  const { judges, floor } = loaded.rubric;
  const words = commandWords(options.rubric, judge, loaded);
  const wanted = { ref, setup, judges, floor, words, program: programName(world.env) };
  const informsBecause = provider === null ? "the lexical judge informs and decides nothing" : readsAs(record, wanted);
  return {
    lines: [
      informsBecause ?? `${ref} may gate by the rubric ${loaded.rubric.name}, in ${plural(setup.runs, "run")}`,
      ...(provider === null ? [] : [renderSpent(spent)]),
      `kept in ${file}, where gates of runs in this folder find it`,
    ],
    document: { version: 1, ...setup, ref, file, informsBecause },
  };
}

function headOf({ ref, setup }: AskableJudge, { file }: LoadedRubric, what: string): string {
  return `judge ${shortRef(ref)} · rubric ${file} · ${plural(setup.runs, "run")} · ${what}`;
}

function questionOf(one: SelfTestCase): Question {
  if ("finding" in one) return { judges: "pair", diff: one.diff, bug: one.bug, finding: one.finding };
  const { diff, reference, norm = [], candidate } = one;
  return { judges: "review", diff, references: reference === undefined ? [] : [reference], norm, review: candidate };
}

/** Whether a case passed; null is unscored. */
function verdictOf(
  { isCritical }: SelfTestCase,
  judged: readonly JudgedRun[],
  required: readonly string[],
): boolean | null {
  if (isCritical && judged.some(({ pass }) => pass === true)) return true;
  return consensusPass(judged, required);
}

function resultOf({ critical, negatives, positives, others, status }: SelfTestOutcome): SelfTestResult {
  const open = critical.unscored.length + others.unscored.length;
  return {
    critical: { n: critical.n, failed: critical.right },
    negatives: { n: negatives.n, failed: negatives.right },
    positives: { n: positives.n, passed: positives.right },
    holds: status === "pass",
    ...(status === "inconclusive" && open > 0 ? { undecided: open } : {}),
  };
}

function tellWrong(
  { id, kind, isCritical, why }: SelfTestCase,
  passed: boolean | null,
  judged: readonly JudgedRun[],
): WrongCase[] {
  if (passed === (kind === "positive")) return [];
  const count = (said: boolean) => judged.filter(({ pass }) => pass === said).length;
  const unscored = passed === null ? (judged.find(({ reason }) => reason !== undefined)?.reason ?? "no verdict") : null;
  return [{ id, kind, isCritical, passes: count(true), fails: count(false), runs: judged.length, unscored, why }];
}
