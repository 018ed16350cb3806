/**
 * What became of a file. `binary` wins over the others; `renamed` stands for copies too; `mode` changed nothing but the
 * file's mode.
 */
export type FileStatus = "added" | "deleted" | "modified" | "renamed" | "mode" | "binary";

/** Which file a diff is of. A null path is `/dev/null`, or unknown in a diff that is hunks only. */
export interface FileIdentity {
  oldPath: string | null;
  newPath: string | null;
  /** The new path, else the old one; empty in a diff that is hunks only. */
  path: string;
  status: FileStatus;
}

type Names = readonly [old: string, new: string];

const devNull = "/dev/null";
const prefix = /^[abciow12]\//;
const binaryFiles = /^Binary files (.+) and (.+) differ$/;

/** Whether a line says that two binary files differ. */
export function isBinaryNotice(line: string): boolean {
  return binaryFiles.test(withoutReturn(line));
}

/**
 * Reads the names and the status of a file off its header lines (from `diff --git`, `---` or `Binary files` to `+++`).
 * @returns null when the names cannot be told apart, as in `diff --git x y z`
 */
export function identifyFile(headerLines: readonly string[]): FileIdentity | null {
  if (headerLines.length === 0) return { oldPath: null, newPath: null, path: "", status: "modified" };
  const header = headerLines.map(withoutReturn);
  const valueOf = (start: string) => header.find((line) => line.startsWith(start))?.slice(start.length) ?? null;
  const has = (start: string) => valueOf(start) !== null;

  const git = splitNames(valueOf("diff --git "));
  const moved =
    pairOf(valueOf("rename from "), valueOf("rename to ")) ?? pairOf(valueOf("copy from "), valueOf("copy to "));
  const marked = pairOf(nameOfMarker(valueOf("--- ")), nameOfMarker(valueOf("+++ ")));
  const notice = binaryFiles.exec(header.find(isBinaryNotice) ?? "");
  const named = marked ?? git ?? pairOf(notice?.[1] ?? null, notice?.[2] ?? null);
  const paths = moved === null ? (named === null ? null : withoutPrefixes(named, git ?? named)) : unquoted(moved);
  if (paths === null) return null;

  const oldPath = paths[0] === devNull || has("new file mode ") ? null : paths[0];
  const newPath = paths[1] === devNull || has("deleted file mode ") ? null : paths[1];
  const status = (): FileStatus => {
    if (notice !== null || has("GIT binary patch")) return "binary";
    if (moved !== null) return "renamed";
    if (oldPath === null) return "added";
    if (newPath === null) return "deleted";
    return has("old mode ") && marked === null ? "mode" : "modified";
  };
  return { oldPath, newPath, path: newPath ?? oldPath ?? "", status: status() };
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}

function pairOf(old: string | null, next: string | null): Names | null {
  return old === null || next === null ? null : [old, next];
}

/** The name on a `---` or `+++` line: what follows a tab, and a date without one, is a time stamp. */
function nameOfMarker(value: string | null): string | null {
  if (value === null) return null;
  const tab = value.indexOf("\t");
  return tab === -1 ? value.replace(/ +\d{4}-\d\d-\d\d \d\d:\d\d.*$/, "") : value.slice(0, tab);
}

/**
 * The two names of a `diff --git` line. Unquoted names may hold spaces, so the split that makes both sides the same
 * name is taken where there is one.
 */
function splitNames(value: string | null): Names | null {
  if (value === null) return null;
  const words = /^("(?:\\.|[^"\\])*"|[^\s"]+) ("(?:\\.|[^"\\])*"|[^\s"]+)$/.exec(value);
  if (words !== null) return pairOf(words[1] ?? null, words[2] ?? null);
  const middle = (value.length - 1) / 2;
  const halves: Names = [value.slice(0, middle), value.slice(middle + 1)];
  if (value[middle] === " " && (halves[0] === halves[1] || areSameBehindPrefix(halves))) return halves;
  const prefixed = /^([abciow12]\/.+?) ([abciow12]\/.+)$/.exec(value);
  return pairOf(prefixed?.[1] ?? null, prefixed?.[2] ?? null);
}

function areSameBehindPrefix([old, next]: Names): boolean {
  return prefix.test(old) && prefix.test(next) && old.slice(2) === next.slice(2);
}

/**
 * Strips `a/` and `b/` (or git's other one-letter prefixes). Names with one and the same first folder have no prefix:
 * that is a folder named `a`. `evidence` is the pair to judge by, which names both sides even of an added file.
 */
function withoutPrefixes(names: Names, evidence: Names): Names {
  const bare = unquoted(names);
  const [old, next] = unquoted(evidence);
  const arePrefixed =
    old === devNull || next === devNull
      ? [old, next].every((name) => name === devNull || /^[ab]\//.test(name))
      : prefix.test(old) && prefix.test(next) && old[0] !== next[0];
  if (!arePrefixed) return bare;
  return [bare[0].replace(prefix, ""), bare[1].replace(prefix, "")];
}

function unquoted(names: Names): Names {
  return [unquote(names[0]), unquote(names[1])];
}

const escapes: Record<string, number> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 };

/** Undoes git's C-style quoting, whose octal escapes are the bytes of the name in UTF-8. */
function unquote(name: string): string {
  if (!/^".*"$/s.test(name) || name.length < 2) return name;
  const bytes: number[] = [];
  for (const [token] of name.slice(1, -1).matchAll(/\\[0-7]{3}|\\.|[^\\]+|\\$/gs)) {
    if (/^\\[0-7]{3}$/.test(token)) bytes.push(Number.parseInt(token.slice(1), 8) & 0xff);
    else if (token.length === 2 && token.startsWith("\\")) bytes.push(escapes[token.slice(1)] ?? token.charCodeAt(1));
    else bytes.push(...new TextEncoder().encode(token));
  }
  return new TextDecoder().decode(Uint8Array.from(bytes));
}
