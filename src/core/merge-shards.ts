import type { ReviewerFacts } from "./compile-report.ts";
import type { Price } from "./cost.ts";
import { IncompleteError, UsageError } from "./errors.ts";
import { plural, shortRef } from "./format.ts";
import type { PanelMember, Report } from "./report.ts";
import { nameShard, type ShardReport } from "./shard.ts";

/** A run as it was named, with its report. */
export interface NamedReport {
  word: string;
  report: Report;
}

/** The report of a part of a run. */
export type ShardRun = Report & { shard: ShardReport };

/** A shard as it was named. */
export type NamedShard<Named extends NamedReport> = Named & { report: ShardRun };

/**
 * The shards of one run, in their order.
 * @param program the name and version that joins them, whose statistics are those of the joined run
 * @throws UsageError for what is no shard, for shards of different runs, saying what differs, and for one that is given
 * twice; IncompleteError where one is missing or not finished
 */
export function checkShards<Named extends NamedReport>(named: readonly Named[], program: string): NamedShard<Named>[] {
  const parts = named.map(asShard);
  const [first] = parts;
  if (first === undefined) throw new UsageError("merge: expected the runs of all shards, got none");
  for (const part of parts) checkSame(first, part);
  const made = first.report.shard.basis["program"];
  if (made !== program)
    throw new UsageError(
      `run "${first.word}" was made by ${made}, and this is ${program}: they may count otherwise (merge with the version that measured)`,
    );
  const { of } = first.report.shard;
  const found = new Map<number, NamedReport>();
  for (const part of parts) {
    const { index } = part.report.shard;
    const earlier = found.get(index);
    if (earlier !== undefined)
      throw new UsageError(
        `shard ${nameShard(part.report.shard)} is given twice: "${earlier.word}" and "${part.word}" (name each shard once)`,
      );
    found.set(index, part);
  }
  const missing = Array.from({ length: of }, (_, at) => at + 1).filter((index) => !found.has(index));
  if (missing.length > 0)
    throw new IncompleteError(
      `${missing.length === 1 ? "shard" : "shards"} ${missing.join(", ")} of ${of} missing (name ${missing.length === 1 ? "its run" : "their runs"}, or measure with --shard ${missing[0]}/${of})`,
    );
  const inOrder = parts.toSorted((a, b) => a.report.shard.index - b.report.shard.index);
  const unfinished = inOrder.find(({ report }) => !report.run.isWhole);
  if (unfinished !== undefined)
    throw new IncompleteError(
      `run "${unfinished.word}" is not finished: ${unfinished.report.verdict.sentence} (finish it with --resume, then merge)`,
    );
  return inOrder;
}

function asShard<Named extends NamedReport>(named: Named): NamedShard<Named> {
  const { shard, ...report } = named.report;
  if (shard !== undefined) return { ...named, report: { ...report, shard } };
  throw new UsageError(
    `run "${named.word}": it is no shard but a whole run (name runs that were made with --shard I/N)`,
  );
}

function checkSame(first: NamedShard<NamedReport>, other: NamedShard<NamedReport>): void {
  const [own, its] = [first.report.shard, other.report.shard];
  const refuse = (what: string, one: unknown, another: unknown): never => {
    throw new UsageError(
      `runs "${first.word}" and "${other.word}" are no shards of one run: ${what} is ${String(one)} in the first, ${String(another)} in the second`,
    );
  };
  if (own.of !== its.of) refuse("the number of shards", own.of, its.of);
  for (const what of new Set([...Object.keys(own.basis), ...Object.keys(its.basis)]))
    if (own.basis[what] !== its.basis[what])
      refuse(`the ${what}`, own.basis[what] ?? "none", its.basis[what] ?? "none");
  if (own.cases !== its.cases) refuse("the number of cases", own.cases, its.cases);
  const changed = differingKeys(first.report.suite, other.report.suite).filter((key) => key !== "file");
  if (changed.length > 0)
    throw new UsageError(
      `runs "${first.word}" and "${other.word}" are no shards of one run: their suites differ in ${changed.join(", ")}, although they have one hash (${reportChanged})`,
    );
}

const reportChanged = "a report was changed: measure its shard again";

function differingKeys<T extends object>(one: T, other: T): (keyof T & string)[] {
  const keys = Object.keys({ ...one, ...other }) as (keyof T & string)[];
  return keys.filter((key) => JSON.stringify(one[key]) !== JSON.stringify(other[key]));
}

/**
 * What is known of a reviewer before its rows, out of what each shard tells.
 * @param warn is told of parameters that one shard's answers were given with and not another's; the seed is one of each
 * answer
 */
