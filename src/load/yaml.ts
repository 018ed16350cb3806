import { isAlias, isMap, isScalar, isSeq, LineCounter, parse, parseDocument } from "yaml";
import type { z } from "zod";
import { UsageError } from "../core/errors.ts";
import { describeValue, explainIssue, formatPath } from "../core/explain.ts";

/** A value that the command line puts in place of one of the file: `gates[0].min` and the YAML of its new value. */
export interface Override {
  path: string;
  value: string;
  /** The flag that set it, as messages name it, such as `--limit`; `--set PATH` where it is left out. */
  flag?: string;
}

/** A file's data with what a later check needs to say where a mistake stands. */
export interface ParsedYaml<T> {
  data: T;
  /** `suites/a.yaml:12: gates[0].min` for the path `["gates", 0, "min"]`. */
  locate: (path: readonly PropertyKey[]) => string;
}

/**
 * Reads a YAML file by a zod schema.
 * @param file as errors name it
 * @throws UsageError, one line a mistake: `suites/a.yaml:12: gates[0].min: expected at most 1, got 80 (…)`
 */
export function parseYaml<T extends z.ZodType>(
  schema: T,
  text: string,
  file: string,
  overrides: readonly Override[] = [],
): ParsedYaml<z.infer<T>> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [fault] = document.errors;
  if (fault !== undefined) {
    const { line, col } = lines.linePos(fault.pos[0]);
    const what =
      fault.code === "MULTIPLE_DOCS"
        ? "expected one document, got several (remove the line ---)"
        : `not YAML: ${firstLine(fault.message)}`;
    throw new UsageError(`${file}:${line}:${col}: ${what}`);
  }
  if (!isMap(document.contents))
    throw new UsageError(`${file}: expected a mapping such as "version: 1", got ${describeValue(document.toJS())}`);
  for (const override of overrides) setOverride(document, override);

  const input = plainData(document, file);
  const locate = (path: readonly PropertyKey[]) => placeOf(document, lines, path, file, overrides);
  const result = schema.safeParse(input);
  if (result.success) return { data: result.data, locate };
  const mistakes = result.error.issues
    .flatMap(oneByOne)
    .map(({ path, issue }) => `${locate(path)}: ${explainIssue(issue, schema, input)}`);
  throw new UsageError([...new Set(mistakes)].join("\n"));
}

type Document = ReturnType<typeof parseDocument>;

/** What a file of a few lines may unfold to through aliases is limited by the parser. */
function plainData(document: Document, file: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw new UsageError(`${file}: not readable: ${firstLine(error instanceof Error ? error.message : String(error))}`);
  }
}

/** An unknown key stands in its own line, which is not that of the mapping around it. */
function oneByOne(issue: z.core.$ZodIssue): { path: PropertyKey[]; issue: z.core.$ZodIssue }[] {
  if (issue.code !== "unrecognized_keys") return [{ path: issue.path, issue }];
  return issue.keys.map((key) => ({ path: [...issue.path, key], issue: { ...issue, keys: [key] } }));
}

function flagOf({ flag, path }: Override): string {
  return flag ?? `--set ${path}`;
}

function setOverride(document: Document, override: Override): void {
  const { path, value } = override;
  if (!/^[A-Za-z_]\w*(\.\w+|\[\d+\])*$/.test(path)) {
    throw new UsageError(`${flagOf(override)}: "${path}" is not a path (write it like gates[0].min=0.8)`);
  }
  const keys = path
    .split(/[.[\]]+/)
    .filter((key) => key !== "")
    .map((key) => (/^\d+$/.test(key) ? Number(key) : key));
  const obstacle = findObstacle(document, keys);
  if (obstacle !== null) throw new UsageError(`${flagOf(override)}: ${obstacle}`);
  try {
    document.setIn(keys, document.createNode(parse(value, { prettyErrors: false })));
  } catch (error) {
    throw new UsageError(
      `${flagOf(override)}: got ${value}: ${firstLine(error instanceof Error ? error.message : String(error))}`,
    );
  }
}

/** What of the file a path runs against; null where it leads to a value or to one that is left out. */
function findObstacle(document: Document, keys: readonly (string | number)[]): string | null {
  for (const [depth, key] of keys.entries()) {
    const above = formatPath(keys.slice(0, depth));
    const node: unknown = depth === 0 ? document.contents : document.getIn(keys.slice(0, depth), true);
    const entries = isSeq(node) ? node.items.length : 0;
    if (isSeq(node) && typeof key === "string") return `${above} is a list (write ${above}[0])`;
    if (isMap(node) && typeof key === "number") return `${above} is a mapping (write ${above}.KEY)`;
    if (isScalar(node)) return `${above} is a single value, which has no "${key}" (write ${above}=VALUE)`;
    if (typeof key === "number" && key >= entries)
      return `${above} has ${entries === 1 ? "1 entry" : `${entries} entries`}, so no [${key}] (write the whole list: ${above}=[…])`;
    if (node === undefined) return null;
  }
  return null;
}

function placeOf(
  document: Document,
  lines: LineCounter,
  path: readonly PropertyKey[],
  file: string,
  overrides: readonly Override[],
): string {
  const written = formatPath(path);
  const override = overrides.find(
    (one) => written === one.path || written.startsWith(`${one.path}.`) || written.startsWith(`${one.path}[`),
  );
  if (override !== undefined)
    return override.flag === undefined && written === override.path
      ? flagOf(override)
      : `${flagOf(override)}: ${written}`;
  for (let depth = path.length; depth >= 0; depth -= 1) {
    const node: unknown = depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true);
    if ((isScalar(node) || isMap(node) || isSeq(node) || isAlias(node)) && node.range) {
      return `${file}:${lines.linePos(node.range[0]).line}${written === "" ? "" : `: ${written}`}`;
    }
  }
  return written === "" ? file : `${file}: ${written}`;
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? text;
}
