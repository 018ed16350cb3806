import { UsageError } from "../errors.ts";

/** How a Git LFS pointer begins, which a clone without LFS has in place of a file. */
export const pointerStart = "version https://git-lfs.github.com/spec/";

/** Deeper than any file of a model: nesting without end would exhaust the stack of whatever goes through it. */
const deepest = 64;

/**
 * Parses JSON as Python writes it, in which `NaN`, `Infinity` and `-Infinity` stand for numbers that JSON does not know:
 * here they become null, as a loss that diverged has no value.
 * @throws SyntaxError where it is no JSON otherwise either, or nests more than 64 levels deep
 */
export function parsePythonJson(text: string): unknown {
  if (nestsDeeperThan(deepest, text)) throw new SyntaxError(`nests more than ${deepest} levels deep`);
  try {
    return JSON.parse(text);
  } catch {
    // A string that nothing ends is one match as well: looking for its end from each of its quotes would take for ever.
    return JSON.parse(
      text.replaceAll(/"[^"\\]*(?:\\.[^"\\]*)*"?|-?\bInfinity\b|\bNaN\b/g, (token) =>
        token.startsWith('"') ? token : "null",
      ),
    );
  }
}

/**
 * Parses a JSON file of a model.
 * @param place the file, with which a message begins
 * @throws UsageError for a Git LFS pointer, and for what is no JSON that can be read
 */
export function parseModelJson(text: string, place: string): unknown {
  if (text.startsWith(pointerStart))
    throw new UsageError(
      `${place}: is a Git LFS pointer, not the file it stands for (run "git lfs pull" in its repository)`,
    );
  try {
    return parsePythonJson(text);
  } catch {
    const what = nestsDeeperThan(deepest, text) ? `nests more than ${deepest} levels deep` : "is not JSON";
    throw new UsageError(`${place}: ${what} (copy or save it again)`);
  }
}

/** Whether brackets outside of strings nest deeper; of what is no JSON it says anything. */
function nestsDeeperThan(levels: number, text: string): boolean {
  let depth = 0;
  let isString = false;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    if (isString && letter === "\\") at += 1;
    else if (letter === '"') isString = !isString;
    else if (isString) continue;
    else if (letter === "{" || letter === "[") depth += 1;
    else if (letter === "}" || letter === "]") depth -= 1;
    if (depth > levels) return true;
  }
  return false;
}
