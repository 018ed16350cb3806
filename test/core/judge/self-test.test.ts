import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { z } from "zod";
import { selfTestOutcome, SelfTestPair, SelfTestReview } from "../../../src/core/judge/self-test.ts";
import { parseDiff } from "../../../src/core/diff.ts";
import { parseJsonLine } from "../../../src/core/json-line.ts";

function readShipped<Case>(name: string, schema: z.ZodType<Case>): Case[] {
  const file = `judges/self-test/${name}.jsonl`;
  return readFileSync(new URL(`../../../${file}`, import.meta.url), "utf8")
    .trim()
    .split("\n")
    .map((line, index) => parseJsonLine(schema, line, `${file}:${index + 1}`));
}

const shipped = readShipped("review", SelfTestReview);

function madeCase(id: string, kind: "negative" | "positive", isCritical = false): SelfTestReview {
  const shown = { why: "w", diff: "d", reference: "r", norm: ["n"], candidate: "c" };
  return { id, kind, isCritical, ...(kind === "negative" ? { fails: ["theme"] } : {}), ...shown };
}

describe("a case of a self-test", () => {
  const read = (changes: object) => SelfTestReview.safeParse({ ...madeCase("a", "negative"), ...changes }).success;

  test("is a negative with the axes that it fails, or a positive without", () => {
    expect(read({})).toBe(true);
    expect(read({ fails: undefined })).toBe(false);
    expect(read({ fails: [] })).toBe(false);
    expect(read({ kind: "positive" })).toBe(false);
    expect(read({ kind: "positive", fails: undefined })).toBe(true);
  });

  test("is critical only as a negative, has a reason and a norm, and may be empty itself", () => {
    expect(read({ isCritical: true })).toBe(true);
    expect(read({ kind: "positive", fails: undefined, isCritical: true })).toBe(false);
    expect(read({ why: "" })).toBe(false);
    expect(read({ norm: [] })).toBe(false);
    expect(read({ candidate: "" })).toBe(true);
  });

  test("may do without reference and norm, which not every rubric needs", () => {
    expect(read({ reference: undefined, norm: undefined })).toBe(true);
    expect(read({ reference: "" })).toBe(false);
  });

  test("of pairs is a finding, which may be empty, and a bug, which may not", () => {
    const common = { id: "a", kind: "negative", isCritical: true, fails: ["same"], why: "w", diff: "d" };
    const readPair = (changes: object) =>
      SelfTestPair.safeParse({ ...common, bug: "b", finding: "f", ...changes }).success;
    expect(readPair({})).toBe(true);
    expect(readPair({ finding: "" })).toBe(true);
    expect(readPair({ bug: "" })).toBe(false);
    expect(readPair({ candidate: "c" })).toBe(false);
    expect(readPair({ kind: "positive" })).toBe(false);
  });
});

describe("selfTestOutcome", () => {
  const cases = [
    madeCase("lgtm", "negative", true),
    madeCase("empty", "negative", true),
    ...Array.from({ length: 6 }, (_, index) => madeCase(`bad-${index}`, "negative")),
    ...Array.from({ length: 4 }, (_, index) => madeCase(`good-${index}`, "positive")),
  ];
  const right = new Map<string, boolean | null>(cases.map(({ id, kind }) => [id, kind === "positive"]));
  const outcome = (changes: Record<string, boolean | null>, floor = 0.9) =>
    selfTestOutcome(cases, new Map([...right, ...Object.entries(changes)]), floor);

  test("passes a judge that is right throughout, with exact one-sided bounds", () => {
    const { status, reasons, critical, negatives, positives, others } = outcome({});
    expect([status, reasons]).toEqual(["pass", []]);
    expect([critical.right, negatives.right, positives.right, others.right]).toEqual([2, 6, 4, 10]);
    expect(others).toMatchObject({ n: 10, rate: 1, high: 1, wrong: [], unscored: [] });
    expect(others.low).toBeCloseTo(0.05 ** (1 / 10), 9);
  });

  test("bounds the miss rate at 6.9 % after 42 negatives without a miss", () => {
    const many = Array.from({ length: 42 }, (_, index) => madeCase(`bad-${index}`, "negative"));
    const { negatives } = selfTestOutcome(many, new Map(many.map(({ id }) => [id, false])), 0.9);
    expect(1 - (negatives.low ?? 0)).toBeCloseTo(0.069, 3);
  });

  test("fails a judge that passes one critical case, however right it is otherwise", () => {
    const { status, reasons } = outcome({ lgtm: true }, 0);
    expect([status, reasons]).toEqual([
      "fail",
      ["passed 1 of the 2 critical cases, all of which a judge must fail: lgtm"],
    ]);
  });

  test("fails below the floor, and meets it exactly", () => {
    expect(outcome({ "bad-0": true }).status).toBe("pass");
    const { status, reasons, negatives, positives } = outcome({ "bad-0": true, "good-0": false });
    expect(status).toBe("fail");
    expect(reasons).toEqual([
      "right on 8 of 10 others (true rate .49 to .96, one-sided 95 % each), expected .90 of them",
    ]);
    expect([negatives.wrong, positives.wrong]).toEqual([["bad-0"], ["good-0"]]);
  });

  test("an unscored case is neither right nor wrong: what depends on it is inconclusive", () => {
    expect(outcome({ "bad-0": null }).status).toBe("pass");
    const open = outcome({ "bad-0": null, "bad-1": null });
    expect(open.status).toBe("inconclusive");
    expect(open.others).toMatchObject({ right: 8, rate: 1, unscored: ["bad-0", "bad-1"] });
    expect(open.reasons[0]).toContain("right on 8 of 10 others, 2 unscored");
    expect(outcome({ "bad-0": null, "bad-1": true, "bad-2": true }).status).toBe("fail");
  });

  test("a critical case left unscored was not failed", () => {
    const { status, reasons } = outcome({ empty: null });
    expect([status, reasons]).toEqual(["inconclusive", ["left 1 of 2 critical cases unscored: empty"]]);
  });

  test("a case without a verdict is unscored, and a test without cases shows nothing", () => {
    const unasked = selfTestOutcome(cases, new Map(), 0.9);
    expect(unasked).toMatchObject({ status: "inconclusive", others: { rate: null, low: null, high: null } });
    expect(selfTestOutcome([], new Map(), 0)).toMatchObject({
      status: "inconclusive",
      reasons: ["no critical case was asked", "no case but critical ones was asked"],
    });
  });
});

