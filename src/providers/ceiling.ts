import type { Anchor, Bug, Case, Reference } from "../core/case.ts";
import { type Hunk, parseDiff } from "../core/diff.ts";
import { suggestWord, UsageError } from "../core/errors.ts";
import type { CreateProvider, GenerationRequest } from "../core/provider.ts";
import type { Finding } from "../core/review.ts";
import { findingsText, plainAnswer } from "./answer.ts";

interface Said {
  findings: Finding[];
  effective?: Record<string, unknown>;
}

const ceilings: Readonly<Record<string, (request: GenerationRequest, truth: Case) => Said>> = {
  oracle: sayBugs,
  reference: sayReferences,
};

/**
 * Reviewers that know the answers and show the most that a suite can give, written as the contract asks.
 * `ceiling:oracle` says the bugs of the case word for word. `ceiling:reference` says all that one author remarked
 * (`effective.referenceAuthor`, the first by name among those who wrote something), each remark at its anchor; whoever
 * compares its text with the references must leave that author's out, since it would meet its own words. Without
 * references by two different authors there is nobody else to compare with: it finds nothing and
 * `effective.referenceAuthor` is null.
 * @throws UsageError when the reference names another ceiling
 */
export const createProvider: CreateProvider = async (ref, { contract }) => {
  if (!Object.hasOwn(ceilings, ref.target)) {
    throw new UsageError(
      `model "${ref.ref}": unknown ceiling "${ref.target}" (${suggestWord(ref.target, Object.keys(ceilings))})`,
    );
  }
  const say = ceilings[ref.target]!;
  return {
    ref: ref.ref,
    name: ref.kind,
    model: ref.target,
    identity: ref.ref,
    hosts: [],
    seesTruth: true,
    isTimed: false,
    generate: async (request, signal) => {
      signal.throwIfAborted();
      if (request.truth === undefined) throw new Error(`${ref.ref} was asked for ${request.caseId} without its truth`);
      const { findings, effective = {} } = say(request, request.truth);
      return { ...plainAnswer(findingsText(findings, contract)), effective };
    },
  };
};

function sayBugs(request: GenerationRequest, truth: Case): Said {
  const isHere = placedIn(request.case.diff, truth.diff);
  return {
    findings: (truth.bugs ?? []).filter((bug) => bug.anchor === undefined || isHere(bug.anchor)).map(bugAsFinding),
  };
}

function sayReferences(request: GenerationRequest, truth: Case): Said {
  const author = firstAuthor(truth.references);
  if (author === null) return { findings: [], effective: { referenceAuthor: null } };
  const isHere = placedIn(request.case.diff, truth.diff);
  const findings = truth.references
    .filter((reference) => reference.author === author && reference.text.trim() !== "")
    .filter(({ anchor }) => anchor === undefined || isHere(anchor))
    .map(({ anchor, text }) => ({ ...(anchor && anchorAsPlace(anchor)), message: text }));
  return { findings, effective: { referenceAuthor: author } };
}

/** The author who is first by name; null unless two different authors wrote something. */
function firstAuthor(references: readonly Reference[]): string | null {
  const authors = references.flatMap(({ author, text }) => (author === undefined || text.trim() === "" ? [] : author));
  const [first, ...others] = [...new Set(authors)].sort();
  return first === undefined || others.length === 0 ? null : first;
}

/**
 * Tells which anchors a part has to speak of. Each belongs to the parts that hold its lines; where no hunk of the case
 * does, to the parts that hold its file; where no part does either, to all of them (merging keeps equal findings once).
 */
function placedIn(part: string, whole: string): (anchor: Anchor) => boolean {
  const nearestInPart = nearness(part);
  const nearestInCase = nearness(whole);
  return (anchor) => nearestInPart(anchor) === nearestInCase(anchor);
}

function nearness(diff: string): (anchor: Anchor) => "lines" | "file" | "none" {
  const files = parseDiff(diff);
  return ({ file: path, side, lines }) => {
    const holders = files.filter((file) => file.path === "" || [file.path, file.oldPath].includes(path));
    if (holders.length === 0) return "none";
    if (side === "file" || lines === undefined) return "file";
    return holders.some((file) => file.hunks.some((hunk) => overlaps(hunk, side, lines))) ? "lines" : "file";
  };
}

function overlaps(hunk: Hunk, side: "new" | "old", [from, to]: readonly [number, number]): boolean {
  const start = side === "new" ? hunk.newStart : hunk.oldStart;
  const count = side === "new" ? hunk.newCount : hunk.oldCount;
  return from < start + count && start <= to;
}

function bugAsFinding(bug: Bug): Finding {
  return {
    ...(bug.anchor && anchorAsPlace(bug.anchor)),
    message: bug.description,
    severity: bug.severity,
    category: bug.category,
  };
}

function anchorAsPlace({ file, side, lines }: Anchor): Pick<Finding, "file" | "lines" | "side"> {
  return {
    file,
    ...(side === "file" || lines === undefined ? {} : { lines }),
    ...(side === "old" ? { side } : {}),
  };
}
