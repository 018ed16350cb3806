import { styleText } from "node:util";
import type { TerminalStyle } from "../reporters/terminal-text.ts";

/** How standard output looks: its width, 120 columns where it is no terminal, and colour where it takes any. */
export function terminalStyle(): TerminalStyle {
  return {
    columns: process.stdout.columns ?? 120,
    paint: (format, text) => styleText(format, text, { stream: process.stdout }),
  };
}
