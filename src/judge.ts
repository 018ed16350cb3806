import { resolve } from "node:path";
import { type AskableJudge, lexicalRef, prepareAsking } from "./ask-judge.ts";
import { quote } from "./command-line.ts";
import type { Case } from "./core/case.ts";
import { UsageError } from "./core/errors.ts";
import { readsAs } from "./core/judge/calibration.ts";
import type { JudgedRun } from "./core/judge/judge.ts";
import { indexNorms, type NormSource } from "./core/judge/norm.ts";
import type { Provider, ProviderWorld } from "./core/provider.ts";
import type { JudgeReport } from "./core/report.ts";
import type { JudgeSettings } from "./core/suite.ts";
import { hideSecrets } from "./core/url-secret.ts";
import type { Dataset } from "./load/dataset.ts";
import { sha256 } from "./load/hash.ts";
import { findJudgeCalibration } from "./load/judge-calibration.ts";
import { type LoadedRubric, loadRubric } from "./load/rubric.ts";
import type { JudgeLog } from "./run/judge-log.ts";
import type { JudgeTools } from "./scorers/judge.ts";

/** What the command line and the environment say of the judge; each before what the suite and the rubric say. */
export interface JudgeChoice {
  ref: string | undefined;
  runs: number | undefined;
}

/** A judge that is ready to be asked once its log is open. */
export interface PreparedJudge {
  /** Null for the lexical engine, which is nobody's server. */
  provider: Provider | null;
  tools: JudgeTools;
  concurrency: number;
  /** How many cases there are to judge: those with a reference. */
  cases: number;
  /** Nothing can be asked before. */
  open(log: JudgeLog, signal: AbortSignal): void;
  /** Gives up what is being asked, for a run that cannot go on: it rejects with this reason. */
  giveUp(reason: unknown): void;
  /** Counts what the judge said of a case, for the report. */
  count(runs: readonly JudgedRun[]): void;
  report(): JudgeReport;
  close(): Promise<void>;
}

const mostReasons = 5;

/**
 * Reads the rubric and makes the judge: the model that the command, the suite, the environment or the rubric names, in
 * this order, and the lexical engine where none does; that one informs and never gates. A model gates only with a record
 * of its calibration that allows it.
 * @param folder the suite's, to which the rubric's path is relative
 */
export async function prepareJudge(
  settings: JudgeSettings,
  choice: JudgeChoice,
  folder: string,
  dataset: Dataset,
  seed: number,
  world: ProviderWorld,
): Promise<PreparedJudge> {
  const isPath = /[/\\]/.test(settings.rubric);
  const loaded = loadRubric(isPath ? resolve(folder, settings.rubric) : settings.rubric);
  const { rubric } = loaded;
  if (rubric.judges !== "review")
    throw new UsageError(
      `scorers.judge.rubric: ${loaded.file} judges ${rubric.judges}s (name one that judges reviews)`,
    );
  const ref = chooseRef(loaded, choice.ref ?? settings.model, world.env);
  const runs = choice.runs ?? settings.runs ?? rubric.runs;
  const judge = await prepareAsking({ loaded, ref: ref ?? lexicalRef, runs, seed, settings }, world);
  const { current, stale } = findJudgeCalibration(judge.setup);
  const words = commandWords(isPath ? loaded.file : settings.rubric, judge, loaded);
  const wanted = { ref: judge.ref, setup: judge.setup, judges: rubric.judges, floor: rubric.floor, words };
  const informsBecause = judge.provider === null ? whyLexicalInforms(ref) : readsAs(current ?? stale, wanted);
  const reasons = new Map<string, number>();

  return {
    provider: judge.provider,
    concurrency: settings.concurrency,
    cases: dataset.entries.filter(({ fields }) => fields["references"] !== 0).length,
    tools: {
      engine: judge.engine,
      axes: rubric.axes,
      runs: judge.setup.runs,
      norms: indexNorms(
        dataset.entries.map((entry) => withoutTexts(dataset.read(entry))),
        seed,
        sha256,
      ),
    },
    open: (log, signal) => judge.open(log, signal),
    giveUp: (reason) => judge.giveUp(reason),
    count(judged) {
      for (const { reason } of judged) {
        if (reason !== undefined) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      }
    },
    report: () => ({
      ref: judge.ref,
      engine: judge.provider === null ? "lexical" : "model",
      rubric: { name: rubric.name, file: loaded.file, hash: loaded.hash },
      axes: rubric.axes.map(({ name, required, definition }) => ({ name, required, definition })),
      runs: judge.setup.runs,
      temperature: rubric.temperature,
      hosts: [...(judge.provider?.hosts ?? [])],
      calls: judge.spent.calls,
      tokens: { in: judge.spent.tokensIn, out: judge.spent.tokensOut },
      busyMs: judge.spent.busyMs,
      unscored: [...reasons]
        .map(([reason, count]) => ({ reason, count }))
        .sort((a, b) => b.count - a.count)
        .slice(0, mostReasons),
      informsBecause,
      calibration: current,
    }),
    close: () => judge.close(),
  };
}

/** All cases are held at once here, so without what is long in them. */
function withoutTexts(source: Case): NormSource {
  const { diff: _, files: __, context: ___, ...others } = source;
  return others;
}

/** The judge that is named by words, by NITBENCH_JUDGE or by the rubric; undefined where none is. */
export function chooseRef(
  { rubric }: LoadedRubric,
  named: string | undefined,
  env: ProviderWorld["env"],
): string | undefined {
  if (named !== undefined) return named;
  if (rubric.engine === "lexical") return lexicalRef;
  return [env["NITBENCH_JUDGE"], rubric.model].find((ref) => ref !== undefined && ref !== "");
}

/** What follows `nitbench judge test` to ask this judge as it is asked here. */
export function commandWords(rubricWord: string, { ref, setup }: AskableJudge, { rubric }: LoadedRubric): string {
  const runs = setup.runs === rubric.runs || ref === lexicalRef ? [] : ["--judge-runs", String(setup.runs)];
  return [rubricWord, "--judge", hideSecrets(ref), ...runs].map(quote).join(" ");
}

function whyLexicalInforms(ref: string | undefined): string {
  const why = ref === undefined ? "no judge model is named, so the" : "the";
  return `${why} lexical judge informs and decides nothing (name ${ref === undefined ? "one" : "a model"} with --judge REF)`;
}
