import { z } from "zod";
import { describeValue, explainIssues } from "../explain.ts";
import { isObject } from "../json.ts";
import { dropReasoning } from "../parse/reasoning.ts";
import { findJson } from "../parse/json-span.ts";
import type { Axis, Rubric } from "./rubric.ts";

/** What a judge says of one axis; `unknown` is neither a pass nor a fail. */
export type AxisVerdict = "pass" | "fail" | "unknown";

/** What a judge answers for one axis: a verdict, or points on a scale of points. */
export type AxisAnswer = AxisVerdict | number;

/** One parsed answer of one run. `answers` has every axis that was asked, and no other. */
export interface Verdict {
  evidence: string;
  reasoning: string;
  answers: Record<string, AxisAnswer>;
}

/** A verdict, or why an answer gives none. */
export type ParsedVerdict = { ok: true; verdict: Verdict } | { ok: false; reason: string };

/** The axes that were asked: a rubric, or the part of one that a call carries. */
export type Asked = Pick<Rubric, "axes">;

/** Longest evidence and reasoning that are taken, in UTF-16 code units. */
export const evidenceLimit = 600;
export const reasoningLimit = 2000;

const reasonLimit = 300;

/**
 * What an answer has to be, to the letter and in this order: evidence and reasoning before any verdict, each axis, and
 * the nonce of the question, without which text from the material could pass for the answer.
 */
export function verdictSchema({ axes }: Asked, nonce: string): z.ZodType<Record<string, unknown>> {
  return z.strictObject({
    evidence: z.string().max(evidenceLimit),
    reasoning: z.string().max(reasoningLimit),
    ...answerSchemas(axes),
    nonce: z.literal(nonce),
  });
}

/**
 * The JSON schema for structured output. It names neither the nonce, which a judge has to read and which would give every
 * question a grammar of its own, nor lengths, which some engines refuse: `parseVerdict` checks both.
 */
export function verdictJsonSchema({ axes }: Asked): Record<string, unknown> {
  const { $schema: _, ...schema } = z.toJSONSchema(
    z.strictObject({ evidence: z.string(), reasoning: z.string(), ...answerSchemas(axes), nonce: z.string() }),
  );
  return schema;
}

/** The words that an axis may be answered with, as a prompt lists them. */
export function answersOf(axis: Pick<Axis, "scale">): AxisAnswer[] {
  if (axis.scale === "verdict") return ["pass", "fail", "unknown"];
  return [...Array.from({ length: axis.scale.points + 1 }, (_, points) => points), "unknown"];
}

/** The schema of each axis by its name, in the rubric's order. */
export function answerSchemas(axes: readonly Axis[]): Record<string, z.ZodType<AxisAnswer>> {
  return Object.fromEntries(axes.map((axis) => [axis.name, answerSchema(axis)]));
}

/** Words and numbers apart: some engines refuse an enumeration of both. */
function answerSchema(axis: Axis): z.ZodType<AxisAnswer> {
  const answers = answersOf(axis);
  const words = z.literal(answers.filter((answer) => typeof answer === "string"));
  return axis.scale === "verdict" ? words : z.union([z.literal(answers.filter(Number.isInteger)), words]);
}

/**
 * Reads what a judge wrote. Reasoning tags, a fence and prose around the answer are tolerated; anything that leaves a
 * doubt about the answer is a failure with its reason in words, and nothing is ever filled in.
 */
export function parseVerdict(text: string, asked: Asked, nonce: string): ParsedVerdict {
  const answer = dropReasoning(text);
  const found = onlyObject(answer);
  if (typeof found === "string") return { ok: false, reason: found };
  const schema = verdictSchema(asked, nonce);
  const result = schema.safeParse(found);
  if (!result.success) {
    const expected = [...expectedAnswers(asked), ["nonce", expectedNonce] as const];
    return { ok: false, reason: reasonOf(result.error.issues, schema, found, new Map(expected)) };
  }
  const repeated = repeatedKey(answer, Object.keys(result.data), [result.data]);
  if (repeated !== undefined) return { ok: false, reason: `expected every key once, got "${repeated}" again` };
  const { evidence, reasoning, nonce: _, ...answers } = result.data;
  return { ok: true, verdict: { evidence, reasoning, answers } as Verdict };
}

