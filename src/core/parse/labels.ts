/** What a labelled line of a remark holds. `more` goes into the message with its label, `message` without it. */
export type LabelKind = "file" | "lines" | "place" | "severity" | "category" | "confidence" | "message" | "more";

export interface Label {
  kind: LabelKind;
  value: string;
}

const labels: Record<LabelKind, readonly string[]> = {
  file: ["file", "path", "filename", "file name", "file path", "datei", "fichier", "archivo", "文件", "ファイル"],
  lines: [
    "line",
    "lines",
    "line number",
    "line numbers",
    "line(s)",
    "line range",
    "zeile",
    "zeilen",
    "ligne",
    "lignes",
    "línea",
    "líneas",
    "行",
    "行号",
  ],
  place: ["location", "where", "place", "code location"],
  severity: ["severity", "priority", "level", "schweregrad", "gravité", "severidad", "严重程度", "重要度"],
  category: ["category", "type", "kind"],
  confidence: ["confidence"],
  message: [
    "issue",
    "problem",
    "description",
    "finding",
    "comment",
    "message",
    "bug",
    "concern",
    "observation",
    "title",
    "beschreibung",
    "problème",
    "problema",
    "问题",
    "問題",
  ],
  more: [
    "suggestion",
    "suggestions",
    "fix",
    "suggested fix",
    "suggested change",
    "proposed fix",
    "possible fix",
    "recommended fix",
    "how to fix",
    "recommendation",
    "solution",
    "remediation",
    "impact",
    "why",
    "why it matters",
    "why this matters",
    "reason",
    "rationale",
    "explanation",
    "details",
    "detail",
    "evidence",
    "example",
    "consequence",
    "risk",
    "reproduction",
    "lösung",
    "vorschlag",
    "solución",
    "建议",
    "提案",
  ],
};

const kindByName = new Map<string, LabelKind>();
for (const [kind, names] of Object.entries(labels)) for (const name of names) kindByName.set(name, kind as LabelKind);

const labelLine =
  /^[\s*_`\p{Extended_Pictographic}\uFE0F]{0,8}([\p{L}][\p{L} ()]{0,24}?)[*_`\s]{0,6}[:：][*_`]{0,4}(?:\s{1,4}|(?=\S)|$)/u;

/** Reads "**Severity:** high" or "Line: 42"; null when the line has no label that is known. */
export function readLabel(line: string): Label | null {
  const match = labelLine.exec(line);
  const kind = kindByName.get((match?.[1] ?? "").trim().toLowerCase());
  if (match === null || kind === undefined) return null;
  return { kind, value: line.slice(match[0].length).trim() };
}

/** The labels of "**File:** a.py | **Line:** 3 | **Severity:** high"; empty unless every part has one. */
export function readLabelRow(line: string): Label[] {
  const parts = line.length > 400 ? [line] : line.split(/\s[|·•]\s|,\s(?=\*\*)|;\s(?=\*\*)/);
  const read = parts.map(readLabel);
  return read.every((label) => label !== null) ? read : [];
}
