/** The file of a diff that a path means: the same path, or the only one that ends alike; null where there is none. */
export function findFile(files, path) {
  const wanted = bare(path);
  const exact = files.find((file) => file.path === wanted || file.oldPath === wanted);
  if (exact !== undefined) return exact;
  const alike = files.filter((file) => file.path.endsWith(`/${wanted}`) || wanted.endsWith(`/${file.path}`));
  return alike.length === 1 && wanted !== "" ? alike[0] : null;
}

function bare(path) {
  return path
    .trim()
    .replaceAll("\\", "/")
    .replace(/^(\.\/)+/, "")
    .replace(/^[ab]\//, "")
    .replace(/^\//, "");
}

/**
 * Everything to be shown on a case for one reviewer, as notes: bugs with their state, findings, and the places of a
 * clean twin. `lines` is null for a remark on a whole file, `file` is null without a place.
 */
export function notesOf(item, line) {
  const stateOf = new Map((line?.b ?? []).map((bug) => [bug.id, bug]));
  const bugs = (item.bugs ?? []).map((bug) => ({
    type: "bug",
    bug,
    state: stateOf.get(bug.id)?.state ?? "unscored",
    result: stateOf.get(bug.id),
    file: bug.anchor?.file ?? null,
    side: bug.anchor?.side === "old" ? "old" : "new",
    lines: bug.anchor === undefined ? null : linesOfAnchor(bug.anchor),
    also: (bug.elsewhere ?? []).map((anchor) => ({
      file: anchor.file,
      side: anchor.side === "old" ? "old" : "new",
      lines: linesOfAnchor(anchor),
    })),
  }));
  const places = (item.twin?.places ?? []).map((place) => ({
    type: "place",
    bugId: place.bugId,
    isTouched: (line?.touched ?? []).includes(place.bugId),
    file: place.file,
    side: "new",
    lines: place.lines,
  }));
  const findings = (line?.f ?? []).map((finding, index) => ({
    type: "finding",
    finding,
    index,
    file: finding.file ?? null,
    side: finding.side ?? "new",
    lines: finding.lines ?? null,
  }));
  return [...bugs, ...places, ...findings];
}

const linesOfAnchor = ({ side, lines }) => (side === "file" ? null : (lines ?? null));

/**
 * Sorts notes to where they can be shown: `rows` (after the last row of their range), `files` (under the heading of
 * their file), `elsewhere` (no place, or one that the diff does not show). `covered` are the rows that a note is about,
 * those of its further places among them.
 */
export function placeNotes(files, notes) {
  const rows = new Map();
  const byFile = new Map();
  const elsewhere = [];
  const covered = new Set();
  const add = (map, key, note) => map.set(key, [...(map.get(key) ?? []), note]);
  for (const note of notes) {
    const file = note.file === null ? null : findFile(files, note.file);
    for (const row of (note.also ?? []).flatMap((place) => rowsAt(findFile(files, place.file), place)))
      covered.add(row);
    if (file === null) {
      elsewhere.push({ note, why: note.file === null ? "" : "not in this diff" });
    } else if (note.lines === null) {
      add(byFile, file, note);
    } else {
      const inside = rowsAt(file, note);
      for (const row of inside) covered.add(row);
      if (inside.length === 0) elsewhere.push({ note, why: "outside the diff" });
      else add(rows, inside.at(-1), note);
    }
  }
  return { rows, files: byFile, elsewhere, covered };
}

/** The rows of a file that are within a place; none where it has no lines. */
function rowsAt(file, { side, lines }) {
  if (file === null || lines === null) return [];
  const [from, to] = [Math.min(...lines), Math.max(...lines)];
  return file.hunks
    .flatMap((hunk) => hunk.rows)
    .filter((row) => row[side] !== null && row[side] >= from && row[side] <= to);
}

/** Where a note points, as text: `path:12` or `path:12–14`. */
export function placeText(note) {
  if (note.file === null) return "";
  if (note.lines === null) return note.file;
  return `${note.file}:${linesText(note)}`;
}

function linesText({ lines: [from, to], side }) {
  return `${from === to ? from : `${from}–${to}`}${side === "old" ? " (old)" : ""}`;
}

const mostPlaces = 8;

/** Several places as text, the path said once for each file: `a.py:3, 7–9; b.py:1 (old)`. */
export function placesText(places) {
  const shown = places.slice(0, mostPlaces);
  const texts = shown.map((place, index) => {
    const isSameFile = place.lines !== null && shown[index - 1]?.file === place.file && shown[index - 1].lines !== null;
    return isSameFile ? `, ${linesText(place)}` : `${index === 0 ? "" : "; "}${placeText(place)}`;
  });
  return `${texts.join("")}${places.length > mostPlaces ? `; and ${places.length - mostPlaces} more` : ""}`;
}
