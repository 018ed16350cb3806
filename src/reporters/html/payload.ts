import { deflateRawSync } from "node:zlib";
import type { Case } from "../../core/case.ts";
import type { LedgerFinding } from "../../core/ledger.ts";
import type { CaseLine, ReviewerReport } from "../../core/report.ts";
import type { RunData } from "../../core/reporter.ts";
import type { Finding } from "../../core/review.ts";
import type { Mark } from "./marks.ts";
import { rowOrder } from "./numbers.ts";
import { visibleDeep } from "./text.ts";

/** One reviewer's work on one case and repeat; keys are short because there are many. */
interface PackedLine {
  r: number;
  n?: number;
  o: string;
  /** Null where the case is unscored. */
  f: (Finding & Partial<LedgerFinding>)[] | null;
  /** Absent where there is no ledger. */
  b?: { id: string; state: string; finding: number | null; theme: boolean }[];
  /** Ids of the bugs whose place a clean twin's reviewer touched. */
  touched?: string[];
  s: Record<string, [number, number] | string>;
  parts: [outcome: string, durationMs: number | null, error: string, fromCache: boolean][];
  t: string;
  isCut?: true;
}

interface PackedCase extends Pick<
  Case,
  "id" | "diff" | "language" | "title" | "context" | "bugs" | "references" | "twin"
> {
  source: string;
  outcomeOf: PackedLine[];
}

/** The case data of a report: `encoded` is base64 of raw-deflated JSON; `textLimit` the most characters kept of a raw generation. */
export interface Payload {
  encoded: string;
  cases: number;
  textLimit: number;
}

const textLimits = [8000, 2000, 500, 0];
const contextLimit = 4000;
const bytesPerCase = 1050;
const leastBudget = 1_050_000;

/**
 * Packs cases and reviews for the browser: each diff once, with all that was said about it beside it, where it packs
 * best. Raw generations are cut harder until the whole stays within about a kilobyte a case.
 */
export async function packCases(run: RunData, marks: ReadonlyMap<string, Mark>): Promise<Payload> {
  const ordered = switchOrder(run.report.reviewers);
  const reviewers = visibleDeep(ordered).map((reviewer) => ({
    id: reviewer.id,
    role: reviewer.role,
    ...(marks.get(reviewer.id) ?? { hue: "hue-none", shape: "ring" }),
  }));
  const indexOf = new Map(ordered.map((reviewer, index) => [reviewer.id, index]));
  const linesOf = new Map<string, PackedLine[]>();
  for await (const line of run.lines()) {
    const reviewer = indexOf.get(line.reviewer);
    if (reviewer === undefined) continue;
    const lines = linesOf.get(line.caseId);
    if (lines === undefined) linesOf.set(line.caseId, [packLine(line, reviewer)]);
    else lines.push(packLine(line, reviewer));
  }
  const cases: PackedCase[] = [];
  for await (const source of run.cases()) cases.push(packCase(source, linesOf.get(source.id) ?? []));
  const arranged = besideTwins(cases);

  const budget = Math.max(leastBudget, arranged.length * bytesPerCase);
  for (const textLimit of textLimits) {
    for (const line of arranged.flatMap((one) => one.outcomeOf)) cutText(line, textLimit);
    const packed = deflateRawSync(JSON.stringify({ reviewers, textLimit, cases: arranged }), { level: 9 });
    const encoded = packed.toString("base64");
    if (encoded.length <= budget || textLimit === textLimits.at(-1))
      return { encoded, cases: arranged.length, textLimit };
  }
  throw new Error("unreachable: the last limit always returns");
}

/** Measured reviewers first, then the company, then ceilings and floors. */
function switchOrder(reviewers: readonly ReviewerReport[]): ReviewerReport[] {
  const { contestants, yardsticks } = rowOrder(reviewers);
  const isMeasured = (reviewer: ReviewerReport) => reviewer.role === "measured";
  return [...contestants.filter(isMeasured), ...contestants.filter((one) => !isMeasured(one)), ...yardsticks];
}

