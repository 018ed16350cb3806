/**
 * Reads a unified diff for display: the same files, lines and numbers as the program's own reader, with hunks that are
 * longer or shorter than they declare taken as they are. Text that is no diff at all still gives rows.
 * @returns {{path: string, oldPath: string, notes: string[], added: number, removed: number, hunks: {header: string, rows: {kind: string, old: number | null, new: number | null, text: string}[]}[]}[]}
 */
export function parseDiff(text) {
  const lines = text.split("\n").map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
  if (lines.at(-1) === "") lines.pop();
  const files = [];
  let evidence = null;
  let isHeaderOver = true;
  const open = () => {
    files.push({ path: "", oldPath: "", notes: [], added: 0, removed: 0, hunks: [] });
    [evidence, isHeaderOver] = [null, false];
    return files.at(-1);
  };
  const current = () => (isHeaderOver ? open() : files.at(-1));
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at];
    const numbers = line.match(/^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/);
    if (numbers !== null) {
      const file = files.at(-1) ?? open();
      const rows = readRows(lines, at + 1, numbers);
      file.hunks.push({ header: line, rows });
      file.added += rows.filter(({ kind }) => kind === "+").length;
      file.removed += rows.filter(({ kind }) => kind === "-").length;
      isHeaderOver = true;
      at += rows.length;
    } else if (line.startsWith("diff -")) {
      const file = open();
      evidence = line.startsWith("diff --git ") ? gitNames(line.slice("diff --git ".length)) : null;
      if (evidence !== null) [file.oldPath, file.path] = bareNames(evidence, evidence);
    } else if (namesTwoFiles(lines, at)) {
      const file = current();
      const names = [markedName(line), markedName(lines[at + 1])];
      [file.oldPath, file.path] = bareNames(names, evidence ?? names);
      isHeaderOver = true;
      at += 1;
    } else if (/^Binary files .+ and .+ differ$/.test(line)) {
      const file = current();
      const names = line.slice("Binary files ".length, -" differ".length).split(" and ");
      if (evidence === null) [file.oldPath, file.path] = bareNames(names, names);
      file.notes.push(line);
      isHeaderOver = evidence === null;
    } else if (!isHeaderOver) {
      noteChange(files.at(-1), line);
    }
  }
  return files.length === 0 ? [asPlainText(lines)] : files;
}

function noteChange(file, line) {
  if (/^(rename|copy) from /.test(line)) file.oldPath = unquotedName(line.replace(/^\w+ from /, ""));
  if (/^(rename|copy) to /.test(line)) file.path = unquotedName(line.replace(/^\w+ to /, ""));
  if (/^(new file|deleted file|rename|copy|similarity|old mode|new mode)/.test(line)) file.notes.push(line);
}

function readRows(lines, start, [, oldStart, oldCount, newStart, newCount]) {
  const [oldDeclared, newDeclared] = [Number(oldCount ?? 1), Number(newCount ?? 1)];
  const next = {
    old: oldDeclared === 0 ? Number(oldStart) + 1 : Number(oldStart),
    new: newDeclared === 0 ? Number(newStart) + 1 : Number(newStart),
    oldLeft: oldDeclared,
    newLeft: newDeclared,
  };
  const rows = [];
  let inside = start;
  for (let at = start; at < lines.length; at += 1) {
    const kind = rowKind(lines[at]);
    if (kind === null || (at >= inside && endsHunk(lines, at, kind, next))) break;
    // Blank lines that are inside because of what follows them: that is looked for once, not for each of them.
    if (at >= inside && lines[at] === "") inside = declaresMore(next) ? at : afterBlankLines(lines, at);
    rows.push(takeRow(lines[at], kind, next));
  }
  return rows;
}

function takeRow(line, kind, next) {
  const [isOld, isNew] = [kind === " " || kind === "-", kind === " " || kind === "+"];
  const row = { kind, old: isOld ? next.old : null, new: isNew ? next.new : null, text: line.slice(1) };
  if (isOld) [next.old, next.oldLeft] = [next.old + 1, next.oldLeft - 1];
  if (isNew) [next.new, next.newLeft] = [next.new + 1, next.newLeft - 1];
  return row;
}

