import { UsageError } from "./errors.ts";

/** A value is matched by its first characters only, so that a slow pattern stays bounded. */
const longestText = 1000;
const longestPattern = 200;
const mostRepeats = 2;

/**
 * Compiles the pattern of `~`: a regular expression found anywhere in the first 1,000 characters of a value, whatever
 * its case. A pattern that repeats a group with a repeat, a choice or a back reference in it could take exponential time
 * and is refused, as is one of more than 200 characters, or with more than 2 open repeats (`*`, `+` or `{2,}`), whose
 * time grows with the text to the power of their number.
 * @throws UsageError for an invalid or refused pattern
 */
export function parsePattern(pattern: string, place: string): (value: unknown) => boolean {
  const fail = (what: string, advice: string): never => {
    throw new UsageError(`${place}: pattern ${JSON.stringify(pattern)}: ${what} (${advice})`);
  };
  if (pattern.length > longestPattern) {
    fail(`expected at most ${longestPattern} characters, got ${pattern.length}`, "join shorter ones with or");
  }
  const expression = compile(pattern, fail);
  const { repeats, isNested } = repeatsOf(pattern);
  if (isNested) {
    fail("got a repeated group with a repeat, a choice or a back reference in it", "write it without the outer repeat");
  }
  if (repeats > mostRepeats)
    fail(`expected at most ${mostRepeats} open repeats (* + {2,}), got ${repeats}`, "join two patterns with and");
  return (value) => expression.test(String(value).slice(0, longestText));
}

function compile(pattern: string, fail: (what: string, advice: string) => never): RegExp {
  try {
    return new RegExp(pattern, "i");
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return fail(message.replace(/^Invalid regular expression: /, ""), "escape special characters with a backslash");
  }
}

/** Counts the open repeats of a valid pattern; nested when a repeated group can match one text in more than one way. */
export function repeatsOf(pattern: string): { repeats: number; isNested: boolean } {
  const isVaried = [false];
  let repeats = 0;
  let isNested = false;
  let wasVariedGroup = false;
  for (const [token] of pattern.matchAll(/\\[^]|\[(?:\\[^]|[^\]\\])*\]|\{\d+\}|\(\?(?:<?[=!]|:|<\w+>)|[^]/g)) {
    const isRepeat = /^([*+]|\{.*)$/.test(token);
    if (isRepeat && !token.endsWith("}")) repeats += 1;
    if (isRepeat && wasVariedGroup) isNested = true;
    wasVariedGroup = token === ")" && (isVaried.pop() ?? false);
    if (token.startsWith("(")) isVaried.push(false);
    else if (wasVariedGroup || isRepeat || /^(\?|\||\\[1-9k])$/.test(token)) isVaried[isVaried.length - 1] = true;
  }
  return { repeats, isNested };
}
