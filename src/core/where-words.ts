import { UsageError } from "./errors.ts";

/** One word of a condition: an operator, bracket or keyword; a bare word or number; a quoted text without its quotes. */
export interface Word {
  kind: "symbol" | "bare" | "quoted";
  text: string;
  /** 0-based position in the expression. */
  start: number;
}

const keywords = new Set(["and", "or", "not", "in"]);

const patterns = {
  space: /\s+/y,
  quoted: /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/sy,
  bare: /[\p{L}\p{N}_@.-][\p{L}\p{N}_@.+#/:-]*/uy,
  symbol: /[()[\],]|[=!<>~&|]+/y,
} as const;

/**
 * Cuts a condition into words. Bare words may hold dashes, dots and `+ # / : @`, so that `null-handling`, `c++`,
 * `meta.source` and `2024-01-31` need no quotes. In quotes, a backslash before the quote stands for the quote; any
 * other backslash stands for itself, so that patterns need no doubling.
 * @throws UsageError for an open quote and for a character that begins no word
 */
export function readWords(expression: string, place: string): Word[] {
  const words: Word[] = [];
  for (let at = 0; at < expression.length;) {
    const [kind, text] = nextWord(expression, at);
    if (kind === null) {
      const got = expression[at] ?? "";
      const advice = got === '"' || got === "'" ? "close the quote" : "put the text into quotes";
      throw new UsageError(`${place}: ${JSON.stringify(expression)}: got ${got} at character ${at + 1} (${advice})`);
    }
    if (kind === "quoted") words.push({ kind, text: withoutQuotes(text), start: at });
    else if (kind !== "space") words.push({ kind: keywords.has(text) ? "symbol" : kind, text, start: at });
    at += text.length;
  }
  return words;
}

function nextWord(expression: string, at: number): [keyof typeof patterns | null, string] {
  for (const kind of ["space", "quoted", "bare", "symbol"] as const) {
    const pattern = patterns[kind];
    pattern.lastIndex = at;
    const text = pattern.exec(expression)?.[0];
    if (text !== undefined) return [kind, text];
  }
  return [null, ""];
}

function withoutQuotes(text: string): string {
  const quote = text.charAt(0);
  return text.slice(1, -1).replaceAll(`\\${quote}`, quote);
}
