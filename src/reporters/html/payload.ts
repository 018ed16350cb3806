import type { JudgeReport, ReviewerReport } from "../../core/report.ts";
import { shortRef } from "../../core/format.ts";
import type { RunData } from "../../core/reporter.ts";
import { deflateToBase64 } from "./deflate.ts";
import type { Mark } from "./marks.ts";
import { everyone } from "./numbers.ts";
import { composeCase, cutLine, type Limits, packCase, type PackedCase, packLine } from "./packed.ts";
import { openStore, type Store } from "./store.ts";
import { allLimits, cuttableSize, foretellPackings } from "./text-limit.ts";
import { shortenApart, visibleDeep } from "./text.ts";

/** The case data of a report: `encoded` is base64 of raw-deflated JSON; the limits are the most characters kept of a raw generation and of each evidence and reasoning. */
export interface Payload {
  encoded: string;
  cases: number;
  textLimit: number;
  saidLimit: number;
}

const bytesPerCase = 1050;
const leastBudget = 1_050_000;
// More characters than this for each character of the budget would not fit, however well they pack.
const mostTextPerBudget = 8;

/**
 * Packs cases and reviews for the browser: each diff once, with all that was said about it beside it, where it packs
 * best. Raw generations and a judge's words are cut harder until the whole stays within about a kilobyte a case.
 */
export async function packCases(run: RunData, marks: ReadonlyMap<string, Mark>): Promise<Payload> {
  const ordered = everyone(run.report.reviewers);
  const reviewers = packReviewers(visibleDeep(ordered), marks);
  const store = openStore();
  const cases: PackedCase[] = [];
  for await (const source of run.cases()) cases.push(packCase(source, store));
  const budget = Math.max(leastBudget, cases.length * bytesPerCase);
  const mostKept = await addLines(run, cases, ordered, budget * mostTextPerBudget, store);
  const arranged = besideTwins(cases);
  const judge = packJudge(visibleDeep(run.report.judge));

  let payload: Payload = { encoded: "", cases: arranged.length, textLimit: 0, saidLimit: 0 };
  for (const { limits, level } of foretellPackings(arranged, budget, mostKept)) {
    const told = { textLimit: limits.text, saidLimit: limits.said };
    const head = JSON.stringify({ reviewers, judge, ...told });
    const encoded = await deflateToBase64(compose(head, arranged, limits), level);
    payload = { encoded, cases: arranged.length, ...told };
    if (encoded.length <= budget) break;
  }
  return payload;
}

/** Who judged, and the axes that each packed verdict has a letter for. */
function packJudge(judge: JudgeReport | null) {
  if (judge === null) return null;
  const { ref, engine, axes, members } = judge;
  if (members === undefined) return { name: shortRef(ref), engine, axes };
  const names = members.map((member) => shortRef(member.ref));
  return { name: `${members.length} judges`, engine, axes, panel: names };
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

/**
 * Gives every case its lines, by reviewer and repeat. What can be cut is cut harder when it comes to more than `mostText`
 * characters; returns the limits that held in the end.
 */
async function addLines(
  run: RunData,
  cases: readonly PackedCase[],
  reviewers: readonly ReviewerReport[],
  mostText: number,
  store: Store,
): Promise<Limits> {
  const axes = (run.report.judge?.axes ?? []).map(({ name }) => name);
  const reviewerIndex = new Map(reviewers.map((reviewer, index) => [reviewer.id, index]));
  const byId = new Map(cases.map((one) => [one.id, one]));
  let [limits, ...harder] = allLimits;
  let text = 0;
  for await (const source of run.lines()) {
    const reviewer = reviewerIndex.get(source.reviewer);
    const one = byId.get(source.caseId);
    if (reviewer === undefined || one === undefined) continue;
    const line = packLine(source, reviewer, axes, limits, store);
    one.lines = [...one.lines, line];
    text += cuttableSize(line);
    while (text > mostText && harder[0] !== undefined) {
      [limits, ...harder] = [harder[0], ...harder.slice(1)];
      text = cutLines(cases, limits, store);
    }
  }
  for (const one of cases) one.lines = one.lines.toSorted((a, b) => a.reviewer - b.reviewer || a.repeat - b.repeat);
  return limits;
}

/** Cuts what is packed already; returns how many characters are left that could be cut. */
function cutLines(cases: readonly PackedCase[], limits: Limits, store: Store): number {
  let text = 0;
  for (const one of cases) {
    one.lines = one.lines.map((line) => cutLine(line, limits, store));
    for (const line of one.lines) text += cuttableSize(line);
  }
  return text;
}

function* compose(head: string, cases: readonly PackedCase[], limits: Limits): Generator<Uint8Array> {
  yield Buffer.from(`${head.slice(0, -1)},"cases":[`);
  for (const [index, one] of cases.entries()) {
    if (index > 0) yield Buffer.from(",");
    yield* composeCase(one, limits);
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
