/**
 * Parses JSON as Python writes it, in which `NaN`, `Infinity` and `-Infinity` stand for numbers that JSON does not know:
 * here they become null, as a loss that diverged has no value.
 * @throws SyntaxError where it is no JSON otherwise either
 */
export function parsePythonJson(text: string): unknown {
  return JSON.parse(
    text.replaceAll(/"[^"\\]*(?:\\.[^"\\]*)*"|-?\bInfinity\b|\bNaN\b/g, (token) =>
      token.startsWith('"') ? token : "null",
    ),
  );
}
