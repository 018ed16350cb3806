import munkres from "munkres";

/** A finding that could hold a bug; `weight` in [0, 1] says how well. */
export interface Edge {
  findingIndex: number;
  bugIndex: number;
  weight: number;
}

/** Dwarfs any sum of weights of one case, so that one more match always beats better-weighted fewer. */
const matchBonus = 1000;

/**
 * One-to-one assignment of findings to bugs: as many matches as possible, and of those the heaviest.
 * Ties are broken by the order of the edges and by nothing else, so a caller with a canonical order gets one answer.
 * @returns the chosen edges, at most one a finding and one a bug
 * @throws RangeError when a weight is not in [0, 1]
 */
export function assign<E extends Edge>(edges: readonly E[]): E[] {
  for (const { weight } of edges) {
    if (!(weight >= 0 && weight <= 1)) throw new RangeError(`edge weight: expected 0 to 1, got ${weight}`);
  }
  const findings = [...new Set(edges.map((edge) => edge.findingIndex))];
  const bugs = [...new Set(edges.map((edge) => edge.bugIndex))];
  if (findings.length === 0) return [];
  if (findings.length === 1 || bugs.length === 1) return [heaviest(edges)];

  const edgeAt = new Map(edges.map((edge) => [`${edge.findingIndex} ${edge.bugIndex}`, edge]));
  const costs = findings.map((findingIndex) =>
    bugs.map((bugIndex) => {
      const edge = edgeAt.get(`${findingIndex} ${bugIndex}`);
      return edge === undefined ? 0 : -(matchBonus + edge.weight);
    }),
  );
  return munkres(costs).flatMap(([row, column]) => edgeAt.get(`${findings[row]} ${bugs[column]}`) ?? []);
}

function heaviest<E extends Edge>(edges: readonly E[]): E {
  return edges.reduce((best, edge) => (edge.weight > best.weight ? edge : best));
}

/**
 * The bugs that findings can hold at once, one to one, as many as possible whatever the weights: the `preferred` ones
 * before the others, in their order. Those that can all be held are all in the answer, also when edges are added.
 * Greedy augmenting is optimal because sets of bugs that can be held together form a matroid (Edmonds, Fulkerson 1965).
 */
export function coverBugs(edges: readonly Edge[], preferred: readonly number[] = []): Set<number> {
  if (edges.length === 0) return new Set();
  const edgesOf = Map.groupBy(edges, (edge) => edge.bugIndex);
  const bugHeldBy = new Map<number, number>();
  const hold = (bugIndex: number, asked: Set<number>): boolean => {
    for (const { findingIndex } of edgesOf.get(bugIndex) ?? []) {
      if (asked.has(findingIndex)) continue;
      asked.add(findingIndex);
      const other = bugHeldBy.get(findingIndex);
      if (other !== undefined && !hold(other, asked)) continue;
      bugHeldBy.set(findingIndex, bugIndex);
      return true;
    }
    return false;
  };
  const inOrder = [...preferred, ...[...edgesOf.keys()].sort((a, b) => a - b)];
  for (const bugIndex of new Set(inOrder)) hold(bugIndex, new Set());
  return new Set(bugHeldBy.values());
}
