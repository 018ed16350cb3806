import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Rubric } from "../../../src/core/judge/rubric.ts";
import {
  axisVerdicts,
  evidenceLimit,
  parseVerdict,
  passes,
  reasoningLimit,
  verdictJsonSchema,
  verdictSchema,
} from "../../../src/core/judge/verdict.ts";

const nonce = "k3f9x2m7q1";
const definition = "…";
const rubricOf = (axes: object[], more: object = {}) =>
  Rubric.parse({ version: 1, name: "mine", judges: "review", prompt: "mine.md", axes, ...more });
const review = rubricOf([
  { name: "theme", definition },
  { name: "voice", definition, required: false },
]);
const scale = { points: 3, threshold: 2 };
const graded = rubricOf([{ name: "correct", definition, scale }]);

const answer = { evidence: "a < b", reasoning: "It says so.", theme: "pass", voice: "fail", nonce };
const json = JSON.stringify(answer);
const verdict = { evidence: "a < b", reasoning: "It says so.", answers: { theme: "pass", voice: "fail" } };
const read = (text: string) => parseVerdict(text, review, nonce);
const changed = (more: object) => JSON.stringify({ ...answer, ...more });

function reasonOf(text: string, rubric: Rubric = review): string {
  const parsed = parseVerdict(text, rubric, nonce);
  return parsed.ok ? "it was taken" : parsed.reason;
}

test("the schema of an answer takes it with its own nonce only", () => {
  expect(verdictSchema(review, nonce).safeParse(answer).success).toBe(true);
  expect(verdictSchema(review, "another1").safeParse(answer).success).toBe(false);
});

describe("an answer is read", () => {
  test.each([
    ["alone", json],
    ["over several lines", JSON.stringify(answer, null, 2)],
    ["in a fence", `\`\`\`json\n${json}\n\`\`\``],
    ["with prose around it", `Here is what I found.\n\n${json}\n\nThat is all [1].`],
    ["after its reasoning", `<think>{"theme": "fail"} or so? ${json}</think>\n${json}`],
    ["with its keys in another order", JSON.stringify(Object.fromEntries(Object.entries(answer).toReversed()))],
  ])("%s", (_, text) => {
    expect(read(text)).toEqual({ ok: true, verdict });
  });

  test("whatever its strings hold, verdicts and keys among it", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.constantFrom(json, '"theme": "pass"', "</think>", "```", "{", "}}", "<think>\n")),
        (text) => {
          const parsed = read(changed({ evidence: text, reasoning: `${text}${text}` }));
          expect(parsed).toMatchObject({ ok: true, verdict: { evidence: text, answers: verdict.answers } });
        },
      ),
    );
  });

  test.each([0, 3, "unknown"])("with %s points", (correct) => {
    expect(parseVerdict(JSON.stringify({ evidence: "", reasoning: "", correct, nonce }), graded, nonce)).toMatchObject({
      ok: true,
      verdict: { answers: { correct } },
    });
  });

  test("with strings as long as is allowed", () => {
    const longest = { evidence: "e".repeat(evidenceLimit), reasoning: "r".repeat(reasoningLimit) };
    expect(read(changed(longest)).ok).toBe(true);
  });
});

describe("an answer is a failure, with its reason:", () => {
  const grade = (correct: unknown) => JSON.stringify({ evidence: "", reasoning: "", correct, nonce });

  test.each([
    ["nothing", " \n", "expected one JSON object, got an empty answer"],
    ["prose", "theme: pass, voice: fail", "expected one JSON object, got none that is well-formed"],
    ["reasoning that never ends", `<think>${json}`, "expected one JSON object, got an empty answer"],
    ["two answers", `${json}\n${json}`, "expected one JSON object, got 2"],
    ["two that differ", `${json}\nOr rather: ${changed({ theme: "fail" })}`, "expected one JSON object, got 2"],
    ["an answer beside another object", `{"theme":"pass"} ${json}`, "expected one JSON object, got 2"],
    ["a list", `[${json}]`, "expected one JSON object, got a list"],
    ["an answer beside a list of others", `${json} [{"theme":"fail"}]`, "expected one JSON object, got a list"],
    ["an answer that is cut", json.slice(0, -9), "expected one JSON object, got one that is never closed"],
    ["an answer inside one that is cut", `{"evidence": "x ${json}`, "expected one JSON object, got one that is never"],
    ["an answer that is quoted", `\`${json}\``, "expected one JSON object, got none that is well-formed"],
    ["broken JSON", json.replace('"pass"', "pass"), "expected one JSON object, got none that is well-formed"],
    ["an answer inside another object", JSON.stringify({ answer }), 'unknown key "answer" (known: evidence,'],
    ["another nonce", changed({ nonce: "other" }), 'nonce: expected the nonce of the question, got "other"'],
    ["no nonce", changed({ nonce: undefined }), "nonce: expected the nonce of the question, got nothing"],
    ["a missing axis", changed({ voice: undefined }), "voice: expected pass, fail or unknown, got nothing"],
    ["no evidence", changed({ evidence: undefined }), "evidence: missing (write text)"],
    ["an unknown key", changed({ score: 1 }), 'unknown key "score" (known: evidence, reasoning, theme, voice, nonce)'],
    ["an inherited key", json.replace("{", '{"__proto__": {"theme": "pass"}, '), 'unknown key "__proto__"'],
    ["another word", changed({ theme: "PASS" }), 'theme: expected pass, fail or unknown, got "PASS"'],
    ["an axis of true", changed({ theme: true }), "theme: expected pass, fail or unknown, got true"],
    ["an axis of null", changed({ theme: null }), "theme: expected pass, fail or unknown, got null"],
    ["two faults", changed({ theme: 1, voice: 2 }), "got 1; voice: expected pass, fail or unknown, got 2"],
    ["an axis answered twice", json.replace("{", '{"theme": "fail", '), 'expected every key once, got "theme" again'],
    ["long evidence", changed({ evidence: "e".repeat(601) }), "evidence: expected at most 600 characters, got"],
    ["long reasoning", changed({ reasoning: "r".repeat(2001) }), "reasoning: expected at most 2000 characters, got"],
  ])("%s", (_, text, reason) => {
    expect(reasonOf(text)).toContain(reason);
  });

  test.each([
    ["4 points of 3", 4, "correct: expected 0, 1, 2, 3 or unknown, got 4"],
    ["-1 point", -1, "correct: expected 0, 1, 2, 3 or unknown, got -1"],
    ["half a point", 1.5, "correct: expected 0, 1, 2, 3 or unknown, got 1.5"],
    ["points as text", "3", 'correct: expected 0, 1, 2, 3 or unknown, got "3"'],
    ["a verdict for points", "pass", 'correct: expected 0, 1, 2, 3 or unknown, got "pass"'],
  ])("%s", (_, correct, reason) => {
    expect(reasonOf(grade(correct), graded)).toBe(reason);
  });

  test("a key without end, whose reason has one", () => {
    expect(reasonOf(changed({ ["k".repeat(10_000)]: 1 })).length).toBe(300);
  });

  test("an axis that was not asked for in this call", () => {
    expect(parseVerdict(json, { axes: review.axes.slice(0, 1) }, nonce)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('unknown key "voice"'),
    });
  });

  test("any text that does not hold the nonce", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => {
        expect(read(`${before}${changed({ nonce: "other" })}${after}`).ok).toBe(false);
      }),
    );
  });
});