describe("the shipped self-test for reviews", () => {
  const count = (chosen: (one: SelfTestReview) => boolean) => shipped.filter(chosen).length;

  test("has negatives enough to bound the miss rate, critical ones among them, and positives", () => {
    expect(count(({ kind }) => kind === "negative")).toBeGreaterThanOrEqual(46);
    expect(count(({ isCritical }) => isCritical)).toBeGreaterThanOrEqual(20);
    expect(count(({ kind }) => kind === "positive")).toBeGreaterThanOrEqual(22);
  });

  test("has unique ids, and no two reviews alike", () => {
    expect(new Set(shipped.map(({ id }) => id)).size).toBe(shipped.length);
    expect(new Set(shipped.map(({ candidate }) => candidate)).size).toBe(shipped.length);
  });

  test("has a reason of its own for every label", () => {
    expect(new Set(shipped.map(({ why }) => why)).size).toBe(shipped.length);
  });

  test("fails axes of the rubric, each of them in some negatives that fail no other", () => {
    const axes = shipped.flatMap(({ fails = [] }) => fails);
    expect(new Set(axes)).toEqual(new Set(["theme", "actionable", "voice"]));
    const alone = shipped.filter(({ fails }) => fails?.length === 1).flatMap(({ fails = [] }) => fails);
    expect(new Set(alone)).toEqual(new Set(["theme", "voice"]));
  });

  test("has diffs that can be read, of 24 changes", () => {
    const names = shipped.map(({ id, diff }) => parseDiff(diff, id)[0]?.newPath);
    expect(new Set(names).size).toBe(24);
  });

  test("shows a judge what it needs: several reviews of a norm, none of which is the reference", () => {
    for (const { norm = [], reference } of shipped) {
      expect(new Set(norm).size).toBeGreaterThanOrEqual(4);
      expect(norm).not.toContain(reference);
    }
  });
});

describe.each([
  { name: "same-bug", cases: readShipped("same-bug", SelfTestPair), axes: ["same"], changes: 39 },
  {
    name: "safety",
    cases: readShipped("safety", SelfTestReview),
    axes: ["no_dangerous_advice", "no_insult", "no_prompt_following", "no_secret_leak"],
    changes: 22,
  },
  {
    name: "gold-promotion",
    cases: readShipped("gold-promotion", SelfTestReview),
    axes: ["actionable", "correct", "specific", "weighty"],
    changes: 30,
  },
])("the shipped self-test of $name", ({ cases, axes, changes }) => {
  const textOf = (one: SelfTestPair | SelfTestReview) => ("finding" in one ? one.finding : one.candidate);

  test("has negatives enough to bound the miss rate, critical ones among them, and positives", () => {
    const negatives = cases.filter(({ kind }) => kind === "negative");
    expect(negatives.length).toBeGreaterThanOrEqual(55);
    expect(negatives.filter(({ isCritical }) => isCritical).length).toBeGreaterThanOrEqual(16);
    expect(cases.length - negatives.length).toBeGreaterThanOrEqual(24);
  });

  test("has ids, reasons and texts that stand once each", () => {
    for (const values of [cases.map(({ id }) => id), cases.map(({ why }) => why), cases.map(textOf)]) {
      expect(new Set(values).size).toBe(values.length);
    }
  });

  test("fails every axis of its rubric, and no other", () => {
    expect([...new Set(cases.flatMap(({ fails = [] }) => fails))].sort()).toEqual(axes);
  });

  test("has diffs that can be read, and names only files that they change", () => {
    expect(new Set(cases.map(({ diff }) => diff)).size).toBe(changes);
    for (const one of cases) {
      const paths = parseDiff(one.diff, one.id).map(({ path }) => path);
      expect(paths).toHaveLength(1);
      if ("bug" in one) expect([one.id, one.bug.startsWith(`${paths[0]}:`)]).toEqual([one.id, true]);
    }
  });
});
