import type { ReviewerReport } from "../../core/report.ts";
import type { RunData } from "../../core/reporter.ts";
import { deflateToBase64 } from "./deflate.ts";
import type { Mark } from "./marks.ts";
import { rowOrder } from "./numbers.ts";
import { composeCase, cutLine, packCase, type PackedCase, packLine } from "./packed.ts";
import { openStore, type Store } from "./store.ts";
import { foretellPackings, textLimits } from "./text-limit.ts";
import { shortenApart, visibleDeep } from "./text.ts";

/** The case data of a report: `encoded` is base64 of raw-deflated JSON; `textLimit` the most characters kept of a raw generation. */
export interface Payload {
  encoded: string;
  cases: number;
  textLimit: number;
}

const bytesPerCase = 1050;
const leastBudget = 1_050_000;
// More characters than this for each character of the budget would not fit, however well they pack.
const mostTextPerBudget = 8;

/**
 * Packs cases and reviews for the browser: each diff once, with all that was said about it beside it, where it packs
 * best. Raw generations are cut harder until the whole stays within about a kilobyte a case.
 */
export async function packCases(run: RunData, marks: ReadonlyMap<string, Mark>): Promise<Payload> {
  const ordered = switchOrder(run.report.reviewers);
  const reviewers = packReviewers(visibleDeep(ordered), marks);
  const store = openStore();
  const cases: PackedCase[] = [];
  for await (const source of run.cases()) cases.push(packCase(source, store));
  const budget = Math.max(leastBudget, cases.length * bytesPerCase);
  const mostKept = await addLines(run, cases, ordered, budget * mostTextPerBudget, store);
  const arranged = besideTwins(cases);

  let payload: Payload = { encoded: "", cases: arranged.length, textLimit: 0 };
  for (const { textLimit, level } of foretellPackings(arranged, budget, mostKept)) {
    const head = JSON.stringify({ reviewers, textLimit });
    const encoded = await deflateToBase64(compose(head, arranged, textLimit), level);
    payload = { encoded, cases: arranged.length, textLimit };
    if (encoded.length <= budget) break;
  }
  return payload;
}

const mostInSwitch = 28;

/** How the browser calls and marks each reviewer; `short` is its label where a row of buttons has little room. */
function packReviewers(reviewers: readonly ReviewerReport[], marks: ReadonlyMap<string, Mark>) {
  const looks = reviewers.map(({ id, role }) => ({
    id,
    role,
    ...(marks.get(id) ?? { label: id, hue: "hue-none", shape: "ring" }),
  }));
  const short = shortenApart(
    looks.map(({ label }) => label),
    mostInSwitch,
  );
  return looks.map((look) => ({ ...look, short: short.get(look.label) ?? look.label }));
}

/** Measured reviewers first, then the company, then ceilings and floors. */
function switchOrder(reviewers: readonly ReviewerReport[]): ReviewerReport[] {
  const { measured, company, yardsticks } = rowOrder(reviewers);
  return [...measured, ...company, ...yardsticks];
}

/**
 * Gives every case its lines, by reviewer and repeat. Generations are cut harder when they come to more than `mostText`
 * characters; returns the limit that held in the end.
 */
async function addLines(
  run: RunData,
  cases: readonly PackedCase[],
  reviewers: readonly ReviewerReport[],
  mostText: number,
  store: Store,
): Promise<number> {
  const reviewerIndex = new Map(reviewers.map((reviewer, index) => [reviewer.id, index]));
  const byId = new Map(cases.map((one) => [one.id, one]));
  let [limit, ...harder] = textLimits;
  let text = 0;
  for await (const source of run.lines()) {
    const reviewer = reviewerIndex.get(source.reviewer);
    const one = byId.get(source.caseId);
    if (reviewer === undefined || one === undefined) continue;
    const line = packLine(source, reviewer, limit, store);
    one.lines = [...one.lines, line];
    text += line.textLength;
    while (text > mostText && harder.length > 0) {
      limit = harder.shift() ?? 0;
      text = cutLines(cases, limit, store);
    }
  }
  for (const one of cases) one.lines = one.lines.toSorted((a, b) => a.reviewer - b.reviewer || a.repeat - b.repeat);
  return limit;
}

/** Cuts what is packed already; returns how many characters of generations are left. */
function cutLines(cases: readonly PackedCase[], limit: number, store: Store): number {
  let text = 0;
  for (const one of cases) {
    one.lines = one.lines.map((line) => cutLine(line, limit, store));
    for (const line of one.lines) text += line.textLength;
  }
  return text;
}

function* compose(head: string, cases: readonly PackedCase[], textLimit: number): Generator<Uint8Array> {
  yield Buffer.from(`${head.slice(0, -1)},"cases":[`);
  for (const [index, one] of cases.entries()) {
    if (index > 0) yield Buffer.from(",");
    yield* composeCase(one, textLimit);
  }
  yield Buffer.from("]}");
}

/** Dataset order, but every clean twin right after its case. */
function besideTwins(cases: readonly PackedCase[]): PackedCase[] {
  const ids = new Set(cases.map((one) => one.id));
  const twins = Map.groupBy(
    cases.filter((one) => one.twinOf !== undefined && ids.has(one.twinOf) && one.twinOf !== one.id),
    (one) => one.twinOf ?? "",
  );
  const placed = new Set([...twins.values()].flat().map((one) => one.id));
  const first = cases.filter((one) => !placed.has(one.id));
  const ordered = first.flatMap((one) => [one, ...(twins.get(one.id) ?? [])]);
  const seen = new Set(ordered.map((one) => one.id));
  return [...ordered, ...cases.filter((one) => !seen.has(one.id))];
}