describe("the JSON schema for structured output", () => {
  const schema = verdictJsonSchema(
    rubricOf([
      { name: "theme", definition },
      { name: "correct", definition, scale },
    ]),
  );

  test("asks for evidence and reasoning before any verdict, for all keys and for no other", () => {
    const keys = ["evidence", "reasoning", "theme", "correct", "nonce"];
    expect(Object.keys(schema["properties"] as object)).toEqual(keys);
    expect(schema).toMatchObject({ type: "object", required: keys, additionalProperties: false });
  });

  test("is the same for every question and leaves the nonce to the judge", () => {
    expect(schema["properties"]).toMatchObject({
      theme: { type: "string", enum: ["pass", "fail", "unknown"] },
      correct: {
        anyOf: [
          { type: "number", enum: [0, 1, 2, 3] },
          { type: "string", const: "unknown" },
        ],
      },
      nonce: { type: "string" },
    });
    expect(JSON.stringify(schema)).not.toMatch(/maxLength|\$schema/);
  });
});

describe("a review", () => {
  const both = rubricOf([
    { name: "theme", definition },
    { name: "actionable", definition },
    { name: "voice", definition, required: false },
  ]);
  const all = { theme: "pass", actionable: "pass", voice: "pass" } as const;

  test.each([
    ["passes with all axes", all, true],
    ["passes whatever an optional axis says", { ...all, voice: "fail" }, true],
    ["passes with an optional axis unknown", { ...all, voice: "unknown" }, true],
    ["fails with one required axis", { ...all, theme: "fail" }, false],
    ["is unscored with a required axis unknown", { ...all, theme: "unknown" }, null],
    ["is unscored though another axis failed", { ...all, theme: "unknown", actionable: "fail" }, null],
    ["is unscored with a required axis that was not asked", { theme: "pass", voice: "pass" }, null],
  ] as const)("%s", (_, answers, expected) => {
    expect(passes(both, { answers })).toBe(expected);
  });

  test("is unscored where no axis is required", () => {
    expect(passes({ axes: both.axes.slice(2), aggregate: "all" }, { answers: all })).toBe(null);
  });

  const points = rubricOf(
    [
      { name: "correct", definition, scale },
      { name: "weighty", definition, scale: { points: 3, threshold: 1 } },
      { name: "polite", definition },
      { name: "extra", definition, scale, required: false },
    ],
    { aggregate: { points: 5 } },
  );

  test.each([
    ["passes with the total", 2, 3, "pass", true],
    ["fails below the total", 2, 2, "pass", false],
    ["fails with an axis below its threshold", 3, 0, "pass", false],
    ["fails with a verdict beside the points", 3, 3, "fail", false],
    ["is unscored without all points", "unknown", 3, "pass", null],
  ] as const)("that gets points %s", (_, correct, weighty, polite, expected) => {
    expect(passes(points, { answers: { correct, weighty, polite, extra: 3 } })).toBe(expected);
  });

  test("has a verdict for every axis, points by their threshold, and unknown for what was not asked", () => {
    expect(axisVerdicts(points, { answers: { correct: 1, weighty: 1, polite: "unknown" } })).toEqual({
      correct: "fail",
      weighty: "pass",
      polite: "unknown",
      extra: "unknown",
    });
  });
});
