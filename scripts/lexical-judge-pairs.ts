import { z } from "zod";
import type { Case, Reference } from "../src/core/case.ts";
import { chooseNorm, indexNorms } from "../src/core/judge/norm.ts";
import { sha256 } from "../src/load/hash.ts";

/** One question to an axis of the lexical judge, and whether it should pass. */
export interface Labelled {
  split: "choose" | "measure";
  candidate: string;
  references: string[];
  norm: string[];
  label: boolean;
}

/** One remark that was written for this calibration: does it give its reader something to act on? */
export const LabelledRemark = z.strictObject({
  id: z.string().min(1),
  split: z.enum(["choose", "measure"]),
  text: z.string().min(1),
  actionable: z.boolean(),
  why: z.string().min(1),
});
export type LabelledRemark = z.infer<typeof LabelledRemark>;

/** Pairs of references by two authors: `same` about one bug, `different` about two bugs of one case, `far` of two cases. */
export interface ThemePairs {
  same: Labelled[];
  different: Labelled[];
  far: Labelled[];
}

/** Every second cluster is kept for measuring. */
function splitOf(cases: readonly Case[]): (source: Case) => Labelled["split"] {
  const clusters = [...new Set(cases.map(({ id, cluster = id }) => cluster))].sort();
  return ({ id, cluster = id }) => (clusters.indexOf(cluster) % 2 === 0 ? "choose" : "measure");
}

/** Each reference against those that other authors wrote: about its bug, about the case's other bugs, about another case. */
export function themePairs(cases: readonly Case[]): ThemePairs {
  const pairs: ThemePairs = { same: [], different: [], far: [] };
  const withReferences = cases.filter(({ references }) => references.length > 0);
  const split = splitOf(withReferences);
  for (const [index, source] of withReferences.entries()) {
    const add = (kind: keyof ThemePairs, left: Reference, right: Reference | undefined) => {
      if (right === undefined || left.author === right.author) return;
      const label = kind === "same";
      pairs[kind].push({ split: split(source), candidate: left.text, references: [right.text], norm: [], label });
    };
    const following = [...withReferences.slice(index + 1), ...withReferences.slice(0, index)];
    const next = following.find(({ language }) => language === source.language) ?? following[0];
    for (const left of source.references) {
      for (const right of source.references) add(bugOf(left) === bugOf(right) ? "same" : "different", left, right);
      add(
        "far",
        left,
        next?.references.find(({ author }) => author !== left.author),
      );
    }
  }
  return pairs;
}

/** Both references of a bug stand where it stands. */
function bugOf({ anchor }: Reference): string {
  return JSON.stringify(anchor);
}

/** Each reference against the norm of every author, chosen as for a case of that author: only its own should pass. */
export function voicePairs(cases: readonly Case[]): Labelled[] {
  const withReferences = cases.filter(({ references }) => references.length > 0);
  const split = splitOf(withReferences);
  const index = indexNorms(cases, 0, sha256);
  const authors = [
    ...new Set(cases.flatMap(({ references }) => references.flatMap(({ author }) => author ?? []))),
  ].sort();
  return withReferences.flatMap((source) =>
    source.references.flatMap(({ text, author }) =>
      authors.flatMap((other) => {
        const { reviews } = chooseNorm(index, { ...source, references: [{ text, author: other }] });
        const pair = { split: split(source), candidate: text, references: [], label: author === other };
        return reviews === null ? [] : [{ ...pair, norm: reviews }];
      }),
    ),
  );
}

/** Every reference as an inline remark, with its place: all of them propose or imply a change. */
export function inlineRemarks(cases: readonly Case[]): Labelled[] {
  const split = splitOf(cases);
  return cases.flatMap((source) =>
    source.references.map(({ text, anchor }) => {
      const candidate = `${anchor?.file}:${anchor?.lines?.[0] ?? 1}: ${text}`;
      return { split: split(source), candidate, references: [], norm: [], label: true };
    }),
  );
}
