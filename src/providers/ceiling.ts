import type { Anchor, Bug, Case, Reference } from "../core/case.ts";
import { type Hunk, parseDiff } from "../core/diff.ts";
import { suggestWord, UsageError } from "../core/errors.ts";
import type { CreateProvider, GenerationRequest, ProviderAnswer } from "../core/provider.ts";
import type { Finding } from "../core/review.ts";
import { findingsText, plainAnswer } from "./answer.ts";

const ceilings: Readonly<Record<string, (request: GenerationRequest, truth: Case) => ProviderAnswer>> = {
  oracle: sayBugs,
  reference: sayReference,
};

/**
 * Reviewers that know the answers and show the most that a suite can give. `ceiling:oracle` says the bugs of the case
 * word for word. `ceiling:reference` says the first reference of one author (`effective.referenceAuthor`, the first by
 * name among those who wrote one); whoever compares its text with the references must leave that author's out, since
 * it would meet its own words. Without references by two different authors there is nobody else to compare with:
 * the answer is empty and `effective.referenceAuthor` is null.
 * @throws UsageError when the reference names another ceiling
 */
export const createProvider: CreateProvider = async (ref) => {
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
    hosts: [],
    seesTruth: true,
    isTimed: false,
    generate: async (request, signal) => {
      signal.throwIfAborted();
      if (request.truth === undefined) throw new Error(`${ref.ref} was asked for ${request.case.id} without its truth`);
      return say(request, request.truth);
    },
  };
};

function sayBugs(request: GenerationRequest, truth: Case): ProviderAnswer {
  const isHere = placedIn(request.case.diff, truth.diff);
  return plainAnswer(findingsText((truth.bugs ?? []).filter((bug) => isHere(bug.anchor)).map(bugAsFinding)));
}

function sayReference(request: GenerationRequest, truth: Case): ProviderAnswer {
  const reference = firstReference(truth.references);
  if (reference === null) return { ...plainAnswer(findingsText([])), effective: { referenceAuthor: null } };
  const isHere = reference.anchor === undefined || placedIn(request.case.diff, truth.diff)(reference.anchor);
  const findings = isHere
    ? [{ ...(reference.anchor && anchorAsPlace(reference.anchor)), message: reference.text }]
    : [];
  return { ...plainAnswer(findingsText(findings)), effective: { referenceAuthor: reference.author } };
}

/** The first reference of the author who is first by name; null unless two different authors are named. */
function firstReference(references: readonly Reference[]): Reference | null {
  const authors = new Set(references.flatMap((reference) => reference.author ?? []));
  if (authors.size < 2) return null;
  const first = [...authors].sort()[0];
  return references.find((reference) => reference.author === first) ?? null;
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
  return { ...anchorAsPlace(bug.anchor), message: bug.description, severity: bug.severity, category: bug.category };
}

function anchorAsPlace({ file, side, lines }: Anchor): Pick<Finding, "file" | "lines" | "side"> {
  return {
    file,
    ...(side === "file" || lines === undefined ? {} : { lines }),
    ...(side === "old" ? { side } : {}),
  };
}
