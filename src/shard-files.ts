import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import type { z } from "zod";
import { Case } from "./core/case.ts";
import { UsageError } from "./core/errors.ts";
import { parseJsonLine } from "./core/json-line.ts";
import type { NamedShard, ShardRun } from "./core/merge-shards.ts";
import { CaseLine, type Report } from "./core/report.ts";
import { type CaseRow, rowOf } from "./core/row.ts";
import { count, emptyTally } from "./core/tally.ts";
import { readLines, readText } from "./io/lines.ts";
import { isFile } from "./io/readable.ts";
import { displayPath } from "./load/suite.ts";
import type { mergeReports } from "./merge-reports.ts";
import { hashOfCases } from "./plan-shard.ts";
import type { RunFolder } from "./publish.ts";

/** A shard with the folder that it lies in. */
export type Shard = NamedShard<{ word: string; report: Report; folder: string }>;

/** A line of a shard's file. */
interface Place {
  file: string;
  offset: number;
  bytes: number;
}

/** What of a case a join needs; the line is written on as it is. */
const PlacedCase = Case.pick({ id: true, license: true }).loose();
type PlacedCase = z.infer<typeof PlacedCase>;

interface PlacedCases {
  /** By the position of the case in the undivided run. */
  places: (Place & { id: string })[];
  positionOf: ReadonlyMap<string, number>;
  licenses: string[];
}

/** @throws UsageError where the shards' cases are not all cases of the undivided run, each once */
export function placeCases(shards: readonly Shard[]): PlacedCases {
  const found = new Map<number, Place & PlacedCase>();
  for (const { folder, report } of shards) {
    const path = join(folder, "dataset.jsonl");
    const file = displayPath(path);
    const { positions } = report.shard;
    let at = 0;
    for (const { text, offset, bytes } of linesOf(path)) {
      const { id, license } = parseJsonLine(PlacedCase, text, `${file}:${at + 1}`);
      const position = positions[at];
      at += 1;
      if (position !== undefined) found.set(position, { file: path, offset, bytes, id, license });
    }
    if (at !== positions.length)
      throw new UsageError(
        `${file}: ${at} cases, the report counts ${positions.length} (the file is cut short, or of another run)`,
      );
  }
  const [{ shard }] = shards.map(({ report }) => report) as [ShardRun];
  const inOrder = Array.from({ length: shard.cases }, (_, position) => found.get(position));
  const places = inOrder.filter((place) => place !== undefined);
  const ids = places.map(({ id }) => id);
  if (found.size !== shard.cases || hashOfCases(ids) !== shard.basis["choice of cases"])
    throw new UsageError(
      `the shards hold ${places.length} of ${shard.cases} cases of the run, or others than it chose (their files were changed: measure the shards again)`,
    );
  return {
    places,
    positionOf: new Map(ids.map((id, position) => [id, position])),
    licenses: [...new Set(places.flatMap(({ license }) => license ?? []))],
  };
}

/** Where the line of each review is, in the order of an undivided run. */
type PlacedLines = ReadonlyMap<string, readonly (Place & { shard: ShardRun })[]>;

/** @throws UsageError for a line that is damaged, and where a review is missing or there twice */
export function placeLines(shards: readonly Shard[], positionOf: ReadonlyMap<string, number>): PlacedLines {
  const [{ shard, suite }] = shards.map(({ report }) => report) as [ShardRun];
  const { repeats } = suite;
  const placed = new Map(shard.reviewers.map((id) => [id, new Map<number, Place & { shard: ShardRun }>()]));
  for (const { folder, report } of shards) {
    const path = join(folder, "cases.jsonl");
    const file = displayPath(path);
    for (const { text, number, offset, bytes } of linesOf(path)) {
      const { reviewer, caseId, repeat } = parseJsonLine(CaseLine, text, `${file}:${number}`);
      const position = positionOf.get(caseId);
      const own = placed.get(reviewer);
      if (own === undefined || position === undefined || repeat >= repeats)
        throw new UsageError(
          `${file}:${number}: a review of case "${caseId}" by ${reviewer} that its run did not plan`,
        );
      const at = position * repeats + repeat;
      if (own.has(at))
        throw new UsageError(`${file}:${number}: a second review of case "${caseId}" by ${reviewer} (remove one)`);
      own.set(at, { file: path, offset, bytes, shard: report });
    }
  }
  const planned = shard.cases * repeats;
  return new Map(
    [...placed].map(([reviewer, own]) => {
      if (own.size !== planned)
        throw new UsageError(
          `the shards hold ${own.size} of ${planned} reviews of ${reviewer} (a cases.jsonl is cut short, or of another run)`,
        );
      return [reviewer, [...own].sort(([a], [b]) => a - b).map(([, place]) => place)];
    }),
  );
}

/** Writes cases.jsonl and dataset.jsonl as an undivided run has them, and gives what its report is made of. */
export function writeFiles(
  folder: RunFolder,
  shards: readonly Shard[],
  cases: readonly (Place & { id: string })[],
  lines: PlacedLines,
): Parameters<typeof mergeReports>[0]["rowsOf"] {
  const handles = new Map<string, number>();
  const read = ({ file, offset, bytes }: Place): string => {
    const handle = handles.get(file) ?? openSync(file, "r");
    handles.set(file, handle);
    return readText(handle, offset, bytes).trim();
  };
  try {
    folder.startLines({ entries: cases, readLine: (place: (typeof cases)[number]) => read(place) });
    return new Map(
      [...lines].map(([reviewer, places]) => {
        const tally = emptyTally();
        const rows = places.map((place): { row: CaseRow; shard: ShardRun } => {
          const line = JSON.parse(read(place)) as CaseLine;
          folder.writeLine(line);
          count(tally, line);
          return { row: rowOf(line), shard: place.shard };
        });
        return [reviewer, { rows, tally }];
      }),
    );
  } finally {
    folder.endLines();
    for (const handle of handles.values()) closeSync(handle);
  }
}

function linesOf(path: string): ReturnType<typeof readLines> {
  if (isFile(path)) return readLines(path);
  throw new UsageError(
    `${displayPath(path)}: missing, and shards are joined out of it (keep the files of a run together)`,
  );
}
