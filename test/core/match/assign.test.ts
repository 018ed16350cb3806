import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { assign, coverBugs, type Edge } from "../../../src/core/match/assign.ts";

const edge = (findingIndex: number, bugIndex: number, weight = 1): Edge => ({ findingIndex, bugIndex, weight });

/** Edges between up to five findings and five bugs, each pair once, weights in eighths so that sums are exact. */
const edgeSets = fc.uniqueArray(
  fc.record({ findingIndex: fc.nat(4), bugIndex: fc.nat(4), weight: fc.nat(8).map((eighths) => eighths / 8) }),
  {
    selector: ({ findingIndex, bugIndex }) => findingIndex * 5 + bugIndex,
    maxLength: 14,
  },
);

/** Every one-to-one choice of edges. */
function* choices(edges: readonly Edge[]): Generator<Edge[]> {
  const [first, ...rest] = edges;
  if (first === undefined) return yield [];
  yield* choices(rest);
  const free = rest.filter((other) => other.findingIndex !== first.findingIndex && other.bugIndex !== first.bugIndex);
  for (const choice of choices(free)) yield [first, ...choice];
}

const weightOf = (edges: readonly Edge[]) => edges.reduce((sum, { weight }) => sum + weight, 0);
const bugsOf = (edges: readonly Edge[]) => new Set(edges.map(({ bugIndex }) => bugIndex));
const isOneToOne = (edges: readonly Edge[]) =>
  bugsOf(edges).size === edges.length && new Set(edges.map(({ findingIndex }) => findingIndex)).size === edges.length;

describe("assign", () => {
  test("makes two matches of W = [[1, .5], [.5, .1]], though one pair alone weighs almost as much", () => {
    const chosen = assign([edge(0, 0, 1), edge(0, 1, 0.5), edge(1, 0, 0.5)]);
    expect(chosen).toHaveLength(2);
    expect(chosen).toEqual(expect.arrayContaining([edge(0, 1, 0.5), edge(1, 0, 0.5)]));
  });

  test("takes the heavier of two complete assignments", () => {
    const heavy = [edge(0, 1, 0.75), edge(1, 0, 0.5)];
    expect(assign([edge(0, 0, 1), edge(1, 1, 0.125), ...heavy])).toEqual(expect.arrayContaining(heavy));
  });

  test("gives a bug to the finding that fits it best", () => {
    expect(assign([edge(0, 0, 0.5), edge(1, 0, 0.75), edge(2, 0, 0.25)])).toEqual([edge(1, 0, 0.75)]);
  });

  test("gives equal findings of one bug to the first", () => {
    expect(assign([edge(4, 0), edge(2, 0)])).toEqual([edge(4, 0)]);
  });

  test("matches an edge of weight 0, and nothing where there is no edge", () => {
    expect(assign([edge(3, 7, 0)])).toEqual([edge(3, 7, 0)]);
    expect(assign([])).toEqual([]);
  });

  test.each([-0.1, 1.1, Number.NaN])("refuses a weight of %d", (weight) => {
    expect(() => assign([edge(0, 0, weight)])).toThrow(RangeError);
  });

  test("never gives a finding two bugs nor a bug two findings", () => {
    fc.assert(
      fc.property(edgeSets, (edges) => {
        expect(isOneToOne(assign(edges))).toBe(true);
      }),
    );
  });

  test("makes as many matches as trying every choice does, and of those the heaviest", () => {
    fc.assert(
      fc.property(edgeSets, (edges) => {
        const best = [...choices(edges)].reduce((a, b) =>
          (b.length - a.length || weightOf(b) - weightOf(a)) > 0 ? b : a,
        );
        const chosen = assign(edges);
        expect([chosen.length, weightOf(chosen)]).toEqual([best.length, weightOf(best)]);
      }),
    );
  });

  test("chooses from the edges that it was given", () => {
    fc.assert(
      fc.property(edgeSets, (edges) => {
        expect(edges).toEqual(expect.arrayContaining(assign(edges)));
      }),
    );
  });
});

describe("coverBugs", () => {
  test("lets a finding give up its bug for another that only it can hold", () => {
    expect(coverBugs([edge(0, 0), edge(0, 1), edge(1, 0)])).toEqual(new Set([0, 1]));
  });

  test("covers the preferred bug where one finding could hold either", () => {
    expect(coverBugs([edge(0, 0), edge(0, 1)])).toEqual(new Set([0]));
    expect(coverBugs([edge(0, 0), edge(0, 1)], [1])).toEqual(new Set([1]));
  });

  test("covers as many bugs as there are matches, whatever is preferred", () => {
    fc.assert(
      fc.property(edgeSets, fc.array(fc.nat(6)), (edges, preferred) => {
        expect(coverBugs(edges, preferred).size).toBe(assign(edges).length);
      }),
    );
  });

  test("covers a set of bugs that one choice of edges holds", () => {
    fc.assert(
      fc.property(edgeSets, fc.array(fc.nat(4)), (edges, preferred) => {
        const covered = coverBugs(edges, preferred);
        const keyOf = (bugs: Iterable<number>) => [...bugs].sort().join();
        expect([...choices(edges)].map((choice) => keyOf(bugsOf(choice)))).toContain(keyOf(covered));
      }),
    );
  });

  test("keeps bugs that can be held together when edges are added", () => {
    fc.assert(
      fc.property(edgeSets, fc.nat(14), (edges, count) => {
        const before = coverBugs(edges.slice(0, count));
        expect([...coverBugs(edges, [...before])]).toEqual(expect.arrayContaining([...before]));
      }),
    );
  });
});