function cutText(line: PackedLine, limit: number): void {
  if (line.t.length <= limit) return;
  line.t = line.t.slice(0, limit).toWellFormed();
  line.isCut = true;
}

function packLine(line: CaseLine, reviewer: number): PackedLine {
  const { ledger, review } = line;
  return visibleDeep<PackedLine>({
    r: reviewer,
    ...(line.repeat === 0 ? {} : { n: line.repeat }),
    o: line.outcome,
    f:
      review === null
        ? null
        : review.findings.map((finding, index) => ({ ...finding, ...packState(ledger?.findings[index]) })),
    ...(ledger === null
      ? {}
      : {
          b: ledger.bugs.map(({ bugId, state, finding, theme }) => ({ id: bugId, state, finding, theme })),
          touched: ledger.places.filter((place) => place.touched).map((place) => place.bugId),
        }),
    s: Object.fromEntries(
      Object.entries(line.scores).map(([name, score]) => [
        name,
        "value" in score ? score.reason : [rounded(score.numerator), rounded(score.denominator)],
      ]),
    ),
    parts: line.parts.map((part) => [
      part.outcome,
      part.durationMs === null ? null : Math.round(part.durationMs),
      part.error ?? (part.isCapped === true ? "only the beginning was read" : ""),
      part.fromCache,
    ]),
    t: line.text.slice(0, textLimits[0]),
    ...(line.isTextCut || line.text.length > (textLimits[0] ?? 0) ? { isCut: true as const } : {}),
  });
}

const rounded = (value: number) => Math.round(value * 1000) / 1000;

function packState(state: LedgerFinding | undefined): Partial<LedgerFinding> {
  if (state === undefined) return {};
  return {
    state: state.state,
    ...(state.bugId === undefined ? {} : { bugId: state.bugId }),
    ...(state.offPlace ? { offPlace: true } : {}),
    ...(state.invented === true ? { invented: true } : {}),
  };
}

function packCase(source: Case, lines: PackedLine[]): PackedCase {
  const { id, diff, language, title, context, bugs, references, twin } = source;
  const cut = (text: string) =>
    text.length <= contextLimit
      ? text
      : `${text.slice(0, contextLimit)}\n… (${text.length - contextLimit} more characters)`;
  const short = context && {
    ...context,
    ...(context.retrieved && { retrieved: context.retrieved.map(({ path, text }) => ({ path, text: cut(text) })) }),
    ...(context.checks && { checks: context.checks.map(({ tool, output }) => ({ tool, output: cut(output) })) }),
  };
  return {
    ...visibleDeep({
      id,
      diff,
      language,
      ...(title === undefined ? {} : { title }),
      ...(short === undefined ? {} : { context: short }),
      ...(bugs === undefined ? {} : { bugs }),
      references,
      ...(twin === undefined ? {} : { twin }),
      source: [
        source.repo,
        source.pr === undefined ? undefined : `#${source.pr}`,
        source.changeAuthor && `by ${source.changeAuthor}`,
      ]
        .filter((part) => part !== undefined)
        .join(" "),
    }),
    outcomeOf: lines.sort((a, b) => a.r - b.r || (a.n ?? 0) - (b.n ?? 0)),
  };
}

/** Dataset order, but every clean twin right after its case. */
function besideTwins(cases: readonly PackedCase[]): PackedCase[] {
  const ids = new Set(cases.map((one) => one.id));
  const twins = Map.groupBy(
    cases.filter((one) => one.twin !== undefined && ids.has(one.twin.of) && one.twin.of !== one.id),
    (one) => one.twin?.of ?? "",
  );
  const placed = new Set([...twins.values()].flat().map((one) => one.id));
  const first = cases.filter((one) => !placed.has(one.id));
  const ordered = first.flatMap((one) => [one, ...(twins.get(one.id) ?? [])]);
  const seen = new Set(ordered.map((one) => one.id));
  return [...ordered, ...cases.filter((one) => !seen.has(one.id))];
}