/** The same rule as the program's: declared counts tell changed lines from what looks like them. */
function endsHunk(lines, at, kind, next) {
  if (kind === "\\") return false;
  if (isMailSignature(lines, at)) return next.oldLeft !== 1 || next.newLeft > 0;
  if (namesTwoFiles(lines, at)) {
    if (!declaresMore(next)) return !bodyGoesOn(lines, at + 2);
    return !(next.oldLeft === 1 && next.newLeft === 1) && (lines[at + 2] ?? "").startsWith("@@ -");
  }
  return !declaresMore(next) && !bodyGoesOn(lines, at);
}

const declaresMore = ({ oldLeft, newLeft }) => oldLeft > 0 || newLeft > 0;

function rowKind(line) {
  if (line === undefined) return null;
  if (line === "") return " ";
  return " +-\\".includes(line[0]) ? line[0] : null;
}

const namesTwoFiles = (lines, at) => (lines[at] ?? "").startsWith("--- ") && (lines[at + 1] ?? "").startsWith("+++ ");

const isMailSignature = (lines, at) => /^-- ?$/.test(lines[at] ?? "") && /^\d+\.\d/.test(lines[at + 1] ?? "");

function afterBlankLines(lines, start) {
  let at = start;
  while (lines[at] === "") at += 1;
  return at;
}

function bodyGoesOn(lines, start) {
  const at = afterBlankLines(lines, start);
  return rowKind(lines[at]) !== null && !isMailSignature(lines, at) && !namesTwoFiles(lines, at);
}

const namePrefix = /^[abciow12]\//;
const noFile = "/dev/null";

/** The two names of a `diff --git` line; null where they cannot be told apart. */
function gitNames(value) {
  const words = value.match(/^("(?:\\.|[^"\\])*"|[^\s"]+) ("(?:\\.|[^"\\])*"|[^\s"]+)$/);
  if (words !== null) return [words[1], words[2]];
  const middle = (value.length - 1) / 2;
  const [old, next] = [value.slice(0, middle), value.slice(middle + 1)];
  const areAlike = old === next || (namePrefix.test(old) && namePrefix.test(next) && old.slice(2) === next.slice(2));
  if (value[middle] === " " && areAlike) return [old, next];
  const prefixed = value.match(/^([abciow12]\/.+?) ([abciow12]\/.+)$/);
  return prefixed === null ? null : [prefixed[1], prefixed[2]];
}

/** The name on a `---` or `+++` line, without its time stamp. */
function markedName(line) {
  const name = line.slice(4);
  const tab = name.indexOf("\t");
  return tab === -1 ? name.replace(/ +\d{4}-\d\d-\d\d \d\d:\d\d.*$/, "") : name.slice(0, tab);
}

/** Old and new path without prefixes, where the names that are the evidence have them; a deleted file keeps its path. */
function bareNames(names, evidence) {
  const [old, next] = evidence.map(unquotedName);
  const arePrefixed =
    old === noFile || next === noFile
      ? [old, next].every((name) => name === noFile || /^[ab]\//.test(name))
      : namePrefix.test(old) && namePrefix.test(next) && old[0] !== next[0];
  const bare = names.map(unquotedName).map((name) => (arePrefixed ? name.replace(namePrefix, "") : name));
  return [bare[0], bare[1] === noFile ? bare[0] : bare[1]];
}

/** Undoes git's quoting, whose octal escapes are the bytes of the name. */
function unquotedName(name) {
  if (name.length < 2 || !/^".*"$/.test(name)) return name;
  const escapes = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 };
  const bytes = [];
  for (const [token] of name.slice(1, -1).matchAll(/\\[0-7]{3}|\\.|[^\\]+|\\$/g)) {
    if (/^\\[0-7]{3}$/.test(token)) bytes.push(Number.parseInt(token.slice(1), 8) & 0xff);
    else if (token.length === 2 && token[0] === "\\") bytes.push(escapes[token[1]] ?? token.charCodeAt(1));
    else bytes.push(...new TextEncoder().encode(token));
  }
  return new TextDecoder().decode(Uint8Array.from(bytes));
}

function asPlainText(lines) {
  const rows = lines.map((text, index) => ({ kind: " ", old: index + 1, new: index + 1, text }));
  return { path: "", oldPath: "", notes: ["not a unified diff"], added: 0, removed: 0, hunks: [{ header: "", rows }] };
}
