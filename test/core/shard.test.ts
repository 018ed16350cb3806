import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/core/errors.ts";
import { assignShards, nameShard, parseShard, shardVerdict } from "../../src/core/shard.ts";
import { messageOf } from "../fixtures/complaint.ts";

describe("which shard is meant", () => {
  test.each(["1/1", "2/3", "3/3", "12/16"])("can be read back: %s", (text) => {
    expect(nameShard(parseShard(text))).toBe(text);
  });

  test.each(["0/3", "4/3", "a/b", "1", "1/0", "1/2/3", "1.5/2", "-1/2", " 1/2", "", "1/99999"])(
    'is refused in one line where it is "%s"',
    (text) => {
      const message = messageOf(() => parseShard(text), UsageError);
      expect(message).toBe(`--shard ${text}: expected I/N with I from 1 to N, got "${text}" (write --shard 2/3)`);
    },
  );
});

const cases = fc.array(
  fc.record({ cluster: fc.constantFrom(..."abcdefghijkl"), cost: fc.integer({ min: 1, max: 50 }) }),
  { minLength: 1, maxLength: 40 },
);
const counts = fc.integer({ min: 1, max: 8 });

/** Cost of each shard. */
function loadsOf(all: readonly { cost: number }[], shards: readonly number[], of: number): number[] {
  return Array.from({ length: of }, (_, at) =>
    all.reduce((sum, { cost }, index) => (shards[index] === at + 1 ? sum + cost : sum), 0),
  );
}

describe("the division of cases", () => {
  test("puts every case in one of the shards, and the cases of a cluster in the same", () => {
    fc.assert(
      fc.property(cases, counts, (all, of) => {
        const shards = assignShards(all, of);
        expect(shards).toHaveLength(all.length);
        expect(shards.every((shard) => Number.isInteger(shard) && shard >= 1 && shard <= of)).toBe(true);
        const pairs = all.map(({ cluster }, index) => `${cluster} ${shards[index]}`);
        expect(new Set(pairs).size).toBe(new Set(all.map(({ cluster }) => cluster)).size);
      }),
    );
  });

  test("does not depend on the order of the cases", () => {
    fc.assert(
      fc.property(cases, counts, (all, of) => {
        const backwards = assignShards(all.toReversed(), of).toReversed();
        expect(backwards).toEqual(assignShards(all, of));
      }),
    );
  });

  test("leaves no shard dearer than its fair part and one cluster", () => {
    fc.assert(
      fc.property(cases, counts, (all, of) => {
        const clusters = [...Map.groupBy(all, ({ cluster }) => cluster).values()];
        const costs = clusters.map((own) => own.reduce((sum, { cost }) => sum + cost, 0)).sort((a, b) => b - a);
        const mean = costs.reduce((sum, cost) => sum + cost, 0) / of;
        const dearest = Math.max(...loadsOf(all, assignShards(all, of), of));
        expect(dearest).toBeLessThanOrEqual(mean + (1 - 1 / of) * (costs[0] ?? 0) + 1e-9);
        if (of >= clusters.length) expect(dearest).toBe(costs[0]);
      }),
    );
  });

  test("gives out the dearest cluster first, and of equal ones the first by name", () => {
    const all = [
      { cluster: "b", cost: 1 },
      { cluster: "c", cost: 1 },
      { cluster: "a", cost: 1 },
      { cluster: "d", cost: 2 },
    ];
    expect(assignShards(all, 2)).toEqual([2, 1, 2, 1]);
  });

  test("counts a cluster by all of its cases together", () => {
    const all = [
      { cluster: "a", cost: 3 },
      { cluster: "b", cost: 2 },
      { cluster: "b", cost: 2 },
      { cluster: "c", cost: 1 },
    ];
    expect(assignShards(all, 2)).toEqual([2, 1, 1, 2]);
  });

  test("leaves shards empty where there are fewer clusters", () => {
    expect(
      new Set(
        assignShards(
          [
            { cluster: "a", cost: 1 },
            { cluster: "b", cost: 1 },
          ],
          5,
        ),
      ),
    ).toEqual(new Set([1, 2]));
  });
});

describe("the verdict of a shard", () => {
  const shard = { index: 2, of: 3, cases: 12, own: 4 };
  const reached = { sentence: "The run was cut short by its deadline." };

  test("is undecided and no failure once it is measured", () => {
    expect(shardVerdict(shard, { sentence: "" }, { isWhole: true, isScored: true })).toEqual({
      status: "incomplete",
      exitCode: 0,
      sentence: "Shard 2 of 3 (4 of 12 cases) is measured and decides nothing by itself: join all 3 with bench merge.",
    });
  });

  test.each([
    ["it was cut short", { isWhole: false, isScored: true }],
    ["nothing was scored", { isWhole: true, isScored: false }],
  ])("is incomplete, exit 3, where %s", (_, end) => {
    const verdict = shardVerdict(shard, reached, end);
    expect(verdict).toMatchObject({ status: "incomplete", exitCode: 3 });
    expect(verdict.sentence).toBe(`Shard 2 of 3 (4 of 12 cases) is not finished. ${reached.sentence}`);
  });

  test("is no failure where the shard has no case at all", () => {
    const verdict = shardVerdict({ ...shard, own: 0 }, reached, { isWhole: true, isScored: false });
    expect(verdict.exitCode).toBe(0);
  });
});
