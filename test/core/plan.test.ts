import { describe, expect, test } from "vitest";
import type { Case } from "../../src/core/case.ts";
import { expectedChars, planCase, type PlanSettings } from "../../src/core/plan.ts";
import { parsePrompt } from "../../src/core/prompt.ts";
import { added, bugAt, caseOf, diffOf } from "../fixtures/cases.ts";

const settings = (more: Partial<PlanSettings> = {}): PlanSettings => ({
  reviewer: "openai:m",
  seesTruth: false,
  prompt: parsePrompt("Review:\n{{diff}}", "p.md"),
  unit: "case",
  repeats: 1,
  parameters: { maxTokens: 100, temperature: 0.5, seed: 7 },
  ...more,
});
const source = caseOf({
  diff: diffOf({ "a.ts": added(1), "b.ts": added(2) }),
  files: { "a.ts": "A", "b.ts": "B" },
  bugs: [bugAt(1)],
  references: [{ text: "secret" }],
});

const jobsOf = (one: Case, asked: PlanSettings) => planCase(one, asked).jobs;

test("a case is one job a repeat and part, under keys of their own", () => {
  const jobs = jobsOf(source, settings({ unit: "file", repeats: 2 }));
  expect(jobs.map(({ repeat, part }) => [repeat, part])).toEqual([
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ]);
  expect(new Set(jobs.map(({ key }) => key)).size).toBe(4);
});

test("the same settings give the same jobs, and another reviewer other keys", () => {
  expect(jobsOf(source, settings())).toEqual(jobsOf(source, settings()));
  expect(jobsOf(source, settings({ reviewer: "openai:n" }))[0]?.key).not.toBe(jobsOf(source, settings())[0]?.key);
});

test("keys keep names apart whatever characters they hold", () => {
  const keyOf = (reviewer: string, id: string) => jobsOf({ ...source, id }, settings({ reviewer }))[0]?.key;
  expect(keyOf("a", 'b","c')).not.toBe(keyOf('a","b', "c"));
});

test("each repeat has a seed of its own, which its parts share", () => {
  const seeds = jobsOf(source, settings({ unit: "file", repeats: 2 })).map(({ request }) => request.parameters.seed);
  expect(seeds).toEqual([7, 7, 8, 8]);
});

test("a part carries its own diff and files, and its prompt shows them alone", () => {
  const [, second] = jobsOf(source, settings({ unit: "file" }));
  expect(second?.request.case.files).toEqual({ "b.ts": "B" });
  expect(second?.request.case.diff).toBe(diffOf({ "b.ts": added(2) }));
  expect(second?.request.prompt).toBe(`Review:\n${diffOf({ "b.ts": added(2) })}`);
});

test("a reviewer is not shown the case's id, which may tell the answer", () => {
  const [job] = jobsOf({ ...source, id: "cart.clean" }, settings());
  expect(job?.request.caseId).toBe("cart.clean");
  expect(JSON.stringify([job?.request.case, job?.request.prompt])).not.toContain("cart.clean");
});

test("the answers reach only a reviewer that declares to see them", () => {
  expect(JSON.stringify(jobsOf(source, settings()))).not.toMatch(/secret|"bugs"/);
  expect(jobsOf(source, settings({ seesTruth: true }))[0]?.request.truth).toEqual(source);
});

test("a schema goes with every question, and with none where it is not asked for", () => {
  const schema = { type: "object" };
  const held = jobsOf(source, settings({ unit: "file", repeats: 2, schema }));
  expect(held.map(({ request }) => request.schema)).toEqual([schema, schema, schema, schema]);
  expect(jobsOf(source, settings()).some(({ request }) => "schema" in request)).toBe(false);
});

describe("what asking about a case is expected to take", () => {
  const charsOf = (more: Partial<PlanSettings> = {}, of = source) => expectedChars(of, settings(more));

  test("is its prompt and a usual answer", () => {
    const prompt = jobsOf(source, settings())[0]?.request.prompt ?? "";
    expect(charsOf()).toBe(prompt.length + 2000);
  });

  test("counts every repeat and part", () => {
    const prompts = jobsOf(source, settings({ unit: "file", repeats: 3 })).map(({ request }) => request.prompt.length);
    expect(charsOf({ unit: "file", repeats: 3 })).toBe(prompts.reduce((sum, chars) => sum + chars + 2000, 0));
  });

  test("does not heed what no reviewer sees", () => {
    expect(charsOf({}, { ...source, references: [] })).toBe(charsOf());
  });
});
