import { type AskableJudge, lexicalRef, prepareAsking } from "./ask-judge.ts";
import { programName, quote } from "../command-line.ts";
import {
  choosePrice,
  costOf,
  type OwnPrice,
  type Price,
  type PriceTable,
  type Spending,
  sumSpending,
} from "../core/cost.ts";
import { UsageError } from "../core/errors.ts";
import { axisReadsAs, readsAs } from "../core/judge/calibration.ts";
import { goesWhere } from "../core/judge/address.ts";
import type { JudgedRun } from "../core/judge/judge.ts";
import type { ProviderWorld } from "../core/provider.ts";
import type { JudgeReport, PanelMember } from "../core/report.ts";
import type { JudgeSettings } from "../core/suite.ts";
import { hideSecrets } from "../core/url-secret.ts";
import { findJudgeCalibration } from "../load/judge-calibration.ts";
import { loadPrices } from "../load/prices.ts";
import type { LoadedRubric } from "../load/rubric.ts";

/** What the command line says of the judge; each before what the suite and the rubric say. */
export interface JudgeChoice {
  /** Several are a panel; none leaves the choice to the suite, the environment and the rubric. */
  refs: readonly string[];
  runs: number | undefined;
}

/** A judge as somebody named it, with what is its own. */
export interface NamedJudge {
  ref: string;
  baseUrl?: string | undefined;
  keyVariable?: string | undefined;
  price?: OwnPrice["price"];
}

/** One judge of a run, alone or of a panel. */
export interface Member {
  judge: AskableJudge;
  /** What its tokens cost; null where nobody knows. */
  price: Price | null;
  /** Why it may not gate; null where it may. */
  informsBecause: string | null;
  /** Axes on which it may not gate alone, each with the reason; empty where it may not gate at all. */
  axesInform: Readonly<Record<string, string>>;
  /** Counts why its runs are unscored, for the report. */
  count(runs: readonly JudgedRun[]): void;
  /** What asking it took so far. */
  work(): PanelMember;
}

/** All that judges of one run have in common. */
export interface PanelWish {
  loaded: LoadedRubric;
  /** The rubric as a command line names it. */
  rubricWord: string;
  runs: number;
  seed: number;
  settings: JudgeSettings;
}

const mostReasons = 5;

/**
 * The judges that the command names, else the suite, the environment or the rubric, in this order; empty where none does.
 * Address, key and price of the suite's judge are those of a single one, or of another on the same host: a key must reach
 * no other host.
 * @throws UsageError for an even number, for one named twice, and for such settings where several judge
 */
export function nameJudges(
  loaded: LoadedRubric,
  { refs }: JudgeChoice,
  settings: JudgeSettings,
  env: ProviderWorld["env"],
): NamedJudge[] {
  const { model, baseUrl, keyVariable, price } = settings;
  const ofSuite = model === undefined ? [] : [model].flat();
  const named: NamedJudge[] = (refs.length > 0 ? refs : ofSuite).map((one) =>
    typeof one === "string" ? { ref: one } : { ...one, ref: one.model },
  );
  const [first] = ofSuite;
  const suites = { model: typeof first === "string" ? first : first?.model, baseUrl };
  const ownOf = (ref: string) => (goesWhere(ref, suites) ? { baseUrl, keyVariable, price } : {});
  if (named.length === 0) {
    const ref = chooseRef(loaded, undefined, env);
    return ref === undefined ? [] : [{ ref, ...ownOf(ref) }];
  }
  if (named.length === 1) return named.map((one) => ({ ...ownOf(one.ref), ...one }));
  checkPanel(named, settings);
  return named;
}

