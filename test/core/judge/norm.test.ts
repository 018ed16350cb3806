import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Case } from "../../../src/core/case.ts";
import { chooseNorm, indexNorms, normLimit } from "../../../src/core/judge/norm.ts";
import { sha256 } from "../../../src/load/hash.ts";
import { caseOf } from "../../fixtures/cases.ts";

/** A case with references that begin with their author's name: `ines: first`; one without a colon has no author. */
function reviewed(id: string, references: string[], more: Partial<Case> = {}): Case {
  const parsed = references.map((text) =>
    text.includes(":") ? { text, author: text.split(":", 1)[0] ?? "" } : { text },
  );
  return caseOf({ id, references: parsed, ...more });
}

const asText = (text: string) => text;
const choose = (cases: readonly Case[], source: Case, rank = asText) => chooseNorm(indexNorms(cases, 1, rank), source);

describe("the norm of a case", () => {
  const source = reviewed("a", ["ines: here"]);

  test("is what the author of its reference wrote elsewhere, in the order of the ranks", () => {
    const cases = [source, reviewed("b", ["ines: two", "radu: no"]), reviewed("c", ["ines: one"])];
    expect(choose(cases, source)).toEqual({ reviews: ["ines: one", "ines: two"], author: "ines" });
    const backwards = (text: string) => (text.endsWith("two") ? "1" : "2");
    expect(choose(cases, source, backwards)).toEqual({ reviews: ["ines: two", "ines: one"], author: "ines" });
  });

  test("has five reviews at most, each once", () => {
    const cases = [source, ...[..."bcdefghi"].map((id) => reviewed(id, [`ines: ${id}`, "ines: same", "ines: "]))];
    const { reviews } = choose(cases, source);
    expect(reviews).toHaveLength(normLimit);
    expect(new Set(reviews).size).toBe(normLimit);
  });

  test("is that of the first of several authors who has written elsewhere", () => {
    const two = reviewed("a", ["mei: here", "ines: here", "radu: here"]);
    const cases = [two, reviewed("b", ["radu: there", "ines: there"])];
    expect(choose(cases, two)).toEqual({ reviews: ["ines: there"], author: "ines" });
  });

  test("is the team's where its references name no author", () => {
    const nobody = reviewed("a", ["here"]);
    const cases = [nobody, reviewed("b", ["radu: b", "nobody"])];
    expect(choose(cases, nobody)).toEqual({ reviews: ["nobody", "radu: b"], author: null });
  });

  test("is none, with a reason", () => {
    expect(choose([source, reviewed("b", ["radu: b"])], source)).toEqual({
      reviews: null,
      reason: "no reference of ines for another change",
    });
    const nobody = reviewed("a", ["here"]);
    expect(choose([nobody], nobody)).toEqual({ reviews: null, reason: "no reference for another change" });
    const clean = reviewed("a", []);
    expect(choose([clean, reviewed("b", ["radu: b"])], clean)).toEqual({
      reviews: null,
      reason: "no reference to take an author from",
    });
  });

  test("leaves out empty references and the text of its own", () => {
    const cases = [
      source,
      reviewed("b", ["ines: here"]),
      caseOf({ id: "c", references: [{ text: " ", author: "ines" }] }),
    ];
    expect(choose(cases, source).reviews).toBe(null);
  });

  test.each([
    ["the same pull request", { repo: "o/r", pr: 7 }, { repo: "o/r", pr: "7" }],
    ["the same pull request of no named repository", { pr: 7 }, { pr: 7 }],
    ["the same cluster", { cluster: "x" }, { cluster: "x" }],
    ["its twin", {}, { twin: { of: "a", places: [] } }],
    ["a twin whose twin it is", { twin: { of: "b", places: [] } }, {}],
  ])("has nothing of %s", (_, own, other) => {
    const subject = reviewed("a", ["ines: here"], own);
    const cases = [subject, reviewed("b", ["ines: there"], other), reviewed("c", ["ines: far"])];
    expect(choose(cases, subject).reviews).toEqual(["ines: far"]);
  });

  test.each([
    ["another repository with the same number", { repo: "o/r", pr: 7 }, { repo: "o/s", pr: 7 }],
    ["the same repository without a number", { repo: "o/r" }, { repo: "o/r" }],
  ])("may come from %s", (_, own, other) => {
    const subject = reviewed("a", ["ines: here"], own);
    expect(choose([subject, reviewed("b", ["ines: there"], other)], subject).reviews).toEqual(["ines: there"]);
  });

  test("does not depend on the order of the cases, and changes with the seed", () => {
    const cases = [source, ...[..."bcdefghijklmnop"].map((id) => reviewed(id, [`ines: ${id}`]))];
    const reviewsOf = (order: readonly Case[], seed: number) =>
      chooseNorm(indexNorms(order, seed, sha256), source).reviews;
    fc.assert(
      fc.property(fc.shuffledSubarray(cases, { minLength: cases.length }), (order) => {
        expect(reviewsOf(order, 1)).toEqual(reviewsOf(cases, 1));
      }),
    );
    expect(new Set([1, 2, 3, 4].map((seed) => JSON.stringify(reviewsOf(cases, seed)))).size).toBeGreaterThan(1);
  });
});
