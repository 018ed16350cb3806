import { splitFences, type Segment } from "./fence.ts";
import { diffLines } from "./quoted-diff.ts";

/** A piece of a review in Markdown. `level` of a heading is 1 to 6, 7 for a bold line, 8 for the summary of a fold. */
export type Block =
  | { kind: "heading"; level: number; text: string }
  | { kind: "item"; indent: number; isOrdered: boolean; text: string }
  | { kind: "paragraph"; indent: number; text: string }
  | { kind: "quote"; text: string }
  | { kind: "table"; rows: string[] }
  | { kind: "code"; language: string; body: string }
  | { kind: "fold-start" | "fold-end" | "rule" };

const itemLine = /^([ \t]{0,40})(?:\*\*)?(?:([-*+•‣◦▪●–])|\(?\d{1,4}[.)]|[a-z]\))(?:\*\*)?[ \t]{1,8}(?=\S)/u;
const numberMark = /\d|[a-z]\)/;
const headingLine = /^ {0,3}(#{1,6})[ \t]{1,8}(?=\S)/;
const tableLine = /^[ \t]{0,8}\|/;
const htmlComment = "<!--";

/** Removes HTML comments; one that is never closed is text. */
function dropHtmlComments(text: string): string {
  const kept: string[] = [];
  let from = 0;
  for (let at = text.indexOf(htmlComment); at >= 0; at = text.indexOf(htmlComment, from)) {
    const end = text.indexOf("-->", at);
    if (end < 0) break;
    kept.push(text.slice(from, at));
    from = end + 3;
  }
  kept.push(text.slice(from));
  return kept.join("");
}

function widthOf(indentation: string): number {
  return indentation.replaceAll("\t", "    ").length;
}

/** A line that is bold from end to end is a heading in all but name. */
function boldHeading(line: string): string | null {
  const bare = line.endsWith(":") ? line.slice(0, -1) : line;
  if (bare.length < 5 || bare.length > 204 || !bare.startsWith("**") || !bare.endsWith("**")) return null;
  const inner = bare.slice(2, -2);
  return inner.includes("**") || inner.startsWith(" ") ? null : inner;
}

function isRule(line: string): boolean {
  const compact = line.replace(/[ \t]/g, "");
  return compact.length >= 3 && /^(?:-+|\*+|_+|=+)$/.test(compact);
}

interface Open {
  kind: "item" | "paragraph" | "quote" | "table" | "code";
  lines: string[];
  finish: (lines: string[]) => Block;
}

function readText(body: string, blocks: Block[]): void {
  const state: { open: Open | null } = { open: null };
  let hasBlank = true;
  const close = () => {
    if (state.open !== null) blocks.push(state.open.finish(state.open.lines));
    state.open = null;
  };
  const add = (kind: Open["kind"], line: string, finish: Open["finish"]) => {
    if (state.open?.kind === kind) state.open.lines.push(line);
    else {
      close();
      state.open = { kind, lines: [line], finish };
    }
  };
  const put = (block: Block) => {
    close();
    blocks.push(block);
  };
  const skip = diffLines();
  for (const line of body.split("\n")) {
    const trimmed = line.trim();
    if (skip(line)) {
      close();
      continue;
    }
    if (trimmed === "") {
      close();
      hasBlank = true;
      continue;
    }
    const indent = widthOf(/^[ \t]{0,200}/.exec(line)?.[0] ?? "");
    const isAfterBlank = hasBlank;
    hasBlank = false;
    const isOpenCode = state.open?.kind === "code";
    const heading = headingLine.exec(line);
    const item = itemLine.exec(line);
    const bold = indent < 2 ? boldHeading(trimmed) : null;
    if (heading !== null) {
      put({ kind: "heading", level: heading[1]?.length ?? 1, text: trimHashes(line.slice(heading[0].length).trim()) });
    } else if (isRule(trimmed)) {
      put({ kind: "rule" });
    } else if (/^<\/?(?:details|summary|blockquote)\b/i.test(trimmed)) {
      close();
      readHtml(trimmed, blocks);
    } else if (trimmed.startsWith(">")) {
      add("quote", trimmed.slice(1).trim(), (lines) => ({ kind: "quote", text: lines.join("\n") }));
    } else if (tableLine.test(line)) {
      add("table", trimmed, (lines) => ({ kind: "table", rows: lines }));
    } else if (bold !== null) {
      put({ kind: "heading", level: 7, text: bold });
    } else if (item !== null) {
      close();
      const isOrdered = item[2] === undefined && numberMark.test(item[0]);
      const text = reopenBold(item[0], line.slice(item[0].length)).replace(/^\[[ xX]\]\s{1,4}/, "");
      add("item", text.trim(), (lines) => ({ kind: "item", indent, isOrdered, text: lines.join("\n") }));
    } else if (state.open?.kind === "item") {
      state.open.lines.push(trimmed);
    } else if (indent >= 4 && (isOpenCode || (isAfterBlank && !isInList(blocks)))) {
      add("code", line, (lines) => ({ kind: "code", language: "", body: lines.join("\n") }));
    } else {
      add("paragraph", trimmed, (lines) => ({ kind: "paragraph", indent, text: lines.join("\n") }));
    }
  }
  close();
}

/** Whether an indented line continues a list: the block before it is an item or belongs to one. */
function isInList(blocks: readonly Block[]): boolean {
  const last = blocks.at(-1);
  return last?.kind === "item" || (last?.kind === "paragraph" && last.indent > 0);
}

function reopenBold(marker: string, text: string): string {
  const isOpened = marker.split("**").length === 2;
  if (!isOpened) return text;
  return text.startsWith("**") ? text.slice(2).trimStart() : `**${text}`;
}

function trimHashes(text: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === "#") end -= 1;
  return end < text.length && text[end - 1] === " " ? text.slice(0, end).trim() : text;
}

function readHtml(line: string, blocks: Block[]): void {
  if (/^<details\b/i.test(line)) blocks.push({ kind: "fold-start" });
  const summary = /<summary>([^<]{0,400})(?:<\/summary>|$)/i.exec(line);
  const text = (summary?.[1] ?? "").trim();
  if (text !== "") blocks.push({ kind: "heading", level: 8, text });
  if (/<\/details>/i.test(line)) blocks.push({ kind: "fold-end" });
}

function codeOf(segment: Extract<Segment, { kind: "fence" }>): Block {
  return { kind: "code", language: segment.language, body: segment.body };
}

/** Reads a text as the blocks of loosely written Markdown, in one pass. Quoted diffs, fenced or not, are code. */
export function readBlocks(text: string): Block[] {
  const blocks: Block[] = [];
  for (const segment of splitFences(dropHtmlComments(text))) {
    if (segment.kind === "fence") blocks.push(codeOf(segment));
    else readText(segment.body, blocks);
  }
  return blocks;
}
