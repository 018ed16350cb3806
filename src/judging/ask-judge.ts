import { randomBytes } from "node:crypto";
import { addUsage, noSpending, type Spending } from "../core/cost.ts";
import { nearWord, UsageError } from "../core/errors.ts";
import type { Generation } from "../core/generation.ts";
import { identityByWords, judgeByWords } from "../core/judge/by-words.ts";
import { tokensFor } from "../core/judge/batch.ts";
import type { JudgeSetup } from "../core/judge/calibration.ts";
import type { JudgeAnswer, JudgeCall } from "../core/judge/judge.ts";
import { parseModelRef } from "../core/model.ts";
import { type GenerationRequest, type Provider, ProviderError, type ProviderWorld } from "../core/provider.ts";
import type { JudgeSettings } from "../core/suite.ts";
import type { Ending } from "../ending.ts";
import type { LoadedRubric } from "../load/rubric.ts";
import { loadProvider } from "../providers/index.ts";
import { attempt } from "../run/attempt.ts";
import { type JudgeLine, type JudgeLog, judgeKey } from "../run/judge-log.ts";
import { firstFailures } from "../run/generate.ts";
import { createLimits } from "../run/limits.ts";
import { realWorld } from "../run/world.ts";
import type { JudgeEngine } from "../scorers/judge.ts";

/** Names the engine that compares by words, where a model reference would stand. */
export const lexicalRef = "lexical";

/** Who is to judge, by what, and how often. */
export interface JudgeWish {
  loaded: LoadedRubric;
  /** A model reference, or `lexical`. */
  ref: string;
  runs: number;
  seed: number;
  settings: Pick<JudgeSettings, "concurrency" | "timeoutMs" | "retries" | "baseUrl" | "keyVariable">;
}

/** What asking took: tokens, the calls with those that failed, and their times in milliseconds. */
export interface JudgeSpending extends Spending {
  calls: number;
  /** Sum over the calls. */
  busyMs: number;
  /** How long at least one was under way. */
  wallMs: number;
}

/** A judge that can be asked once its log is open. */
export interface AskableJudge {
  ref: string;
  /** Null for the lexical engine, which is nobody's server. */
  provider: Provider | null;
  setup: JudgeSetup;
  engine: JudgeEngine;
  /** Questions in flight at once. */
  concurrency: number;
  /** What asking took so far; answers that the log had are in none of it. */
  spent: JudgeSpending;
  /** What the answers took that an earlier try of the run had asked for, as far as they were needed again. */
  kept: Spending;
  /**
   * Why questions got no answer at all, by no fault of the judge; the first of them and how many there were. A judge whose
   * first twenty questions all ended so is given up, as a reviewer is, and asked no more; null as long as it is not.
   */
  outages: { count: number; first: string | null; givenUp: string | null };
  /**
   * Takes the log of answers, which judges of one run share; nothing can be asked before.
   * @param ending leaves unscored what it refuses or gives up
   */
  open(log: JudgeLog, signal: AbortSignal, ending?: Ending): void;
  /** Gives up what is being asked: it rejects with this reason. */
  giveUp(reason: unknown): void;
  close(): Promise<void>;
}

/**
 * Makes a judge ready to be asked, each question once for each run, with every answer kept in the log of its folder.
 * @throws UsageError for an even number of runs, and for what is no model or answers no questions
 */
