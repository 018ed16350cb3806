/** How the terminal looks: its width in columns and a painter that leaves text plain where colour is off. */
export interface TerminalStyle {
  columns: number;
  paint: (style: "bold" | "dim" | "red" | "green" | "yellow", text: string) => string;
}

// eslint-disable-next-line no-control-regex -- the escapes are our own colours
const ansi = /\u001b\[[0-9;]*m/g;

/** Characters that a terminal shows of a text: its colours take no room. */
export function visibleLength(text: string): number {
  return text.replaceAll(ansi, "").length;
}

/** Texts as long as the longest of them, filled up from the left, so that numbers stand on their decimal points. */
export function alignRight(texts: readonly string[]): string[] {
  const width = Math.max(0, ...texts.map(visibleLength));
  return texts.map((text) => " ".repeat(width - visibleLength(text)) + text);
}

/**
 * Breaks a paragraph at spaces, but for those before a percent sign, so that no line is wider than the terminal; all lines
 * are indented as the first.
 */
export function fold(text: string, width: number): string {
  const indent = /^ */.exec(text.replaceAll(ansi, ""))?.[0] ?? "";
  const lines: string[] = [];
  for (const word of text.split(/ (?!%)/)) {
    const line = lines.at(-1);
    if (
      line !== undefined &&
      (visibleLength(line.trim()) === 0 || visibleLength(line) + 1 + visibleLength(word) <= width)
    )
      lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(lines.length === 0 ? word : indent + word);
  }
  return lines.join("\n");
}