export function mergeFacts(
  id: string,
  shards: readonly ShardRun[],
  warn: (line: string) => void,
): { facts: ReviewerFacts; price: Price | null } {
  const told = shards.map(({ reviewers }) => reviewers.find((reviewer) => reviewer.id === id));
  const all = told.filter((reviewer) => reviewer !== undefined);
  const [first] = all;
  if (first === undefined || all.length < told.length)
    throw new UsageError(`reviewer ${id} is not in the report of every shard (${reportChanged})`);
  for (const key of ["ref", "role", "split", "provider", "model"] as const)
    for (const other of all)
      if (other[key] !== first[key])
        throw new UsageError(
          `reviewer ${id}: its ${key} is ${first[key]} in one shard and ${other[key]} in another (${reportChanged})`,
        );
  const asked = all.filter(({ effective }) => Object.keys(effective).length > 0).map(({ effective }) => effective);
  for (const name of new Set(asked.flatMap((effective) => Object.keys(effective)))) {
    const values = [...new Set(asked.map((effective) => JSON.stringify(effective[name]) ?? "nothing"))];
    if (name !== "seed" && values.length > 1)
      warn(`${shortRef(id)}: the shards were answered with different ${name}: ${values.join(", ")}`);
  }
  const { ref, role, split, provider, model, prompt } = first;
  const served = all.map((one) => one.served).filter((one) => one !== undefined);
  const [firstServed] = served;
  const facts: ReviewerFacts = {
    id,
    ref,
    role,
    ...(split === undefined ? {} : { split }),
    provider,
    model,
    prompt,
    effective: Object.assign({}, ...asked) as Record<string, unknown>,
    hosts: distinct(all.flatMap(({ hosts }) => hosts)),
    ...(firstServed === undefined
      ? {}
      : { served: { ...firstServed, warnings: distinct(served.flatMap(({ warnings }) => warnings)) } }),
  };
  // A shard in which no model was asked tells none.
  return { facts, price: all.find((one) => one.price != null)?.price ?? null };
}

/** What decided which findings describe which bugs, with the work of all shards. */
export function mergeMatcher(all: readonly Report["matcher"][]): Report["matcher"] {
  const [first] = all;
  if (first?.asked === undefined) return first ?? null;
  return { ...first, asked: mergeWork(all.flatMap((matcher) => matcher?.asked ?? [])) };
}

/** The judge with the work of all shards. */
export function mergeJudge(all: readonly Report["judge"][]): Report["judge"] {
  const told = all.filter((judge) => judge !== null);
  return told.length === 0 ? null : mergeWork(told);
}

type Work = Omit<PanelMember, "ref"> & { members?: PanelMember[] | undefined };

/** How many reasons a report tells, as it is for one run. */
const mostReasons = 5;

/** Work of the same judges in several shards: sums, and hosts together; all else is the same in each. */
function mergeWork<One extends Work>(all: readonly One[]): One {
  const [first] = all;
  if (first === undefined) throw new Error("no work to add up");
  const members = first.members?.map((_, at) => mergeWork(all.flatMap((one) => one.members?.[at] ?? [])));
  const withoutUsage = sum(all.map((one) => one.withoutUsage ?? 0));
  const kept = all.flatMap((one) => one.kept ?? []);
  const costs = members?.map(({ costUsd }) => costUsd);
  return {
    ...first,
    hosts: distinct(all.flatMap(({ hosts }) => hosts)),
    calls: sum(all.map(({ calls }) => calls)),
    tokens: sumTokens(all.map(({ tokens }) => tokens)),
    ...(withoutUsage === 0 ? {} : { withoutUsage }),
    ...(kept.length === 0 ? {} : { kept: mergeKept(kept) }),
    costUsd: costs?.includes(null) ? null : sumKnown(costs ?? all.map(({ costUsd }) => costUsd)),
    busyMs: sum(all.map(({ busyMs }) => busyMs)),
    wallMs: sum(all.map(({ wallMs }) => wallMs)),
    unscored: mergeReasons(all.flatMap(({ unscored }) => unscored)),
    ...(members === undefined ? {} : { members }),
  };
}

function mergeKept(all: readonly NonNullable<Work["kept"]>[]): NonNullable<Work["kept"]> {
  const costs = all.map(({ costUsd }) => costUsd);
  return {
    calls: sum(all.map(({ calls }) => calls)),
    tokens: sumTokens(all.map(({ tokens }) => tokens)),
    costUsd: sumKnown(costs),
  };
}

function sumTokens(all: readonly Work["tokens"][]): Work["tokens"] {
  return { in: sumKnown(all.map((one) => one.in)), out: sumKnown(all.map((one) => one.out)) };
}

/**
 * A sum of what is known. Where some do not know theirs and all others had nothing, nothing is known: null, as it is
 * where they are one.
 */
function sumKnown(values: readonly (number | null)[]): number | null {
  const total = sum(values.map((value) => value ?? 0));
  return values.includes(null) && total === 0 ? null : total;
}

function mergeReasons(all: Work["unscored"]): Work["unscored"] {
  const counts = new Map<string, number>();
  for (const { reason, count } of all) counts.set(reason, (counts.get(reason) ?? 0) + count);
  const merged = [...counts].map(([reason, count]) => ({ reason, count }));
  return merged.sort((a, b) => b.count - a.count).slice(0, mostReasons);
}

/** What a reader should know where the shards ran on machines of different kinds. */
export function machineWarnings(shards: readonly Pick<Report, "run">[]): string[] {
  const kinds = distinct(
    shards.map(({ run: { host } }) => `${host.platform} ${host.arch}, ${plural(host.cpus, "core")}, Node ${host.node}`),
  );
  return kinds.length < 2 ? [] : [`the shards ran on different machines (${kinds.join("; ")}), so load times mix them`];
}

function distinct<T>(items: readonly T[]): T[] {
  return [...new Set(items)];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
