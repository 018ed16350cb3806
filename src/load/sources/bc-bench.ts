import { z } from "zod";
import { type Anchor, type Bug, Severity } from "../../core/case.ts";
import { joinClusters } from "../../core/clusters.ts";
import { type FileDiff, type Hunk, isInsideDiff, parseDiff, serializeDiff } from "../../core/diff.ts";
import { UsageError } from "../../core/errors.ts";
import { parseJsonLine } from "../../core/json-line.ts";
import { sha256 } from "../hash.ts";
import type { ImportedSource, ImportSource } from "./importer.ts";

type ImportedCase = ImportedSource["cases"][number];

const text = z.string().min(1);
const lineNumber = z.int().min(1);
const kebab = z.string().regex(/^[a-z]+(-[a-z]+)*$/, "expected words in lower case, joined by dashes");

const ExpectedComment = z
  .looseObject({
    file: text,
    line_start: lineNumber,
    line_end: lineNumber,
    severity: Severity,
    domain: kebab,
    body: text,
  })
  .refine(({ line_start, line_end }) => line_start <= line_end, {
    path: ["line_end"],
    error: "expected line_start or a later line (swap the two)",
  });

const Instance = z
  .looseObject({
    instance_id: text,
    repo: text,
    base_commit: text,
    created_at: text,
    metadata: z.looseObject({ area: kebab }),
    patch: text,
    description: z.string(),
    expect_findings: z.boolean(),
    expected_comments: z.array(ExpectedComment),
  })
  .refine(({ expect_findings, expected_comments }) => expect_findings === expected_comments.length > 0, {
    path: ["expect_findings"],
    error: "expected true where there are expected_comments, and false where there are none (copy the source again)",
  });
type Instance = z.infer<typeof Instance>;

/** An instance with its change, whose hunks declare the lines that they have. */
interface Fixture {
  id: string;
  instance: Instance;
  files: FileDiff[];
  diff: string;
  /** The headers of hunks that upstream miscounted, as it has them. */
  miscounted: string[];
  place: string;
}

/** The other file that the source has is read where judges are calibrated. */
const instances = "codereview.jsonl";

/** BC-Bench: changes of AL code, made up to be reviewed, with the remarks that a reviewer should make; some are clean. */
export const importSource: ImportSource = (files) => {
  const fixtures = files
    .read(instances)
    .split("\n")
    .flatMap((line, index) => (line.trim() === "" ? [] : [readFixture(line, files.place(instances, index + 1))]));
  checkTwice(fixtures);
  const clusterOf = clusterFixtures(fixtures);
  const cases = fixtures.map((fixture) => caseOf(fixture, clusterOf.get(fixture.id) ?? fixture.id));
  return { cases, reviewers: new Map(), judge: null };
};

function readFixture(line: string, place: string): Fixture {
  const instance = parseJsonLine(Instance, line, place);
  const found = parseDiff(instance.patch, `${place}: patch`, { counts: "as-found" });
  const miscounted = found.flatMap(({ hunks }) => hunks.filter((hunk) => !isCountedRight(hunk)));
  const files = found.map((file) => ({ ...file, hunks: file.hunks.map(countRight) }));
  return {
    // Upstream's own ids tell which instances are clean.
    id: `${instance.metadata.area}-${sha256(instance.patch).slice(0, 6)}`,
    instance,
    files,
    diff: serializeDiff(files),
    miscounted: miscounted.map(({ header }) => header),
    place,
  };
}

const declared = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;

function isCountedRight({ header, oldCount, newCount }: Hunk): boolean {
  const match = declared.exec(header);
  return Number(match?.[2] ?? 1) === oldCount && Number(match?.[4] ?? 1) === newCount;
}

function countRight(hunk: Hunk): Hunk {
  if (isCountedRight(hunk)) return hunk;
  const { header, oldStart, oldCount, newStart, newCount } = hunk;
  return { ...hunk, header: header.replace(declared, `@@ -${oldStart},${oldCount} +${newStart},${newCount} @@`) };
}

/** @throws UsageError for two instances of one name, or with one and the same patch, whose ids would be the same */
function checkTwice(fixtures: readonly Fixture[]): void {
  const placeOf = new Map<string, string>();
  for (const { instance, id, place } of fixtures) {
    for (const [key, what] of [
      [instance.instance_id, `instance "${instance.instance_id}"`],
      [id, "this patch"],
    ] as const) {
      const earlier = placeOf.get(key);
      if (earlier !== undefined)
        throw new UsageError(`${place}: ${what} stands already at ${earlier} (copy the source again)`);
      placeOf.set(key, place);
    }
  }
}

/**
 * Fixtures that share a file are versions of one: most clean ones are a fixture with its bugs put right. And those that
 * come from one pull request, which only their descriptions say, were cut from the same cloth.
 */
function clusterFixtures(fixtures: readonly Fixture[]): ReadonlyMap<string, string> {
  const firstWith = new Map<string, string>();
  const links = fixtures.flatMap(({ id, instance, files }) => {
    const paths = files.map(({ path }) => `file ${path}`);
    const pullRequests = instance.description.match(/\bPR \d+/g) ?? [];
    return [...paths, ...pullRequests].map((origin) => {
      const first = firstWith.get(origin) ?? id;
      firstWith.set(origin, first);
      return { id, twinOf: first };
    });
  });
  const clusters = joinClusters(links);
  return new Map(links.map(({ id }, index) => [id, clusters[index] ?? id]));
}

function caseOf({ id, instance, files, diff, miscounted, place }: Fixture, cluster: string): ImportedCase {
  const bugs = instance.expected_comments.map((comment, index): Bug => {
    const { file, line_start, line_end, severity, domain, body } = comment;
    const anchor: Anchor = { side: "new", file, lines: [line_start, line_end] };
    if (!isInsideDiff(files, anchor))
      throw new UsageError(
        `${place}: expected_comments[${index}]: ${file} lines ${line_start}-${line_end} lie outside the patch (copy the source again)`,
      );
    return { id: `bug-${index + 1}`, anchor, category: domain, severity, description: body };
  });
  return {
    id,
    diff,
    language: "al",
    bugs,
    repo: instance.repo,
    time: instance.created_at,
    cluster,
    license: "MIT",
    meta: {
      source: "microsoft/BC-Bench",
      instance: instance.instance_id,
      area: instance.metadata.area,
      base: instance.base_commit,
      ...(miscounted.length === 0 ? {} : { miscounted }),
    },
  };
}
