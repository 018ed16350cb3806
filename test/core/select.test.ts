import fc from "fast-check";
import { expect, test } from "vitest";
import { selectByHash } from "../../src/core/select.ts";

/** A hash that scatters names, the same in every run. */
const hash = (text: string) =>
  [...text]
    .reduce((sum, letter) => Math.imul(sum ^ letter.charCodeAt(0), 0x01000193) >>> 0, 0x811c9dc5)
    .toString(16)
    .padStart(8, "0");
const items = fc.array(
  fc.constantFrom(..."abcdefghijkl").map((cluster) => ({ cluster })),
  { minLength: 1, maxLength: 30 },
);
const limits = fc.integer({ min: 1, max: 20 });
const clustersOf = (chosen: readonly { cluster: string }[]) => new Set(chosen.map(({ cluster }) => cluster));

test("the first clusters by hash are chosen, in the order of the items", () => {
  const ranks: Record<string, string> = { x: "3", y: "1", z: "2" };
  const all = [
    { cluster: "x", id: 1 },
    { cluster: "z", id: 2 },
    { cluster: "y", id: 3 },
    { cluster: "z", id: 4 },
  ];
  expect(selectByHash(all, 3, (cluster) => ranks[cluster] ?? "").map(({ id }) => id)).toEqual([2, 3, 4]);
});

test("a cluster that would not fit whole ends the choice", () => {
  const all = [{ cluster: "b" }, { cluster: "b" }, { cluster: "a" }, { cluster: "c" }];
  expect(selectByHash(all, 2, (cluster) => cluster)).toEqual([{ cluster: "a" }]);
});

test("one cluster is kept also when it is larger than the limit", () => {
  expect(selectByHash([{ cluster: "a" }, { cluster: "a" }, { cluster: "b" }], 1, (cluster) => cluster)).toHaveLength(2);
});

test("clusters stay whole and the limit is kept but by one large cluster", () => {
  fc.assert(
    fc.property(items, limits, (all, limit) => {
      const chosen = selectByHash(all, limit, hash);
      const clusters = clustersOf(chosen);
      expect(chosen).toEqual(all.filter(({ cluster }) => clusters.has(cluster)));
      expect(chosen.length <= limit || clusters.size === 1).toBe(true);
      expect(chosen.length).toBeGreaterThan(0);
    }),
  );
});

test("a larger limit keeps what a smaller one chose", () => {
  fc.assert(
    fc.property(items, limits, limits, (all, a, b) => {
      const [few, many] = [selectByHash(all, Math.min(a, b), hash), selectByHash(all, Math.max(a, b), hash)];
      expect(many).toEqual(expect.arrayContaining(few));
    }),
  );
});

test("a case of a new cluster pushes others out and brings none but itself in", () => {
  fc.assert(
    fc.property(items, limits, fc.nat(30), (all, limit, at) => {
      const before = clustersOf(selectByHash(all, limit, hash));
      const grown = all.toSpliced(Math.min(at, all.length), 0, { cluster: "new" });
      for (const cluster of clustersOf(selectByHash(grown, limit, hash))) expect([...before, "new"]).toContain(cluster);
    }),
  );
});

test("the order of the items does not matter to which are chosen", () => {
  fc.assert(
    fc.property(items, limits, (all, limit) => {
      expect(clustersOf(selectByHash(all.toReversed(), limit, hash))).toEqual(
        clustersOf(selectByHash(all, limit, hash)),
      );
    }),
  );
});
