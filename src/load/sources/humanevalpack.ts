import { formatPatch, structuredPatch } from "diff";
import { z } from "zod";
import { type FileDiff, parseDiff, serializeDiff } from "../../core/diff.ts";
import { blockAnchor, type ChangeBlock, changeBlocks, newLinesOf } from "../../core/diff-blocks.ts";
import { reverseDiff } from "../../core/diff-reverse.ts";
import { UsageError } from "../../core/errors.ts";
import { parseJsonLine } from "../../core/json-line.ts";
import { sha256 } from "../hash.ts";
import type { ImportedSource, ImportSource, SourceFiles } from "./importer.ts";

type ImportedCase = ImportedSource["cases"][number];

const languages = {
  Python: { name: "python", extension: "py" },
  JavaScript: { name: "javascript", extension: "js" },
  Java: { name: "java", extension: "java" },
  Go: { name: "go", extension: "go" },
} as const;
type Language = keyof typeof languages;

const text = z.string().min(1);

const Task = z.looseObject({
  task_id: z.string().regex(/^(Python|JavaScript|Java|Go)\/\d+$/, "expected LANGUAGE/NUMBER, such as Python/0"),
  prompt: text,
  canonical_solution: text,
  buggy_solution: text,
  bug_type: z.string().regex(/^[a-z]+( [a-z]+)*$/, "expected words in lower case"),
  failure_symptoms: text,
  entry_point: z.string().regex(/^\w+$/, "expected the name of a function"),
  instruction: text,
});
type Task = z.infer<typeof Task>;

/**
 * HumanEvalPack: small functions into each of which a person planted one bug. A task gives two cases: the change that
 * brings the bug in, and its twin, the change that puts it right.
 */
export const importSource: ImportSource = (files) => {
  const placeOf = new Map<string, string>();
  const cases = files.paths.flatMap((path) =>
    readTasks(files, path).flatMap(({ task, place }) => {
      const earlier = placeOf.get(task.task_id);
      if (earlier !== undefined)
        throw new UsageError(`${place}: task "${task.task_id}" stands already at ${earlier} (copy the source again)`);
      placeOf.set(task.task_id, place);
      return casesOf(task, place);
    }),
  );
  return { cases, reviewers: new Map(), judge: null };
};

function readTasks(files: SourceFiles, path: string): { task: Task; place: string }[] {
  return files
    .read(path)
    .split("\n")
    .flatMap((line, index) => {
      if (line.trim() === "") return [];
      const place = files.place(path, index + 1);
      return [{ task: parseJsonLine(Task, line, place), place }];
    });
}

/** The two cases of a task, ordered by their ids so that the order does not tell which is which. */
function casesOf(task: Task, place: string): ImportedCase[] {
  const [language, number] = task.task_id.split("/") as [Language, string];
  const { name, extension } = languages[language];
  const path = `${task.entry_point}.${extension}`;
  const correct = fileText(language, task.prompt, task.canonical_solution);
  const buggy = fileText(language, task.prompt, task.buggy_solution);
  if (correct === buggy)
    throw new UsageError(
      `${place}: buggy_solution: expected another solution than the canonical one, got the same (copy the source again)`,
    );
  const planting = changeBetween(path, correct, buggy);
  const mending = reverseDiff(planting);
  const shared = (change: readonly FileDiff[], after: string) => {
    const diff = serializeDiff(change);
    return {
      id: `${name}-${number}-${task.entry_point}-${sha256(diff).slice(0, 4)}`,
      diff,
      language: name,
      context: { task: task.instruction },
      files: { [path]: after },
      cluster: `task-${number}`,
      license: "MIT",
      meta: { source: "bigcode-project/octopack", task: task.task_id },
    };
  };

  const blocks = blocksOf(planting);
  const anchors = blocks.map(({ block, file }) => blockAnchor(block, file));
  const [anchor, ...elsewhere] = anchors.toSorted((a, b) => Number(a.side === "old") - Number(b.side === "old"));
  const bug = {
    id: "planted",
    ...(anchor === undefined ? {} : { anchor }),
    ...(elsewhere.length === 0 ? {} : { elsewhere }),
    category: task.bug_type.replaceAll(" ", "-"),
    severity: "high" as const,
    description: describeBug(
      task,
      blocks.map(({ block }) => block),
    ),
  };
  const withBug = { ...shared(planting, buggy), bugs: [bug] };
  const places = blocksOf(mending).flatMap(({ block }) => {
    const lines = newLinesOf(block);
    return lines === null ? [] : [{ bugId: bug.id, file: path, lines }];
  });
  const mended = { ...shared(mending, correct), bugs: [], twin: { of: withBug.id, places } };
  return withBug.id < mended.id ? [withBug, mended] : [mended, withBug];
}

/** One file with one line break at its end. Upstream keeps the package clause of Go apart, with the tests. */
function fileText(language: Language, prompt: string, solution: string): string {
  const head = language === "Go" ? "package main\n\n" : "";
  return `${head}${`${prompt}${solution}`.replace(/^\n+/, "").trimEnd()}\n`;
}

function changeBetween(path: string, before: string, after: string): FileDiff[] {
  const patch = structuredPatch(`a/${path}`, `b/${path}`, before, after, undefined, undefined, { context: 3 });
  return parseDiff(formatPatch([{ ...patch, isGit: true }]));
}

function blocksOf(files: readonly FileDiff[]): { file: FileDiff; block: ChangeBlock }[] {
  return files.flatMap((file) => file.hunks.flatMap(changeBlocks).map((block) => ({ file, block })));
}

/** In words that name no kind of defect but the planted one: "expected" would be read as a word about tests. */
function describeBug({ entry_point, bug_type, failure_symptoms }: Task, blocks: readonly ChangeBlock[]): string {
  const changes = blocks.map(({ added, deleted }) => {
    if (added.length === 0) return `${quote(deleted)} is missing`;
    return deleted.length === 0 ? `${quote(added)} should not be there` : `${quote(added)} should be ${quote(deleted)}`;
  });
  return `${entry_point}: ${bug_type}, seen as ${failure_symptoms}: ${changes.join("; ")}.`;
}

function quote(lines: ChangeBlock["added"]): string {
  return `\`${lines.map((line) => line.text.trim()).join(" ")}\``;
}
