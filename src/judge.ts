import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { UsageError } from "./core/errors.ts";
import type { Generation } from "./core/generation.ts";
import type { JudgeAnswer, JudgeCall, JudgedRun } from "./core/judge/judge.ts";
import { unscored } from "./core/judge/judge.ts";
import { judgeLexically } from "./core/judge/lexical.ts";
import { indexNorms } from "./core/judge/norm.ts";
import type { Question } from "./core/judge/prompt.ts";
import { passes } from "./core/judge/verdict.ts";
import { parseModelRef } from "./core/model.ts";
import type { GenerationRequest, Provider, ProviderWorld } from "./core/provider.ts";
import type { JudgeReport } from "./core/report.ts";
import type { JudgeSettings } from "./core/suite.ts";
import type { Dataset } from "./load/dataset.ts";
import { sha256 } from "./load/hash.ts";
import { type LoadedRubric, loadRubric } from "./load/rubric.ts";
import { loadProvider } from "./providers/index.ts";
import { attempt } from "./run/attempt.ts";
import { type JudgeLog, judgeKey, openJudgeLog } from "./run/judge-log.ts";
import { createLimits } from "./run/limits.ts";
import { realWorld } from "./run/world.ts";
import type { JudgeEngine, JudgeTools } from "./scorers/judge.ts";

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
  /** Opens the log in the run's folder; nothing can be asked before. */
  open(folder: string, signal: AbortSignal): void;
  /** Counts what the judge said of a case, for the report. */
  count(runs: readonly JudgedRun[]): void;
  report(): JudgeReport;
  close(): Promise<void>;
}

const seedOfRun = (seed: number, run: number) => seed + run;
const mostReasons = 5;

