/**
 * Reads a unified diff for display. Forgiving: wrong or missing counts, CRLF, stripped blank context lines and text
 * that is no diff at all still give rows.
 * @returns {{path: string, oldPath: string, notes: string[], added: number, removed: number, hunks: {header: string, rows: {kind: string, old: number | null, new: number | null, text: string}[]}[]}[]}
 */
export function parseDiff(text) {
  const files = [];
  let file = null;
  let hunk = null;
  const open = () => {
    file = { path: "", oldPath: "", notes: [], added: 0, removed: 0, hunks: [] };
    files.push(file);
    hunk = null;
    return file;
  };
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  for (const ended of lines) {
    const line = ended.endsWith("\r") ? ended.slice(0, -1) : ended;
    const isInside = hunk !== null && (hunk.oldLeft > 0 || hunk.newLeft > 0);
    if (line.startsWith("diff --git ")) {
      open();
      const names = line.match(/^diff --git (?:a\/)?(.+) (?:b\/)?(.+)$/);
      if (names !== null) [file.oldPath, file.path] = [barePath(names[1]), barePath(names[2])];
      continue;
    }
    const header = line.match(/^@@+ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@+(.*)$/);
    if (header !== null) {
      if (file === null) open();
      hunk = openHunk(file, line, header);
      continue;
    }
    if (isInside || (hunk !== null && /^[ +-]/.test(line) && !/^(---|\+\+\+) /.test(line)) || line.startsWith("\\")) {
      if (hunk !== null) addRow(file, hunk, line);
      continue;
    }
    if (line.startsWith("--- ")) {
      if (file === null || file.hunks.length > 0) open();
      file.oldPath = barePath(line.slice(4));
    } else if (line.startsWith("+++ ") && file !== null) {
      const path = barePath(line.slice(4));
      file.path = path === "/dev/null" ? file.oldPath : path;
    } else if (file !== null && /^(new file|deleted file|rename|copy|similarity|Binary|old mode|new mode)/.test(line)) {
      file.notes.push(line);
    }
  }
  return files.length === 0 ? [asPlainText(lines)] : files;
}

function barePath(written) {
  const path = written
    .split("\t")[0]
    .trim()
    .replace(/^"(.*)"$/, "$1");
  return path === "/dev/null" ? path : path.replace(/^[abciow]\//, "");
}

function openHunk(file, line, [, oldStart, oldCount, newStart, newCount]) {
  const hunk = {
    header: line,
    rows: [],
    oldLeft: Number(oldCount ?? 1),
    newLeft: Number(newCount ?? 1),
    old: Number(oldStart),
    new: Number(newStart),
  };
  file.hunks.push(hunk);
  return hunk;
}

function addRow(file, hunk, line) {
  const kind = line[0] === "+" || line[0] === "-" || line[0] === "\\" ? line[0] : " ";
  const row = { kind, old: null, new: null, text: line === "" ? "" : line.slice(1) };
  if (kind === " " || kind === "-") {
    row.old = hunk.old;
    hunk.old += 1;
    hunk.oldLeft -= 1;
  }
  if (kind === " " || kind === "+") {
    row.new = hunk.new;
    hunk.new += 1;
    hunk.newLeft -= 1;
  }
  if (kind === "+") file.added += 1;
  if (kind === "-") file.removed += 1;
  hunk.rows.push(row);
}

function asPlainText(lines) {
  const rows = lines.map((text, index) => ({ kind: " ", old: index + 1, new: index + 1, text }));
  return { path: "", oldPath: "", notes: ["not a unified diff"], added: 0, removed: 0, hunks: [{ header: "", rows }] };
}