/** What a message says was expected of the nonce. */
export const expectedNonce = "the nonce of the question";

/** What a message says was expected of each axis. */
export function expectedAnswers({ axes }: Asked): (readonly [name: string, words: string])[] {
  return axes.map((axis) => [axis.name, listWords(answersOf(axis))]);
}

/**
 * Each mistake in words: of the keys in `expected` with these, which are better than a schema's own, since that would
 * advise the nearest answer.
 */
export function reasonOf(
  issues: readonly z.core.$ZodIssue[],
  schema: z.ZodType,
  found: object,
  expected: ReadonlyMap<string, string>,
): string {
  const reasons = issues.map((issue) => {
    const key = String(issue.path[0]);
    const words = expected.get(key);
    const got = describeValue((found as Record<string, unknown>)[key]);
    return words === undefined ? explainIssues([issue], schema, found) : `${key}: expected ${words}, got ${got}`;
  });
  return cutReason(reasons.join("; "));
}

/** A judge can make up a key of any length. */
function cutReason(reason: string): string {
  return reason.length > reasonLimit ? `${reason.slice(0, reasonLimit - 1)}…` : reason;
}

/** Words as a sentence lists them: `pass, fail or unknown`. */
export function listWords(words: readonly (string | number)[]): string {
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

/** The only JSON object in a text, or the reason why there is none. */
export function onlyObject(text: string): object | string {
  if (text.trim() === "") return "expected one JSON object, got an empty answer";
  const { spans, isCut } = findJson(text);
  const values = spans.map((span) => span.value);
  if (isCut) return "expected one JSON object, got one that is never closed";
  if (values.some((value) => Array.isArray(value) && value.some(isObject)))
    return "expected one JSON object, got a list";
  const objects = values.filter(isObject);
  if (objects.length > 1) return `expected one JSON object, got ${objects.length}`;
  return objects[0] ?? "expected one JSON object, got none that is well-formed";
}

/**
 * The first of these keys that a text has more often than the objects which were read from it: JSON takes the last of two
 * equal keys in silence. Inside a JSON string the quotes of a key would be escaped.
 */
export function repeatedKey(text: string, keys: readonly string[], objects: readonly object[]): string | undefined {
  const written = text.slice(text.indexOf("{"), text.lastIndexOf("}") + 1);
  return keys.find((key) => {
    const owners = objects.filter((object) => Object.hasOwn(object, key));
    return (written.match(new RegExp(`"${key}"\\s*:`, "g")) ?? []).length > owners.length;
  });
}

/** What a verdict says of each of these axes, points as pass or fail by the threshold. One never asked is `unknown`. */
export function axisVerdicts({ axes }: Asked, { answers }: Pick<Verdict, "answers">): Record<string, AxisVerdict> {
  return Object.fromEntries(axes.map((axis) => [axis.name, axisVerdict(axis, answers)]));
}

function axisVerdict({ name, scale }: Axis, answers: Verdict["answers"]): AxisVerdict {
  const answer = Object.hasOwn(answers, name) ? answers[name] : undefined;
  if (answer === undefined || typeof answer === "string") return answer ?? "unknown";
  return scale !== "verdict" && answer >= scale.threshold ? "pass" : "fail";
}

/**
 * Whether a review passes: every required axis passes and, where the rubric asks for it, their points add up to its
 * total. Null, unscored, where a required axis is unknown or was never asked, also when another one failed, and where no
 * axis is required.
 */
export function passes(rubric: Pick<Rubric, "axes" | "aggregate">, verdict: Pick<Verdict, "answers">): boolean | null {
  const required = rubric.axes.filter((axis) => axis.required);
  const outcomes = Object.values(axisVerdicts({ axes: required }, verdict));
  if (outcomes.length === 0 || outcomes.includes("unknown")) return null;
  const points = required.reduce((sum, { name }) => sum + pointsOf(verdict.answers[name]), 0);
  const enough = rubric.aggregate === "all" ? 0 : rubric.aggregate.points;
  return outcomes.every((outcome) => outcome === "pass") && points >= enough;
}

function pointsOf(answer: AxisAnswer | undefined): number {
  return typeof answer === "number" ? answer : 0;
}
