import type { z } from "zod";
import { suggestWord } from "./errors.ts";
import { knownKeys } from "./schema-keys.ts";

/** A path as people write it: `gates[0].min`. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === "number" ? `${text}[${key}]` : text === "" ? String(key) : `${text}.${String(key)}`),
    "",
  );
}

/** All mistakes that zod found in `input` with their paths, each once, in one line. */
export function explainIssues(issues: readonly z.core.$ZodIssue[], schema: z.ZodType, input: unknown): string {
  const mistakes = issues.map((issue) => {
    const path = formatPath(issue.path);
    return `${path === "" ? "" : `${path}: `}${explainIssue(issue, schema, input)}`;
  });
  return [...new Set(mistakes)].join("; ");
}

/** What was expected, what was got and how to mend it, for one mistake that zod found in `input`. */
export function explainIssue(issue: z.core.$ZodIssue, schema: z.ZodType, input: unknown): string {
  const got = describeValue(valueAt(input, issue.path));
  switch (issue.code) {
    case "unrecognized_keys": {
      const known = knownKeys(schema, issue.path);
      return issue.keys.map((key) => `unknown key "${key}" (${suggestWord(key, known)})`).join("; ");
    }
    case "invalid_value": {
      const known = issue.values.map(String);
      const value = valueAt(input, issue.path);
      if (value === undefined) return `missing (write ${known.length === 1 ? known[0] : `one of ${known.join(", ")}`})`;
      return `expected ${known.length === 1 ? known[0] : "a known word"}, got ${got} (${suggestWord(typeof value === "string" ? value : got, known)})`;
    }
    case "invalid_type":
      return valueAt(input, issue.path) === undefined
        ? `missing (write ${article(issue.expected)})`
        : `expected ${article(issue.expected)}, got ${got}`;
    case "too_small":
      return `expected ${wantedHere(issue)}, got ${got}`;
    case "too_big": {
      const asRate =
        typeof valueAt(input, issue.path) === "number" && issue.maximum === 1
          ? ` (write ${Number(valueAt(input, issue.path)) / 100})`
          : "";
      return `expected ${wantedHere(issue)}, got ${got}${asRate}`;
    }
    case "invalid_union": {
      const wanted = listWords(issue.errors.flatMap(([first]) => (first === undefined ? [] : [wantedBy(first)])));
      if (wanted === "") break;
      return valueAt(input, issue.path) === undefined ? `missing (write ${wanted})` : `expected ${wanted}, got ${got}`;
    }
    case "custom":
      return issue.message;
    case "invalid_format":
    case "invalid_key":
    case "invalid_element":
    case "not_multiple_of":
      break;
  }
  return `${lowerFirst(issue.message)}, got ${got}`;
}

/** What one choice of several wants, in words that "expected" can stand before. */
function wantedBy(issue: z.core.$ZodIssue): string {
  const place = formatPath(issue.path);
  return place === "" ? wantedHere(issue) : `${place} to be ${wantedHere(issue)}`;
}

function wantedHere(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return article(issue.expected);
    case "invalid_value":
      return issue.values.length === 1 ? String(issue.values[0]) : `one of ${issue.values.map(String).join(", ")}`;
    case "too_small":
      return `${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}${unitOf(issue.origin, issue.minimum)}`;
    case "too_big":
      return `at most ${issue.maximum}${unitOf(issue.origin, issue.maximum)}`;
    case "custom":
    case "unrecognized_keys":
    case "invalid_format":
    case "invalid_union":
    case "invalid_key":
    case "invalid_element":
    case "not_multiple_of":
      return lowerFirst(issue.message).replace(/^expected /, "");
  }
}

function listWords(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    input,
  );
}

/** A value in a message: a short one as JSON, a list by its length. */
export function describeValue(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "a mapping";
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…"` : text;
}

/** What a limit of a text or list counts; nothing for a number. */
function unitOf(origin: string, limit: number | bigint): string {
  const unit = { string: " character", array: " item" }[origin];
  return unit === undefined ? "" : limit === 1 ? unit : `${unit}s`;
}

function article(type: string): string {
  const names: Record<string, string> = {
    object: "a mapping",
    record: "a mapping",
    array: "a list",
    tuple: "a list",
    string: "text",
    int: "a whole number",
    boolean: "true or false",
  };
  return names[type] ?? `a ${type}`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
