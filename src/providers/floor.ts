import { type Hunk, parseDiff } from "../core/diff.ts";
import { suggestWord, UsageError } from "../core/errors.ts";
import type { CreateProvider, GenerationRequest, ProviderSettings } from "../core/provider.ts";
import type { Finding } from "../core/review.ts";
import { findingsText, plainAnswer } from "./answer.ts";

type Say = (request: GenerationRequest, contract: ProviderSettings["contract"]) => string;

const floors: Readonly<Record<string, Say>> = {
  lgtm: () => "LGTM",
  silent: () => "",
  shotgun: (request, contract) => findingsText(flagEveryHunk(request.case.diff), contract),
};

/** Names most kinds of defect, so that it speaks of any bug without having found it. */
const shotgunMessage =
  "Check this change: possible null or undefined dereference, off by one error in a loop or bound, race condition or " +
  "missing lock, deadlock, resource or memory leak, unhandled exception or swallowed error, missing validation or " +
  "permission check, SQL, command or HTML injection, hard-coded secret, wrong operator or inverted condition, wrong " +
  "argument or return value, wrong default, integer overflow, missing await, stale cache, unbounded growth, slow " +
  "query, time zone or encoding mistake, wrong path or name, dead or duplicated code, and missing tests.";

/**
 * Reviewers that need no skill, which every real one must beat: `floor:lgtm` approves in words, `floor:silent` says
 * nothing, and `floor:shotgun` flags every hunk, as the contract asks, with one remark that names most kinds of defect.
 * @throws UsageError when the reference names another floor
 */
export const createProvider: CreateProvider = async (ref, { contract }) => {
  if (!Object.hasOwn(floors, ref.target)) {
    throw new UsageError(
      `model "${ref.ref}": unknown floor "${ref.target}" (${suggestWord(ref.target, Object.keys(floors))})`,
    );
  }
  const say = floors[ref.target]!;
  return {
    ref: ref.ref,
    name: ref.kind,
    model: ref.target,
    identity: `${ref.ref}, ${contract}`,
    hosts: [],
    seesTruth: false,
    isTimed: false,
    generate: async (request, signal) => {
      signal.throwIfAborted();
      return plainAnswer(say(request, contract));
    },
  };
};

function flagEveryHunk(diff: string): Finding[] {
  return parseDiff(diff).flatMap((file) => file.hunks.flatMap((hunk) => flagHunk(file.path, hunk)));
}

/** On the added lines from first to last; a hunk that only deletes is flagged on the old side. */
function flagHunk(path: string, hunk: Hunk): Finding[] {
  const file = path === "" ? {} : { file: path };
  const finding = { ...file, message: shotgunMessage, severity: "medium", category: "other" } as const;
  const added = hunk.lines.flatMap((line) => (line.kind === "added" && line.newLine !== null ? [line.newLine] : []));
  if (added.length > 0) return [{ ...finding, lines: [added[0]!, added.at(-1)!] }];
  const deleted = hunk.lines.flatMap((line) =>
    line.kind === "deleted" && line.oldLine !== null ? [line.oldLine] : [],
  );
  if (deleted.length > 0) return [{ ...finding, lines: [deleted[0]!, deleted.at(-1)!], side: "old" }];
  return [];
}
