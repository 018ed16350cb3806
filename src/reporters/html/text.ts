import type { Report } from "../../core/report.ts";

/**
 * What a reader may be fooled by is made visible: control characters, overrides of direction, zero-width and other
 * invisible characters become their code (⟨U+202E⟩), lone surrogates become U+FFFD. Line ends and tabs stay.
 */
export function visibleText(text: string): string {
  return hidden.test(text) ? text.toWellFormed().replace(hiddenAll, showHidden) : text;
}

// Alternatives of single escapes, because a class of these cannot be read in an editor.
const hiddenSource =
  "[\\u0000-\\u0008\\u000B\\u000C\\u000E-\\u001F\\u007F-\\u009F\\u00AD\\u061C\\u115F\\u180E\\u200B\\u200E\\u200F" +
  "\\u2028-\\u202E\\u2060-\\u206F\\uFEFF\\uFFF9-\\uFFFB]|[\\u{E0000}-\\u{E007F}]|\\r(?!\\n)|\\p{Surrogate}";
const hidden = new RegExp(hiddenSource, "u");
const hiddenAll = new RegExp(hiddenSource, "gu");
// JSON itself writes control characters, lone surrogates and carriage returns with a backslash.
const maybeHidden = new RegExp(`${hiddenSource}|\\\\[ubf]|\\\\r(?!\\\\n)`, "u");

function showHidden(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `⟨U+${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;
}

/** The same value with `visibleText` applied to every string in it, object keys included; copied only where that changes it. */
export function visibleDeep<Value>(value: Value): Value {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only the letters of strings change, never the shape
  return walk(value) as Value;
}

/** JSON of a value as `visibleDeep` gives it. Cheaper, because mostly one look at the JSON shows that nothing is hidden. */
export function visibleJson(value: object): string {
  const json = JSON.stringify(value);
  return maybeHidden.test(json) ? JSON.stringify(walk(value)) : json;
}

function walk(value: unknown): unknown {
  if (typeof value === "string") return visibleText(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map(walk);
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  let isChanged = false;
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => {
    const shown: [string, unknown] = [visibleText(key), walk(item)];
    isChanged ||= shown[0] !== key || shown[1] !== item;
    return shown;
  });
  return isChanged ? Object.fromEntries(entries) : value;
}

/** Leaves out the middle of a long name; `most` is in characters, `tailShare` of them are kept of its end. */
export function shortenMiddle(name: string, most: number, tailShare = 0.6): string {
  const characters = Array.from(name);
  if (characters.length <= most) return name;
  const tail = Math.floor((most - 1) * tailShare);
  return `${characters.slice(0, most - 1 - tail).join("")}…${characters.slice(characters.length - tail).join("")}`;
}

/** Shortens names so that they stay apart: each keeps the end, the middle or the beginning that no other name shares. */
export function shortenApart(names: readonly string[], most: number): Map<string, string> {
  const tailShares = [0.75, 0.5, 0.25];
  return new Map(
    names.map((name) => {
      const isOwn = (share: number) =>
        names.every(
          (other) => other === name || shortenMiddle(other, most, share) !== shortenMiddle(name, most, share),
        );
      return [name, shortenMiddle(name, most, tailShares.find(isOwn) ?? tailShares[0])];
    }),
  );
}

/** `1 case`, `2 cases`. */
export function plural(count: number, word: string): string {
  return `${grouped(count)} ${count === 1 ? word : manyOf(word)}`;
}

/** What is known of the cases of a dataset: `137 bugs`, `164 bugs, 164 clean cases`, `not annotated`. */
export function annotation({ bugs, clean, unannotated, cases }: Report["dataset"]): string {
  if (unannotated === cases) return "not annotated";
  const parts = [
    plural(bugs, "bug"),
    ...(clean === 0 ? [] : [plural(clean, "clean case")]),
    ...(unannotated === 0 ? [] : [`${grouped(unannotated)} not annotated`]),
  ];
  return parts.join(", ");
}

/** `cases`, `categories`. */
export function manyOf(word: string): string {
  return /[^aeiou]y$/.test(word) ? `${word.slice(0, -1)}ies` : `${word}s`;
}

/** A whole number with thin spaces between thousands. */
export function grouped(count: number): string {
  return Math.round(count)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

/** A duration in milliseconds as a person says it: `840 ms`, `3.2 s`, `2 min 5 s`. */
export function spokenDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${seconds % 60} s`;
}

/** A text with its first letter in upper case. */
export function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
