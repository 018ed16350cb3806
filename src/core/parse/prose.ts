import type { Finding } from "../review.ts";
import { readBlocks, type Block } from "./blocks.ts";
import { cleanRemark } from "./clean.ts";
import { extendDraft, labelDraft, type Draft } from "./draft.ts";
import { remarkWords } from "./frame-phrases.ts";
import { classifyHeading } from "./heading.ts";
import { readLabel, readLabelRow } from "./labels.ts";
import { maxFindings, maxProse } from "./limits.ts";
import { splitRemarks } from "./paragraph.ts";
import { readPlace } from "./place.ts";
import { stripNumber, stripPrefixes } from "./remark.ts";
import { headingSeverityOf } from "./severity.ts";
import { isTopic, plainWords, saysNothing } from "./silence.ts";
import { readTable } from "./table.ts";
import { closeDraft, createWalk, foldLevel, keepFinding, leaveFold, levels, openDraft, type Walk } from "./walk.ts";

function readHeading(walk: Walk, block: Extract<Block, { kind: "heading" }>): void {
  const { text } = block;
  const heading = classifyHeading(text);
  const isFold = block.level === levels.fold;
  const level = isFold ? foldLevel(walk) : block.level;
  if (isFold && heading.kind !== "place" && headingSeverityOf(text) === undefined && !isTopic(text)) {
    walk.skippedFold = walk.foldDepth;
    return;
  }
  closeDraft(walk);
  // A bold line inside a section of praise or summary belongs to it, as a heading of any rank would not.
  const isInside = level === levels.bold && walk.section !== "remarks";
  if (heading.kind === "praise" || heading.kind === "aside") {
    walk.section = heading.kind;
    walk.scope.leave(level);
    return;
  }
  if (!isInside) walk.section = "remarks";
  if (heading.kind === "topic") {
    walk.scope.enter(level, heading.severity === undefined ? {} : { severity: heading.severity });
  } else if (heading.kind === "place" && heading.place.lines === undefined) {
    walk.scope.enter(level, { place: heading.place });
  } else if (walk.section !== "praise") {
    walk.scope.leave(level);
    const isBold = level === levels.bold;
    const isSure = heading.kind !== "title" || heading.isSure || isBold;
    const title = heading.kind === "place" ? text : (stripNumber(text) ?? text);
    const isWhole = heading.kind === "place" || (heading.kind === "title" && heading.isSure);
    openDraft(walk, title, { isOpen: true, isWhole, needsBody: !isSure });
  }
}

/** Takes a line of labels into the present draft, or starts a new one when the draft has that label already. */
function readLabels(walk: Walk, line: string, isFirstLine: boolean, more: Partial<Draft>): boolean {
  const labels = readLabelRow(line);
  const [first] = labels;
  const { draft: present } = walk;
  if (first === undefined) return false;
  if (first.kind === "more" && (present === null || bothPlaced(present, line))) return false;
  const isRepeated = present?.labels.has(first.kind) === true && first.kind !== "more";
  const isLoose = present !== null && !present.isOpen && present.labels.size === 0;
  const isNew = first.kind === "message" || (isFirstLine && first.kind !== "more" && first.kind !== "severity");
  const belongs = present !== null && !isRepeated && !(isLoose && isNew);
  const isOpen = first.kind !== "message" || first.value === "";
  const draft = belongs ? present : openDraft(walk, "", { isOpen, ...more });
  for (const label of labels) labelDraft(draft, label, line);
  return true;
}

/** Whether a remark is only its place, or its place and a bold title, so that its text is still to come. */
function awaitsText(text: string): boolean {
  const place = readPlace(text);
  if (place.file === undefined && place.lines === undefined) return false;
  const { message } = stripPrefixes(text);
  return plainWords(message) === "" || /^\*\*[^*]{1,300}\*\*$/.test(message) || classifyHeading(text).kind === "place";
}

