import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { joinClusters } from "../../src/core/clusters.ts";

type Member = Parameters<typeof joinClusters>[0][number];

describe("clusters", () => {
  test.each<[string, Member[], string[]]>([
    ["a case alone is its own", [{ id: "b" }, { id: "a" }], ["b", "a"]],
    [
      "cases that name one share it",
      [
        { id: "a", cluster: "repo" },
        { id: "b", cluster: "repo" },
      ],
      ["repo", "repo"],
    ],
    ["a case and its twin share one", [{ id: "a.clean", twinOf: "a" }, { id: "a" }], ["a", "a"]],
    [
      "what only the case names holds for its twin",
      [
        { id: "a", cluster: "repo" },
        { id: "a.clean", twinOf: "a" },
      ],
      ["repo", "repo"],
    ],
    [
      "what only the twin names holds for its case, though the id comes first in the alphabet",
      [{ id: "a" }, { id: "a.clean", twinOf: "a", cluster: "repo" }],
      ["repo", "repo"],
    ],
    [
      "a pair with two names joins them, under the first in the alphabet",
      [
        { id: "a", cluster: "z" },
        { id: "a.clean", twinOf: "a", cluster: "y" },
        { id: "b", cluster: "z" },
      ],
      ["y", "y", "y"],
    ],
    [
      "a cluster that has the name of a case's id does not hold that case",
      [{ id: "12" }, { id: "b", cluster: "12" }, { id: "c" }],
      ["case 12", "12", "c"],
    ],
    [
      "nor its twin, which stays with the case",
      [{ id: "12" }, { id: "12.clean", twinOf: "12" }, { id: "b", cluster: "12" }],
      ["12.clean", "12.clean", "12"],
    ],
    [
      "and what then keeps the two apart is no other's name",
      [{ id: "12" }, { id: "b", cluster: "12" }, { id: "case 12" }, { id: "c", cluster: "case case 12" }],
      ["case case case 12", "12", "case 12", "case case 12"],
    ],
    [
      "a case that names itself as its cluster is in that cluster",
      [
        { id: "12", cluster: "12" },
        { id: "b", cluster: "12" },
      ],
      ["12", "12"],
    ],
    [
      "names that are ids of other cases join nothing",
      [
        { id: "1", cluster: "2" },
        { id: "2", cluster: "3" },
        { id: "3", cluster: "1" },
      ],
      ["2", "3", "1"],
    ],
  ])("%s", (_, members, expected) => {
    expect(joinClusters(members)).toEqual(expected);
  });

  test("of twenty pairs whose twins alone name one repository are one", () => {
    const pairs = Array.from({ length: 20 }, (_, index): Member[] => [
      { id: `c${index}` },
      { id: `c${index}.clean`, twinOf: `c${index}`, cluster: "one-repo" },
    ]).flat();
    expect(new Set(joinClusters(pairs))).toEqual(new Set(["one-repo"]));
  });

  test("are the same parts when names and ids are of one alphabet", () => {
    const named = fc.uniqueArray(
      fc.record({
        id: fc.constantFrom("a", "b", "c", "case a", "case case b"),
        cluster: fc.option(fc.constantFrom("a", "b", "case a", "case b"), { nil: undefined }),
        twinOf: fc.option(fc.constantFrom("a", "b"), { nil: undefined }),
      }),
      { selector: (member) => member.id, minLength: 1 },
    );
    const partsOf = (some: readonly Member[]) => {
      const names = joinClusters(some);
      return names.map((name) => names.indexOf(name));
    };
    fc.assert(
      fc.property(named, (some) => {
        const apart = some.map((one) => (one.cluster === undefined ? one : { ...one, cluster: `#${one.cluster}` }));
        expect(partsOf(some)).toEqual(partsOf(apart));
      }),
    );
  });

  const members = fc.uniqueArray(
    fc.record({
      id: fc.constantFrom("a", "b", "c", "d", "e", "f", "g", "h"),
      cluster: fc.option(fc.constantFrom("k", "l", "m"), { nil: undefined }),
      twinOf: fc.option(fc.constantFrom("a", "b", "c", "d"), { nil: undefined }),
    }),
    { selector: (member) => member.id, minLength: 1 },
  );

  test("hold together all that name one another and all twins, in whatever order they come", () => {
    fc.assert(
      fc.property(members, (some) => {
        const names = new Map(joinClusters(some).map((name, index) => [some[index]?.id ?? "", name]));
        for (const { id, twinOf, cluster } of some) {
          if (twinOf !== undefined && names.has(twinOf)) expect(names.get(id)).toBe(names.get(twinOf));
          for (const other of some)
            if (cluster !== undefined && other.cluster === cluster) expect(names.get(id)).toBe(names.get(other.id));
        }
        const turned = some.toReversed();
        expect(new Map(joinClusters(turned).map((name, index) => [turned[index]?.id ?? "", name]))).toEqual(names);
      }),
    );
  });

  test("join no more than they must: as many as there are without names, less one for each link that joins two", () => {
    fc.assert(
      fc.property(members, (some) => {
        const parts = some.map(({ id }) => new Set<string>([id]));
        let count = parts.length;
        const partOf = (id: string) => parts.findIndex((part) => part.has(id));
        const join = (one: string, other: string) => {
          const [a, b] = [partOf(one), partOf(other)];
          if (a === b || a === -1 || b === -1) return;
          for (const id of parts[b] ?? []) parts[a]?.add(id);
          parts[b]?.clear();
          count -= 1;
        };
        for (const { id, twinOf, cluster } of some) {
          if (twinOf !== undefined) join(id, twinOf);
          for (const other of some) if (cluster !== undefined && other.cluster === cluster) join(id, other.id);
        }
        const known = new Set<string>(some.map(({ id }) => id));
        const closed = some.map(({ twinOf, ...rest }) =>
          twinOf !== undefined && known.has(twinOf) ? { ...rest, twinOf } : rest,
        );
        expect(new Set(joinClusters(closed)).size).toBe(count);
      }),
    );
  });
});