export async function prepareAsking(wish: JudgeWish, world: ProviderWorld): Promise<AskableJudge> {
  const { loaded, ref, settings, seed } = wish;
  const { rubric } = loaded;
  if (wish.runs % 2 === 0)
    throw new UsageError(
      `--judge-runs ${wish.runs}: expected an odd number, so that the median is a run's (write ${wish.runs - 1} or ${wish.runs + 1})`,
    );
  const provider = ref === lexicalRef ? null : await loadJudge(ref, settings, world);
  const concurrency = Math.min(settings.concurrency, provider?.concurrency ?? settings.concurrency);
  const limits = createLimits({ concurrency, world: realWorld });
  const spent: JudgeSpending = { ...noSpending(), calls: 0, busyMs: 0, wallMs: 0 };
  const kept = noSpending();
  const counted = new Set<string>();
  const answered = new Set<string>();
  let hasAnswered = false;
  const wall = stopwatch(realWorld.now);
  const outages: AskableJudge["outages"] = { count: 0, first: null, givenUp: null };
  const underWay = new Map<string, Promise<JudgeAnswer>>();
  const givenUp = new AbortController();
  let open: { log: JudgeLog; signal: AbortSignal; asking: AbortSignal; ending: Ending | undefined } | null = null;

  /** Equal questions share an answer, also while it is awaited, so that a run which goes on finds what the first found. */
  function ask(judge: Provider, call: JudgeCall): Promise<JudgeAnswer> {
    const maxTokens = tokensFor(rubric.maxTokens, call.pairs ?? 1);
    const parameters = { maxTokens, temperature: rubric.temperature, seed: seed + call.run };
    const key = judgeKey(judge.identity, call, parameters);
    const asked = underWay.get(key);
    if (asked !== undefined) return asked;
    const asking = askAnew(judge, call, parameters, key).finally(() => underWay.delete(key));
    underWay.set(key, asking);
    return asking;
  }

  async function askAnew(
    judge: Provider,
    call: JudgeCall,
    parameters: GenerationRequest["parameters"],
    key: string,
  ): Promise<JudgeAnswer> {
    if (open === null) throw new Error("the judge was asked before its log was opened");
    const { log, signal, asking, ending } = open;
    const found = log.find(key);
    // What an earlier try got that was no verdict stays in the log as evidence, and is asked again.
    const isFinal = (line: JudgeLine) => answered.has(key) || call.isVerdict?.(line.text, line.nonce) !== false;
    if (found !== undefined && !counted.has(key)) {
      addUsage(kept, found.usage);
      counted.add(key);
    }
    if (found !== undefined && isFinal(found)) {
      return { text: found.text, nonce: found.nonce };
    }
    if (outages.givenUp !== null) return { text: null, reason: `the judge was not asked: ${outages.givenUp}` };
    const { timeoutMs, retries } = settings;
    const options = { retries, timeoutMs, deadlineMs: 5 * timeoutMs, limits, world: realWorld, signal: asking };
    wall.begin();
    const generation = await attempt(watched(judge, spent, ending, outages), requestOf(call, parameters), options)
      .catch((reason: unknown) => {
        if (signal.aborted || !asking.aborted) throw reason;
        return null;
      })
      .finally(() => (spent.wallMs = wall.end()));
    const isUnasked = outages.givenUp !== null && generation?.error === outages.givenUp;
    const whyUnasked = isUnasked ? outages.givenUp : null;
    const refusal =
      generation === null || generation.outcome === "transport-error" ? (ending?.refuse() ?? whyUnasked) : null;
    if (generation === null || refusal !== null)
      return { text: null, reason: `the judge was not asked: ${refusal ?? "the run ended"}` };
    const durationMs = generation.timing.finishedMs - generation.timing.dispatchedMs;
    spent.calls += 1;
    spent.busyMs += durationMs;
    counted.add(key);
    hasAnswered ||= generation.outcome !== "transport-error";
    if (generation.outcome !== "completed") {
      const reason = whyNoAnswer(generation);
      if (generation.outcome === "transport-error") {
        outages.count += 1;
        outages.first ??= reason;
        if (!hasAnswered && outages.count >= firstFailures)
          outages.givenUp ??= `given up after its first ${firstFailures} questions had all failed (${generation.error ?? "no reason given"})`;
      }
      return { text: null, reason };
    }
    answered.add(key);
    log.keep({ key, nonce: call.nonce, text: generation.text, usage: generation.usage, durationMs });
    return { text: generation.text, nonce: call.nonce };
  }

  return {
    ref,
    provider,
    setup: {
      judge: provider?.identity ?? identityByWords(rubric),
      rubric: { name: rubric.name, hash: loaded.hash },
      // Words say the same every time.
      runs: provider === null ? 1 : wish.runs,
      temperature: rubric.temperature,
      maxTokens: rubric.maxTokens,
    },
    concurrency,
    engine: provider === null ? engineByWords(loaded) : modelEngine(loaded, (call) => ask(provider, call)),
    spent,
    kept,
    outages,
    open(log, signal, ending) {
      const ofRun = AbortSignal.any([signal, givenUp.signal]);
      const asking = ending === undefined ? ofRun : AbortSignal.any([ofRun, ending.signal]);
      open = { log, signal: ofRun, asking, ending };
    },
    giveUp: (reason) => givenUp.abort(reason),
    close: async () => provider?.close?.(),
  };
}

