import { noteCard } from "./cards.js";
import { el, plural } from "./dom.js";
import { tokenize } from "./tokens.js";

const longDiff = 160;
const nearNote = 12;
const leastFold = 6;

/** The files of a diff as tables, notes under their lines; parts of a long diff that no note is near are folded. */
export function diffView(files, placed, item) {
  const total = files.reduce((sum, file) => sum + rowsOf(file).length, 0);
  const isLong = total > longDiff;
  return el("div", "diff", ...files.map((file) => fileView(file, placed, item, isLong)));
}

const rowsOf = (file) => file.hunks.flatMap((hunk) => hunk.rows);

function fileView(file, placed, item, isLong) {
  const hasNotes =
    placed.files.has(file) || rowsOf(file).some((row) => placed.rows.has(row) || placed.covered.has(row));
  const renamed =
    file.oldPath !== "" && file.oldPath !== file.path && file.oldPath !== "/dev/null" ? `${file.oldPath} → ` : "";
  const heading = el(
    "header",
    "file-heading",
    el("span", "path", `${renamed}${file.path === "" ? "(no file name)" : file.path}`),
    el("span", "counts", el("span", "added", `+${file.added}`), " ", el("span", "removed", `−${file.removed}`)),
  );
  const box = el("section", "file", heading, ...file.notes.map((note) => el("p", "file-note", note)));
  for (const note of placed.files.get(file) ?? []) box.append(noteCard(note, item));
  const fill = (isFolding) => box.append(hunksTable(file, placed, item, isFolding));
  if (isLong && !hasNotes) {
    const button = el(
      "button",
      { class: "unfold", type: "button" },
      `Show ${plural(rowsOf(file).length, "line")}, no notes here`,
    );
    button.addEventListener("click", () => {
      button.remove();
      fill(false);
    });
    box.append(button);
  } else {
    fill(isLong);
  }
  return box;
}

function hunksTable(file, placed, item, isFolding) {
  const body = el("tbody", "");
  for (const hunk of file.hunks) {
    if (hunk.header !== "")
      body.append(
        el("tr", "hunk", el("td", { class: "ln" }), el("td", { class: "ln" }), el("td", "code", hunk.header)),
      );
    for (const run of foldRuns(hunk.rows, placed, isFolding)) {
      if (run.isShown) body.append(...run.rows.flatMap((row) => rowViews(row, placed, item)));
      else body.append(foldRow(run.rows, placed, item));
    }
  }
  return el("table", "lines", body);
}

/** Runs of rows to show or to fold. */
function foldRuns(rows, placed, isFolding) {
  if (!isFolding) return [{ isShown: true, rows }];
  const noted = rows.flatMap((row, index) => (placed.rows.has(row) || placed.covered.has(row) ? [index] : []));
  const isNear = rows.map(() => false);
  for (const index of noted) {
    for (let near = Math.max(0, index - nearNote); near <= Math.min(rows.length - 1, index + nearNote); near += 1)
      isNear[near] = true;
  }
  const runs = [];
  for (const [index, row] of rows.entries()) {
    const last = runs.at(-1);
    if (last !== undefined && last.isShown === isNear[index]) last.rows.push(row);
    else runs.push({ isShown: isNear[index], rows: [row] });
  }
  return runs.map((run) => (run.rows.length < leastFold ? { ...run, isShown: true } : run));
}

function foldRow(rows, placed, item) {
  const button = el("button", { class: "unfold", type: "button" }, `Show ${plural(rows.length, "line")}`);
  const cell = el("td", { colspan: "3" }, button);
  const row = el("tr", "folded", cell);
  button.addEventListener("click", () => row.replaceWith(...rows.flatMap((one) => rowViews(one, placed, item))));
  return row;
}

const kindNames = { "+": "add", "-": "del", " ": "same", "\\": "mark" };

function rowViews(row, placed, item) {
  const notes = placed.rows.get(row) ?? [];
  const number = (value) => el("td", { class: "ln", "data-n": value === null ? "" : String(value) });
  const code = el("td", {
    class: "code",
    "data-sign": row.kind === " " || row.kind === "\\" ? "" : row.kind === "-" ? "−" : "+",
  });
  if (row.kind === "\\") code.append(row.text.trim());
  else
    code.append(
      ...tokenize(row.text, item.language).map(([kind, text]) =>
        kind === "" ? text : el("span", `tok-${kind}`, text),
      ),
    );
  const line = el(
    "tr",
    `line-${kindNames[row.kind]}${placed.covered.has(row) ? " covered" : ""}`,
    number(row.old),
    number(row.new),
    code,
  );
  if (notes.length === 0) return [line];
  return [line, el("tr", "notes", el("td", { colspan: "3" }, ...notes.map((note) => noteCard(note, item))))];
}