/** Reads a line such as "`12-18`: _Potential issue_ | _Major_", which rates and places what comes below it. */
function readBadge(walk: Walk, text: string): boolean {
  const { message, severity: stripped } = stripPrefixes(text);
  const severity = stripped ?? headingSeverityOf(message);
  if (text.includes("\n") || severity === undefined || !isTopic(message)) return false;
  closeDraft(walk);
  walk.scope.enter(levels.badge, { severity, place: readPlace(text) });
  return true;
}

function bothPlaced(draft: Draft, text: string): boolean {
  return readPlace(text).lines !== undefined && readPlace(draft.parts.join("\n")).lines !== undefined;
}

/** Whether a paragraph is a remark of its own in a section whose heading may be a topic: both have their own line. */
function startsAnew(draft: Draft, text: string): boolean {
  return !draft.isWhole && draft.indent === null && draft.parts.length > 1 && bothPlaced(draft, text);
}

function readParagraph(walk: Walk, block: Extract<Block, { kind: "paragraph" }>, next: Block | undefined): void {
  const { draft } = walk;
  const continues =
    draft !== null &&
    draft.indent !== null &&
    (block.indent > Math.max(0, draft.indent) || (draft.isOrdered && isNextItem(next)));
  if (!continues && block.indent === 0) walk.scope.leave(levels.leadIn);
  if (!(draft?.isOpen ?? false) && readBadge(walk, block.text)) return;
  const isList = next?.kind === "item" || next?.kind === "table";
  for (const [index, text] of splitRemarks(block.text).entries()) {
    if (readLabels(walk, text, index === 0, { indent: null })) continue;
    const present = walk.draft;
    const isFollowing = index === 0 || (present?.labels.size ?? 0) > 0;
    const isMore = isFollowing && present !== null && (continues || present.isOpen) && !startsAnew(present, text);
    if (isMore && !saysNothing(text)) extendDraft(present, text);
    else if (isList && endsWithColon(text))
      readLeadIn(walk, text, next.kind === "item" ? next.text : (next.rows[2] ?? ""));
    else if (!isMore && !saysNothing(text)) {
      openDraft(walk, text, { isOpen: awaitsText(text) || (next?.kind === "code" && endsWithColon(text)) });
    }
  }
}

function isNextItem(next: Block | undefined): boolean {
  return next?.kind === "item" && next.isOrdered;
}

function endsWithColon(text: string): boolean {
  return /[:：]$/.test(text.replace(/[*_\s]{1,4}$/, ""));
}

/** Whether a line before a list only announces it: it counts the remarks to come, or the list brings its own places. */
function announces(text: string, list: string): boolean {
  const words = plainWords(text).split(" ");
  if (words.some((word) => remarkWords.has(word)) || readPlace(list).lines !== undefined) return true;
  return readPlace(text).lines === undefined && !text.includes("`");
}

/**
 * Reads a line before a list. "Three problems in src/a.py:" is no remark, but may say where those of the list are; "The
 * handle in `open` leaks when:" is a remark that the list goes on with.
 */
function readLeadIn(walk: Walk, text: string, list: string): void {
  walk.scope.leave(levels.leadIn);
  if (!announces(text, list) && !saysNothing(text)) {
    openDraft(walk, text, { indent: -1 });
    return;
  }
  closeDraft(walk);
  const severity = isTopic(text) ? headingSeverityOf(text) : undefined;
  walk.scope.enter(levels.leadIn, { place: readPlace(text), ...(severity === undefined ? {} : { severity }) });
}