function checkPanel(named: readonly NamedJudge[], settings: JudgeSettings): void {
  const refs = named.map(({ ref }) => ref);
  if (refs.length % 2 === 0)
    throw new UsageError(
      `--judge: expected an odd number of judges, so that there is a majority, got ${refs.length} (add one or leave one out)`,
    );
  const twice = refs.find((ref, index) => refs.indexOf(ref) !== index);
  if (twice !== undefined) throw new UsageError(`--judge ${twice}: it is named twice (name each judge once)`);
  if (refs.includes(lexicalRef))
    throw new UsageError(`--judge ${lexicalRef}: words do not judge in a panel (name models, or ${lexicalRef} alone)`);
  const single = (["baseUrl", "keyVariable", "price"] as const).find((key) => settings[key] !== undefined);
  if (single !== undefined)
    throw new UsageError(
      `scorers.judge.${single}: it is that of one judge, and ${refs.length} judge (write it beside the judge: model: [{ model: REF, ${single}: … }, …])`,
    );
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

/** What follows `judge test` to ask this judge as it is asked here. */
export function commandWords(rubricWord: string, { ref, setup }: AskableJudge, { rubric }: LoadedRubric): string {
  const runs = setup.runs === rubric.runs || ref === lexicalRef ? [] : ["--judge-runs", String(setup.runs)];
  return [rubricWord, "--judge", hideSecrets(ref), ...runs].map(quote).join(" ");
}

/** Makes the judges ready to be asked, each with its own provider, price, calibration and count of what it took. */
export async function prepareMembers(
  named: readonly NamedJudge[],
  wish: PanelWish,
  world: ProviderWorld,
): Promise<Member[]> {
  const prices = named.some(({ ref }) => ref !== lexicalRef) ? loadPrices() : null;
  const members: Member[] = [];
  for (const one of named) members.push(await prepareMember(one, wish, prices, world));
  const twin = members.find((member, index) =>
    members.some((other, at) => at < index && other.judge.setup.judge === member.judge.setup.judge),
  );
  if (twin !== undefined)
    throw new UsageError(`judge "${twin.judge.ref}": another judge of the panel is the same model (name each once)`);
  return members;
}

async function prepareMember(
  { ref, baseUrl, keyVariable, price: own }: NamedJudge,
  { loaded, rubricWord, runs, seed, settings }: PanelWish,
  prices: PriceTable | null,
  world: ProviderWorld,
): Promise<Member> {
  const { rubric } = loaded;
  const { concurrency, timeoutMs, retries } = settings;
  const asked = {
    concurrency,
    timeoutMs,
    retries,
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(keyVariable === undefined ? {} : { keyVariable }),
  };
  const judge = await prepareAsking({ loaded, ref, runs, seed, settings: asked }, world);
  const { provider, setup, spent } = judge;
  const price = provider === null || prices === null ? null : choosePrice(provider, { price: own }, prices);
  const { current, stale } = findJudgeCalibration(setup);
  const words = commandWords(rubricWord, judge, loaded);
  const program = programName(world.env);
  const wanted = { ref, setup, judges: rubric.judges, floor: rubric.floor, words, program };
  const informsBecause = readsAs(current ?? stale, wanted);
  const axesInform: Record<string, string> = {};
  for (const { name } of informsBecause === null ? rubric.axes : []) {
    const why = axisReadsAs(current, wanted, name);
    if (why !== null) axesInform[name] = why;
  }
  const reasons = new Map<string, number>();
  return {
    judge,
    price,
    informsBecause,
    axesInform,
    count(judged) {
      for (const { reason } of judged) {
        if (reason !== undefined) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      }
    },
    work: () => ({
      ref,
      hosts: [...(provider?.hosts ?? [])],
      calls: spent.calls,
      tokens: { in: told(spent.tokensIn, spent.answers), out: told(spent.tokensOut, spent.answers) },
      ...(spent.withoutUsage === 0 ? {} : { withoutUsage: spent.withoutUsage }),
      ...keptWork(judge.kept, costOf(judge.kept, price).usd),
      price,
      costUsd: provider === null ? 0 : costOf(spent, price).usd,
      busyMs: spent.busyMs,
      wallMs: spent.wallMs,
      unscored: mostFrequent(reasons),
      informsBecause,
      ...axesTold(axesInform),
      calibration: current,
    }),
  };
}

function keptWork(kept: Spending, costUsd: number | null): Pick<PanelMember, "kept"> {
  const tokens = { in: kept.tokensIn, out: kept.tokensOut };
  return kept.answers === 0 ? {} : { kept: { calls: kept.answers, tokens, costUsd } };
}

/** No answer took no token; what some answers took and nobody told is not known. */
function told(tokens: number | null, answers: number): number | null {
  return answers === 0 ? 0 : tokens;
}

/**
 * What asking several judges took together: sums, but for the time, in which they ran beside each other. A panel may gate
 * where each of its judges may.
 */
export function workOfAll(members: readonly Member[]): Omit<PanelMember, "ref"> & Pick<JudgeReport, "members"> {
  const works = members.map((member) => member.work());
  const [only, ...others] = works;
  if (only !== undefined && others.length === 0) {
    const { ref: _, ...work } = only;
    return work;
  }
  const spent = sumSpending(members.map(({ judge }) => judge.spent));
  const costs = works.map(({ costUsd }) => costUsd);
  const keptCosts = works.flatMap(({ kept }) => (kept === undefined ? [] : [kept.costUsd]));
  const reasons = new Map<string, number>();
  for (const { reason, count } of works.flatMap(({ unscored }) => unscored))
    reasons.set(reason, (reasons.get(reason) ?? 0) + count);
  return {
    hosts: [...new Set(works.flatMap(({ hosts }) => hosts))],
    calls: sum(works.map(({ calls }) => calls)),
    tokens: { in: told(spent.tokensIn, spent.answers), out: told(spent.tokensOut, spent.answers) },
    ...(spent.withoutUsage === 0 ? {} : { withoutUsage: spent.withoutUsage }),
    ...keptWork(
      sumSpending(members.map(({ judge }) => judge.kept)),
      keptCosts.includes(null) ? null : sum(keptCosts.map((cost) => cost ?? 0)),
    ),
    price: null,
    costUsd: costs.includes(null) ? null : sum(costs.map((cost) => cost ?? 0)),
    busyMs: sum(works.map(({ busyMs }) => busyMs)),
    wallMs: Math.max(...works.map(({ wallMs }) => wallMs)),
    unscored: mostFrequent(reasons),
    informsBecause: whyPanelInforms(members),
    ...axesTold(axesOfPanel(members)),
    calibration: null,
    members: works,
  };
}

/** Why a panel may not gate: what holds its first judge that may not, and how many more there are; null where it may. */
export function whyPanelInforms(members: readonly Pick<Member, "informsBecause">[]): string | null {
  const [first, ...others] = members.flatMap(({ informsBecause }) => informsBecause ?? []);
  if (first === undefined || others.length === 0) return first ?? null;
  return `${first} (and so for ${others.length} more of the ${members.length} judges)`;
}

/** Axes on which one judge or more may not gate alone, as the first of them says it; none where the panel may not gate. */
export function axesOfPanel(members: readonly Pick<Member, "informsBecause" | "axesInform">[]): Record<string, string> {
  if (whyPanelInforms(members) !== null) return {};
  return Object.assign({}, ...members.map(({ axesInform }) => axesInform).toReversed()) as Record<string, string>;
}

function axesTold(axesInform: Readonly<Record<string, string>>): { axesInform?: Record<string, string> } {
  return Object.keys(axesInform).length === 0 ? {} : { axesInform: { ...axesInform } };
}

function mostFrequent(reasons: ReadonlyMap<string, number>): { reason: string; count: number }[] {
  const counted = [...reasons].map(([reason, count]) => ({ reason, count }));
  return counted.sort((a, b) => b.count - a.count).slice(0, mostReasons);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
