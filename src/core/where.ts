import { suggestWord, UsageError } from "./errors.ts";
import { parsePattern } from "./where-pattern.ts";
import { readWords, type Word } from "./where-words.ts";

/** A condition on a record, such as a case's or a bug's fields. */
export interface Where {
  expression: string;
  /** The fields that the expression uses, each once, in order. */
  fields: string[];
  test(record: Readonly<Record<string, unknown>>): boolean;
}

type Test = Where["test"];

const operators = ["==", "!=", "<", "<=", ">", ">=", "in", "~"];

/**
 * Reads a condition: comparisons `field op value` with `== != < <= > >= in ~`, joined by `and`, `or`, `not` and
 * parentheses; `not` binds most, then `and`. `in` takes `[a, b]`; `~` matches a regular expression anywhere in the value
 * whatever its case. Numbers order as numbers, all else as text. A list holds when any of its items does. A value that
 * is missing makes a comparison false. `!=` is the opposite of `==` in every case, so it is true of a missing value, and
 * of a list when no item is equal.
 * @param fields the known fields; a dotted one is looked up as it is, then as a path
 * @param place what messages begin with, such as `suites/a.yaml: dataset.where`
 * @throws UsageError for an unknown field, a pattern that is invalid or may take forever, and anything else unreadable
 */
export function parseWhere(expression: string, fields: readonly string[], place: string): Where {
  const words = readWords(expression, place);
  const used = new Set<string>();
  let at = 0;

  const fail = (expected: string): never => {
    const got = words[at];
    const where = got === undefined ? "the end" : `${JSON.stringify(got.text)} at character ${got.start + 1}`;
    throw new UsageError(
      `${place}: ${JSON.stringify(expression)}: expected ${expected}, got ${where}${adviceFor(got)}`,
    );
  };
  const take = (symbol: string): boolean => {
    const isNext = words[at]?.kind === "symbol" && words[at]?.text === symbol;
    if (isNext) at += 1;
    return isNext;
  };
  const takeValue = (): string => {
    const word = words[at];
    if (word === undefined || word.kind === "symbol") return fail('a value (write a word, a number or "a text")');
    at += 1;
    return word.text;
  };

  const either = (): Test => {
    const tests = [both()];
    while (take("or")) tests.push(both());
    return (record) => tests.some((test) => test(record));
  };
  const both = (): Test => {
    const tests = [single()];
    while (take("and")) tests.push(single());
    return (record) => tests.every((test) => test(record));
  };
  const single = (): Test => {
    if (take("not")) {
      const test = single();
      return (record) => !test(record);
    }
    if (!take("(")) return comparison();
    const test = either();
    if (!take(")")) fail("and, or, or a closing parenthesis");
    return test;
  };
  const comparison = (): Test => {
    const field = words[at];
    if (field?.kind !== "bare") return fail("a field");
    if (!fields.includes(field.text)) {
      throw new UsageError(`${place}: unknown field "${field.text}" (${suggestWord(field.text, fields)})`);
    }
    at += 1;
    used.add(field.text);
    const operator = operators.find((symbol) => take(symbol)) ?? fail(`one of ${operators.join(" ")}`);
    const holds = operator === "in" ? equalsAny(list()) : conditionOf(operator, takeValue(), place);
    const isAny: Test = (record) => valuesAt(record, field.text).some(holds);
    return operator === "!=" ? (record) => !isAny(record) : isAny;
  };
  const list = (): string[] => {
    if (!take("[")) fail("a list (write [a, b])");
    const values = [takeValue()];
    while (take(",")) values.push(takeValue());
    if (!take("]")) fail("a comma or ]");
    return values;
  };

  const test = either();
  if (at < words.length) fail("and, or, or the end");
  return { expression, fields: [...used], test };
}

type Holds = (value: unknown) => boolean;

/** What one value must satisfy. `!=` is built from `==` by its caller, because it is about all values of a list. */
function conditionOf(operator: string, wanted: string, place: string): Holds {
  switch (operator) {
    case "<":
      return (value) => order(value, wanted) < 0;
    case "<=":
      return (value) => order(value, wanted) <= 0;
    case ">":
      return (value) => order(value, wanted) > 0;
    case ">=":
      return (value) => order(value, wanted) >= 0;
    case "~":
      return parsePattern(wanted, place);
    default:
      return equalsAny([wanted]);
  }
}

const number = /^-?\d+(\.\d+)?$/;

function equalsAny(wanted: readonly string[]): Holds {
  return (value) =>
    wanted.some((text) =>
      typeof value === "number" && number.test(text) ? value === Number(text) : String(value) === text,
    );
}

/** Below, at or above 0 as in a sort; NaN, of which nothing holds, for a number against a word. */
function order(value: unknown, wanted: string): number {
  const text = String(value);
  if (number.test(wanted) && (typeof value === "number" || number.test(text))) return Number(value) - Number(wanted);
  if (typeof value === "number") return Number.NaN;
  return text < wanted ? -1 : Number(text > wanted);
}

/** The values of a field that are there: the items of a list, else the one value, else none. */
function valuesAt(record: Readonly<Record<string, unknown>>, field: string): unknown[] {
  const value = Object.hasOwn(record, field) ? record[field] : valueAtPath(record, field.split("."));
  const values: unknown[] = Array.isArray(value) ? value : [value];
  return values.filter((item) => item !== undefined && item !== null);
}

function valueAtPath(record: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, key)
        ? (value as Record<string, unknown>)[key]
        : undefined,
    record,
  );
}

const otherLanguages: Record<string, string> = { "=": "==", "===": "==", "&&": "and", "||": "or", "!": "not" };

function adviceFor(word: Word | undefined): string {
  const right = word === undefined ? undefined : otherLanguages[word.text];
  return right === undefined ? "" : ` (write ${right})`;
}
