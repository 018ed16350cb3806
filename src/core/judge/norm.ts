import type { Case } from "../case.ts";
import { joinClusters } from "../clusters.ts";

/** How many reviews of the norm a judge is shown at most. */
export const normLimit = 5;

/** Reviews that show how an author, or the team (author null), writes; or why there are none. */
export type Norm = { reviews: string[]; author: string | null } | { reviews: null; reason: string };

/** What of a case a norm is taken from; its diff is not needed. */
export type NormSource = Pick<Case, "id" | "cluster" | "twin" | "references" | "repo" | "pr">;

/** One reference of the dataset, with what tells whose change it belongs to. */
interface Entry {
  text: string;
  author: string | undefined;
  cluster: string;
  change: string | null;
}

/** The references of a dataset in the order in which norms are taken from them. */
export interface NormIndex {
  ordered: readonly Entry[];
  byAuthor: ReadonlyMap<string, readonly Entry[]>;
  clusterOf: ReadonlyMap<string, string>;
}

/**
 * Puts all references of a dataset into an order that depends on their texts and the seed alone, so that neither the order
 * of the cases nor their ids choose a norm. A text that occurs twice counts with its first case.
 * @param rank a hash of a text, as text
 */
export function indexNorms(cases: readonly NormSource[], seed: number, rank: (text: string) => string): NormIndex {
  const members = cases.map(({ id, cluster, twin }) => ({ id, cluster, twinOf: twin?.of }));
  const clusters = joinClusters(members);
  const clusterOf = new Map(cases.map(({ id }, index) => [id, clusters[index] ?? id]));
  const ranked = cases.flatMap((source) =>
    source.references
      .filter(({ text }) => text.trim() !== "")
      .map(({ text, author }) => ({
        rank: rank(`${seed}\n${text}`),
        entry: { text, author, cluster: clusterOf.get(source.id) ?? source.id, change: changeOf(source) },
      })),
  );
  const ordered = ranked.toSorted((a, b) => compare(a.rank, b.rank)).map(({ entry }) => entry);
  const byAuthor = Map.groupBy(
    ordered.filter((entry) => entry.author !== undefined),
    (entry) => entry.author ?? "",
  );
  return { ordered, byAuthor, clusterOf };
}

/**
 * How the person whose reference a review is measured against writes elsewhere: up to five other references of that
 * author, the first of the case's authors that has any; where none of its references names an author, of the team. None
 * comes from the same change: not from the same pull request of the same repository, nor the same cluster or twin.
 */
export function chooseNorm({ ordered, byAuthor, clusterOf }: NormIndex, source: NormSource): Norm {
  if (source.references.length === 0) return { reviews: null, reason: "no reference to take an author from" };
  const cluster = clusterOf.get(source.id) ?? source.cluster ?? source.id;
  const change = changeOf(source);
  const own = new Set(source.references.map(({ text }) => text));
  const take = (entries: readonly Entry[]) => {
    const texts = new Set<string>();
    for (const entry of entries) {
      if (texts.size === normLimit) break;
      const isSameChange = entry.cluster === cluster || (change !== null && entry.change === change);
      if (!isSameChange && !own.has(entry.text)) texts.add(entry.text);
    }
    return [...texts];
  };

  const authors = [...new Set(source.references.flatMap(({ author }) => author ?? []))];
  for (const author of authors) {
    const reviews = take(byAuthor.get(author) ?? []);
    if (reviews.length > 0) return { reviews, author };
  }
  if (authors.length > 0)
    return { reviews: null, reason: `no reference of ${authors.join(" or ")} for another change` };
  const reviews = take(ordered);
  return reviews.length > 0 ? { reviews, author: null } : { reviews: null, reason: "no reference for another change" };
}

/** What tells one pull request from another; null where the case names none. */
function changeOf({ repo, pr }: NormSource): string | null {
  return pr === undefined ? null : JSON.stringify([repo ?? null, String(pr)]);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
