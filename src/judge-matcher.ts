import { resolve } from "node:path";
import { lexicalRef, prepareAsking } from "./ask-judge.ts";
import { UsageError } from "./core/errors.ts";
import { readsAs } from "./core/judge/calibration.ts";
import { judgedMatcher } from "./core/match/judged.ts";
import type { Matcher } from "./core/match/matcher.ts";
import type { Provider, ProviderWorld } from "./core/provider.ts";
import type { Report } from "./core/report.ts";
import { JudgeSettings } from "./core/suite.ts";
import { chooseRef, commandWords, type JudgeChoice } from "./judge.ts";
import { findJudgeCalibration } from "./load/judge-calibration.ts";
import { loadRubric } from "./load/rubric.ts";
import type { JudgeLog } from "./run/judge-log.ts";

/** A judge of pairs that is ready to be asked once its log is open. */
export interface PreparedJudgeMatcher {
  matcher: Matcher;
  provider: Provider;
  concurrency: number;
  /** Nothing can be asked before. */
  open(log: JudgeLog, signal: AbortSignal): void;
  /** Gives up what is being asked: it rejects with this reason. */
  giveUp(reason: unknown): void;
  /** What the report says of the matcher, as far as it has been asked. */
  facts: () => NonNullable<Report["matcher"]>;
  /** Why detection may not gate; null where the judge's calibration allows it. */
  informsBecause: string | null;
  close(): Promise<void>;
}

const usualRubric = "same-bug";

/**
 * Makes the judge that says which findings describe which bugs: the model that the command, the suite's judge scorer, the
 * environment or the rubric names, in this order. How it is asked is as the judge scorer says where the suite has one.
 * @param named the rubric, of which a path is relative to the suite's `folder`
 * @throws UsageError where no model is named, or the rubric judges no pairs
 */
export async function prepareJudgeMatcher(
  named: string | undefined,
  ofScorer: JudgeSettings | undefined,
  choice: JudgeChoice,
  folder: string,
  seed: number,
  world: ProviderWorld,
): Promise<PreparedJudgeMatcher> {
  const rubricName = named ?? usualRubric;
  const settings = ofScorer ?? JudgeSettings.parse({});
  const isPath = /[/\\]/.test(rubricName);
  const loaded = loadRubric(isPath ? resolve(folder, rubricName) : rubricName);
  const { rubric } = loaded;
  if (rubric.judges !== "pair")
    throw new UsageError(
      `scorers.detection.rubric: ${loaded.file} judges ${rubric.judges}s (name one that judges pairs, such as ${usualRubric})`,
    );
  const ref = chooseRef(loaded, choice.ref ?? settings.model, world.env);
  if (ref === undefined || ref === lexicalRef)
    throw new UsageError(
      `scorers.detection.matcher: judge needs a model, got ${ref ?? "none"} (name one with --judge REF or NITBENCH_JUDGE, or write matcher: lexical)`,
    );
  const runs = choice.runs ?? settings.runs ?? rubric.runs;
  const judge = await prepareAsking({ loaded, ref, runs, seed, settings }, world);
  const { engine, provider, setup, spent } = judge;
  if (engine.kind !== "model" || provider === null) throw new Error(`judge "${ref}" is no model`);
  const { current, stale } = findJudgeCalibration(setup);
  const words = commandWords(isPath ? loaded.file : rubricName, judge, loaded);
  const wanted = { ref, setup, judges: rubric.judges, floor: rubric.floor, words };
  const informsBecause = readsAs(current ?? stale, wanted);
  const reasons = new Map<string, number>();
  const matcher = judgedMatcher({
    ...engine,
    runs: setup.runs,
    count(judged) {
      for (const { reason } of judged) {
        if (reason !== undefined) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      }
    },
  });

  return {
    matcher,
    provider,
    concurrency: settings.concurrency,
    open: (log, signal) => judge.open(log, signal),
    giveUp: (reason) => judge.giveUp(reason),
    facts: () => ({
      name: "judge",
      calibration: null,
      judge: ref,
      asked: {
        rubric: { name: rubric.name, file: loaded.file, hash: loaded.hash },
        runs: setup.runs,
        temperature: rubric.temperature,
        hosts: [...provider.hosts],
        calls: spent.calls,
        tokens: { in: spent.tokensIn, out: spent.tokensOut },
        busyMs: spent.busyMs,
        unscored: mostFrequent(reasons),
        informsBecause,
        calibration: current,
      },
    }),
    informsBecause,
    close: () => judge.close(),
  };
}

const mostReasons = 5;

function mostFrequent(reasons: ReadonlyMap<string, number>): { reason: string; count: number }[] {
  const counted = [...reasons].map(([reason, count]) => ({ reason, count }));
  return counted.sort((a, b) => b.count - a.count).slice(0, mostReasons);
}