function readItem(walk: Walk, block: Extract<Block, { kind: "item" }>, next: Block | undefined): void {
  const { draft } = walk;
  const { indent, isOrdered } = block;
  const hasParent = draft !== null && draft.indent !== null && indent > draft.indent;
  const isTitled = draft !== null && draft.indent === null && draft.isOpen && (draft.isWhole || draft.parts.length > 1);
  // "1. **Title**" with bullets flush below it: the bullets are the item's, whatever the indentation says.
  const isUnderNumber =
    draft !== null && draft.isOrdered && draft.indent !== null && !isOrdered && indent >= draft.indent && draft.isOpen;
  if (!hasParent && !isUnderNumber && draft?.indent !== null && !isTitled && draft?.labels.size === 0) closeDraft(walk);
  if (readLabel(block.text) !== null && readLabels(walk, block.text, false, { indent })) return;
  if (walk.draft !== null && (hasParent || isTitled || isUnderNumber)) {
    extendDraft(walk.draft, block.text);
    return;
  }
  if (indent === 0) walk.scope.leave(levels.item);
  const text = block.text.trim();
  const isParent = next?.kind === "item" && next.indent > indent;
  const heading = isParent ? classifyHeading(text.replace(/[:：]$/, "")) : null;
  if (
    heading !== null &&
    (heading.kind === "topic" || (heading.kind === "place" && heading.place.lines === undefined))
  ) {
    closeDraft(walk);
    walk.scope.enter(
      levels.item,
      heading.kind === "place"
        ? { place: heading.place }
        : heading.severity === undefined
          ? {}
          : { severity: heading.severity },
    );
    return;
  }
  if (saysNothing(text)) {
    closeDraft(walk);
    return;
  }
  const isTitle = isOrdered && (/^\*\*[^*]{1,300}\*\*.{0,120}$/.test(text) || text.endsWith(":"));
  openDraft(walk, text, { indent, isOrdered, isOpen: isTitle || awaitsText(text) });
}

function readCode(walk: Walk, block: Extract<Block, { kind: "code" }>): void {
  if (block.language === "suggestion") {
    const last = walk.draft ?? walk.found.at(-1)?.finding;
    if (last !== undefined) last.suggestion ??= cleanRemark(block.body);
  } else if (walk.draft !== null && walk.skippedFold === null) {
    extendDraft(walk.draft, `\`\`\`${block.language}\n${block.body}\n\`\`\``);
  }
}

function readBlock(walk: Walk, block: Block, next: Block | undefined): void {
  if (block.kind === "code") return readCode(walk, block);
  if (block.kind === "fold-start") walk.foldDepth += 1;
  if (block.kind === "fold-end") leaveFold(walk);
  if (walk.skippedFold !== null) {
    if (block.kind !== "heading" || block.level >= levels.bold) return;
    walk.skippedFold = null;
  }
  if (block.kind === "heading") return readHeading(walk, block);
  if (block.kind === "rule") {
    closeDraft(walk);
    walk.scope.leave(levels.badge);
    walk.section = "remarks";
    return;
  }
  if (walk.section === "praise") return;
  if (block.kind === "paragraph") readParagraph(walk, block, next);
  else if (block.kind === "item") readItem(walk, block, next);
  else if (block.kind === "table") {
    closeDraft(walk);
    for (const finding of readTable(block.rows, walk.scope.current()))
      keepFinding(walk, finding, walk.section === "aside");
  } else if (block.kind === "quote") {
    readQuote(walk, block.text);
  }
}

/** A quotation is somebody else's text; only GitHub's alerts ("> [!WARNING]") are the reviewer's own. */
function readQuote(walk: Walk, text: string): void {
  const alert = /^\[!(?:NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]\s{0,4}/i.exec(text);
  const own = alert === null ? text : text.slice(alert[0].length);
  if (saysNothing(own)) return;
  if (alert !== null || walk.draft === null) {
    openDraft(walk, own, { isAside: alert === null });
    closeDraft(walk);
  }
}

/**
 * The findings of a review in words. Where nothing but a summary or a quotation holds remarks, those that name a line
 * count. `isCapped` says that remarks were left unread for their number or the text's length.
 */
export function readProse(text: string): { findings: Finding[]; isCapped: boolean } {
  const blocks = readBlocks(text.slice(0, maxProse));
  const walk = createWalk(text.length > maxProse);
  for (const [index, block] of blocks.entries()) {
    readBlock(walk, block, blocks[index + 1]);
    if (walk.found.length >= maxFindings && walk.isCapped) break;
  }
  closeDraft(walk);
  const own = walk.found.filter((entry) => !entry.isAside);
  const kept = own.length > 0 ? own : walk.found.filter((entry) => entry.finding.lines !== undefined);
  return { findings: kept.map((entry) => entry.finding), isCapped: walk.isCapped };
}