/**
 * The judge as long as the run may go on: what still waits for its turn when it may not is not sent. Each answer is
 * counted as it comes, before the next question takes its place.
 */
function watched(
  judge: Provider,
  spent: Spending,
  ending: Ending | undefined,
  outages: AskableJudge["outages"],
): Provider {
  return {
    ...judge,
    async generate(request, signal) {
      const refusal = ending?.refuse() ?? outages.givenUp;
      if (refusal !== null) throw new ProviderError(refusal, { isRetryable: false });
      const answer = await judge.generate(request, signal);
      if (answer.outcome !== "overflow") addUsage(spent, answer.usage);
      return answer;
    },
  };
}

/** Measures how long at least one of several things was under way, in milliseconds. */
function stopwatch(now: () => number) {
  let underWay = 0;
  let sinceMs = 0;
  let totalMs = 0;
  return {
    begin() {
      if (underWay === 0) sinceMs = now();
      underWay += 1;
    },
    /** The time so far, that which is still under way left out. */
    end(): number {
      underWay -= 1;
      if (underWay === 0) totalMs += now() - sinceMs;
      return totalMs;
    },
  };
}

/** Where the variable of a judge's key is named: in the suite, and by the commands that have none. */
const keyWord = "scorers.judge.keyVariable or --key-variable";

async function loadJudge(ref: string, settings: JudgeWish["settings"], world: ProviderWorld): Promise<Provider> {
  const { timeoutMs, baseUrl, keyVariable } = settings;
  const own = { ...(baseUrl === undefined ? {} : { baseUrl }), ...(keyVariable === undefined ? {} : { keyVariable }) };
  if (!/[:/]/.test(ref) && nearWord(ref, [lexicalRef]) !== null)
    throw new UsageError(`judge "${ref}": no model reference (did you mean "${lexicalRef}"? or KIND:NAME)`);
  const provider = await loadProvider(parseModelRef(ref), { contract: "prose", timeoutMs, ...own }, world).catch(
    (error: unknown) => {
      if (error instanceof UsageError) error.message = error.message.replaceAll("reviewer.keyVariable", keyWord);
      throw error;
    },
  );
  if (provider.seesTruth || provider.recordedReviews !== undefined || ["floor", "static"].includes(provider.name))
    throw new UsageError(`judge "${ref}": ${provider.name} answers no questions (name a model)`);
  return provider;
}

function modelEngine({ rubric, template }: LoadedRubric, ask: (call: JudgeCall) => Promise<JudgeAnswer>): JudgeEngine {
  if (template === null)
    throw new UsageError(`rubric ${rubric.name}: it asks no model (judge by it with --judge lexical)`);
  return { kind: "model", ready: { rubric, template }, ask, newNonce: () => randomBytes(9).toString("hex") };
}

function engineByWords({ rubric }: LoadedRubric): JudgeEngine {
  return { kind: "lexical", judge: (question) => judgeByWords(rubric, question) };
}

/** A judge is asked by its prompt alone: there is no case to a question. */
function requestOf(call: JudgeCall, parameters: GenerationRequest["parameters"]): GenerationRequest {
  const { prompt, run, schema } = call;
  return { caseId: "", case: { diff: "", language: "" }, part: 0, repeat: run, prompt, parameters, schema };
}

function whyNoAnswer({ outcome, error }: Pick<Generation, "outcome" | "error">): string {
  if (outcome === "transport-error") return `the judge could not be asked: ${error ?? "no reason given"}`;
  if (outcome === "truncated") return "the judge's answer was cut by the token limit";
  return outcome === "refused" ? "the judge refused" : "the question did not fit the judge's context";
}
