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
 * Ties fall to the edge that comes first, so the caller's order decides them.
 * @returns the chosen edges, at most one a finding and one a bug
 * @throws RangeError when a weight is not in [0, 1]
 */
export function assign(edges: readonly Edge[]): Edge[] {
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

function heaviest(edges: readonly Edge[]): Edge {
  return edges.reduce((best, edge) => (edge.weight > best.weight ? edge : best));
}