/**
 * Reads the rubric and makes the judge: the model that the command, the suite, the environment or the rubric names, in
 * this order, and the lexical engine where none does; that one informs and never gates.
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
  const loaded = loadRubric(/[/\\]/.test(settings.rubric) ? resolve(folder, settings.rubric) : settings.rubric);
  const { rubric } = loaded;
  if (rubric.judges !== "review")
    throw new UsageError(
      `scorers.judge.rubric: ${loaded.file} judges ${rubric.judges}s (name one that judges reviews)`,
    );
  const runs = choice.runs ?? settings.runs ?? rubric.runs;
  if (runs % 2 === 0)
    throw new UsageError(`--judge-runs ${runs}: expected an odd number, so that the median is a run's`);
  const ref = choice.ref ?? settings.model ?? world.env["NITBENCH_JUDGE"] ?? rubric.model;
  const isModel = rubric.engine === "model" && ref !== undefined && ref !== "";
  const provider = isModel ? await loadJudge(ref, settings, world) : null;
  const tally = { calls: 0, tokensIn: 0, tokensOut: 0, busyMs: 0, reasons: new Map<string, number>() };
  let open: { log: JudgeLog; signal: AbortSignal } | null = null;
  const limits = createLimits({ concurrency: settings.concurrency, world: realWorld });

  async function ask(judge: Provider, call: JudgeCall): Promise<JudgeAnswer> {
    if (open === null) throw new Error("the judge was asked before its log was opened");
    const { log, signal } = open;
    const parameters = {
      maxTokens: rubric.maxTokens,
      temperature: rubric.temperature,
      seed: seedOfRun(seed, call.run),
    };
    const key = judgeKey(judge.identity, call, parameters);
    const kept = log.find(key);
    if (kept !== undefined) return { text: kept.text, nonce: kept.nonce };
    const { timeoutMs } = settings;
    const request = requestOf(call, parameters);
    const options = {
      retries: settings.retries,
      timeoutMs,
      deadlineMs: 5 * timeoutMs,
      limits,
      world: realWorld,
      signal,
    };
    const answered = await attempt(judge, request, options);
    const durationMs = answered.timing.finishedMs - answered.timing.dispatchedMs;
    tally.calls += 1;
    tally.busyMs += durationMs;
    tally.tokensIn += answered.usage.promptTokens ?? 0;
    tally.tokensOut += answered.usage.completionTokens ?? 0;
    if (answered.outcome !== "completed") return { text: null, reason: whyNoAnswer(answered) };
    log.keep({ key, nonce: call.nonce, text: answered.text, usage: answered.usage, durationMs });
    return { text: answered.text };
  }

  return {
    provider,
    concurrency: settings.concurrency,
    tools: {
      engine: provider === null ? lexicalEngine(loaded) : modelEngine(loaded, (call) => ask(provider, call)),
      axes: rubric.axes,
      runs: provider === null ? 1 : runs,
      norms: indexNorms(
        dataset.entries.map((entry) => dataset.read(entry)),
        seed,
        sha256,
      ),
    },
    open: (path, signal) => (open = { log: openJudgeLog(path), signal }),
    count(judged) {
      for (const { reason } of judged) {
        if (reason !== undefined) tally.reasons.set(reason, (tally.reasons.get(reason) ?? 0) + 1);
      }
    },
    report: () => ({
      ref: provider?.ref ?? "lexical",
      engine: provider === null ? "lexical" : "model",
      rubric: { name: rubric.name, file: loaded.file, hash: loaded.hash },
      axes: rubric.axes.map(({ name, required, definition }) => ({ name, required, definition })),
      runs: provider === null ? 1 : runs,
      temperature: rubric.temperature,
      hosts: [...(provider?.hosts ?? [])],
      calls: tally.calls,
      tokens: { in: tally.tokensIn, out: tally.tokensOut },
      busyMs: tally.busyMs,
      unscored: [...tally.reasons]
        .map(([reason, count]) => ({ reason, count }))
        .sort((a, b) => b.count - a.count)
        .slice(0, mostReasons),
      informsBecause: provider === null ? lexicalInforms : uncalibrated(loaded, provider),
    }),
    close: async () => provider?.close?.(),
  };
}

const lexicalInforms =
  "no judge model is named, so the lexical judge informs and decides nothing (name one with --judge REF)";

function uncalibrated({ rubric }: LoadedRubric, provider: Provider): string {
  return `${provider.ref} is not calibrated against people for the rubric ${rubric.name}, so it informs and decides nothing`;
}

async function loadJudge(ref: string, settings: JudgeSettings, world: ProviderWorld): Promise<Provider> {
  const { timeoutMs, baseUrl, keyVariable } = settings;
  const own = { ...(baseUrl === undefined ? {} : { baseUrl }), ...(keyVariable === undefined ? {} : { keyVariable }) };
  const provider = await loadProvider(parseModelRef(ref), { contract: "prose", timeoutMs, ...own }, world);
  if (provider.seesTruth || provider.countFindings !== undefined || ["floor", "static"].includes(provider.name))
    throw new UsageError(`judge "${ref}": ${provider.name} answers no questions (name a model)`);
  return provider;
}

function modelEngine({ rubric, template }: LoadedRubric, ask: (call: JudgeCall) => Promise<JudgeAnswer>): JudgeEngine {
  if (template === null) throw new Error(`rubric ${rubric.name}: a model needs a template`);
  return { kind: "model", ready: { rubric, template }, ask, newNonce: () => randomBytes(9).toString("hex") };
}

function lexicalEngine({ rubric }: LoadedRubric): JudgeEngine {
  return {
    kind: "lexical",
    judge: ({ review, references, norm }: Extract<Question, { judges: "review" }>) => {
      const said: Record<string, "pass" | "fail" | "unknown"> = {
        ...lexicalAxes(review, references, norm),
      };
      const answers = Object.fromEntries(rubric.axes.map(({ name }) => [name, said[name] ?? ("unknown" as const)]));
      const pass = passes({ axes: rubric.axes, aggregate: "all" }, { answers });
      const open = rubric.axes
        .filter(({ name, required }) => required && answers[name] === "unknown")
        .map(({ name }) => name);
      if (pass === null) return { ...unscored(`words cannot tell: ${open.join(", ")}`), axes: answers };
      return { axes: answers, pass, evidence: "", reasoning: "Compared by words, by the lexical engine." };
    },
  };
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

function lexicalAxes(candidate: string, references: readonly string[], norm: readonly string[]) {
  const { scores: _, ...axes } = judgeLexically({ candidate, references, norm });
  return axes;
}
