import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { UsageError } from "../../../src/core/errors.ts";
import { SourceManifest } from "../../../src/core/source.ts";
import { sha256 } from "../../../src/load/hash.ts";
import type { ImportSettings, RecordedReviewer, SourceFiles } from "../../../src/load/sources/importer.ts";
import { listSources, loadSource, type SourceCatalogue, type SourceWorld } from "../../../src/load/sources/source.ts";
import { jsonLines } from "../../fixtures/command.ts";
import { pairOf, writeBelow } from "../../fixtures/small-dataset.ts";
import { temporaryFolders } from "../../fixtures/temporary.ts";

const makeFolder = temporaryFolders();
const before = process.cwd();
let folder = "";
beforeEach(() => {
  folder = makeFolder();
  process.chdir(folder);
});
afterEach(() => process.chdir(before));

const commit = "0123abc";
const reference = `github:acme/reviews@${commit}`;
const files: Record<string, string> = { "a.txt": "first\n", "deep/b.txt": "second: é\n" };
const manifest = SourceManifest.parse({
  version: 1,
  repository: "acme/reviews",
  commit,
  licence: "MIT",
  citation: "none",
  files: Object.entries(files).map(([path, content]) => ({
    path,
    upstream: `data/${path}`,
    bytes: Buffer.byteLength(content),
    sha256: sha256(content),
  })),
});

const [one, oneClean] = pairOf("one");
const ada: RecordedReviewer = { recordings: [{ caseId: "one", text: "first is wrong" }] };

interface Imported {
  judge?: string | null;
  reviewers?: Record<string, RecordedReviewer>;
  use?: (files: SourceFiles, settings: ImportSettings) => void;
}

function catalogueOf({ judge = null, reviewers = { ada }, use = () => undefined }: Imported = {}): SourceCatalogue {
  return {
    list: () => [{ name: "reviews", manifest }],
    importers: {
      reviews: async () => (given, settings) => {
        use(given, settings);
        return { cases: [one, oneClean], reviewers: new Map(Object.entries(reviewers)), judge };
      },
    },
  };
}

/** A world in which everything comes from GitHub and `asked` says what was. */
function worldOf(env: SourceWorld["env"] = {}, asked: string[] = []): SourceWorld {
  return {
    env,
    note: () => undefined,
    signal: new AbortController().signal,
    fetch: async (input) => {
      const { url } = new Request(input);
      asked.push(url);
      return new Response(files[url.replace(/^.*\/data\//, "")] ?? null);
    },
  };
}

const noNetwork: SourceWorld["fetch"] = () => Promise.reject(new Error("nobody may be asked"));
const offline = (env: SourceWorld["env"] = {}): SourceWorld => ({ ...worldOf(env), fetch: noNetwork });

function layCopy(path: string, content = files): string {
  for (const [file, text] of Object.entries(content)) writeBelow(folder, `${path}/${file}`, text);
  return join(folder, path);
}

async function complaint(
  settings: Parameters<typeof loadSource>[0],
  world = offline(),
  catalogue = catalogueOf(),
): Promise<string> {
  const error: unknown = await loadSource(settings, world, catalogue).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UsageError);
  return (error as UsageError).message;
}

describe("a source", () => {
  test("is written as cases and recordings that any dataset could have", async () => {
    layCopy("copy");
    const loaded = await loadSource({ source: reference, dir: "copy" }, offline(), catalogueOf());
    expect(loaded).toMatchObject({ name: "reviews", manifest, judge: null });
    expect(loaded.folder).toBe(join(folder, ".nitbench/sources/reviews"));
    expect(jsonLines(join(loaded.folder, "cases.jsonl"))).toEqual([one, oneClean]);
    expect(jsonLines(join(loaded.folder, "recordings/ada.jsonl"))).toEqual(ada.recordings);
  });

  test("has one folder for each judge", async () => {
    layCopy("copy");
    const settings = { source: reference, dir: "copy", judge: "opus 4/5" };
    const wanted: unknown[] = [];
    const use: Imported["use"] = (_, { judge }) => void wanted.push(judge);
    const loaded = await loadSource(settings, offline(), catalogueOf({ judge: "opus 4/5", use }));
    expect(loaded).toMatchObject({ judge: "opus 4/5", folder: join(folder, ".nitbench/sources/reviews-opus-4-5") });
    expect(wanted).toEqual(["opus 4/5"]);
  });

  test("keeps no reviewer that it no longer has", async () => {
    layCopy("copy");
    const load = (reviewers: Imported["reviewers"] = {}) =>
      loadSource({ source: reference, dir: "copy" }, offline(), catalogueOf({ reviewers }));
    await load({ ada, bob: ada });
    const { folder: home } = await load({ ada });
    const read = (name: string) => () => readFileSync(join(home, `recordings/${name}.jsonl`));
    expect(read("ada")).not.toThrow();
    expect(read("bob")).toThrow("ENOENT");
  });

  test("gives its importer the texts of its files and their places", async () => {
    layCopy("copy");
    const seen: unknown[] = [];
    const use: Imported["use"] = (given) => {
      const texts = given.paths.map((path) => given.read(path));
      seen.push(given.paths, texts, given.place("deep/b.txt"), given.place("a.txt", 3));
    };
    await loadSource({ source: reference, dir: "copy" }, offline(), catalogueOf({ use }));
    expect(seen).toEqual([
      ["a.txt", "deep/b.txt"],
      ["first\n", "second: é\n"],
      join("copy", "deep", "b.txt"),
      `${join("copy", "a.txt")}:3`,
    ]);
  });
});

describe("a copy of a source is looked for", () => {
  const placesOf = async (settings: { dir?: string }, world: SourceWorld) => {
    const places: string[] = [];
    const use: Imported["use"] = (given) => void places.push(given.place("a.txt"));
    await loadSource({ source: reference, ...settings }, world, catalogueOf({ use }));
    return places;
  };

  test("in dataset.dir before all others", async () => {
    layCopy("copy");
    layCopy("shared/reviews");
    expect(await placesOf({ dir: "copy" }, offline({ NITBENCH_DATA: "shared" }))).toEqual([join("copy", "a.txt")]);
  });

  test("as a checkout of its repository too", async () => {
    layCopy("clone/data");
    expect(await placesOf({ dir: "clone" }, offline())).toEqual([join("clone", "data", "a.txt")]);
  });

  test("under its name in NITBENCH_DATA", async () => {
    const shared = join(layCopy("shared/reviews"), "..");
    expect(await placesOf({}, offline({ NITBENCH_DATA: shared }))).toEqual([join("shared", "reviews", "a.txt")]);
  });

  test("in the user's cache, to which it is fetched once", async () => {
    const asked: string[] = [];
    const world = worldOf({ XDG_CACHE_HOME: join(folder, "cache") }, asked);
    const places = [join("cache", "nitbench", "sources", `reviews@${commit}`, "a.txt")];
    expect(await placesOf({}, world)).toEqual(places);
    expect(asked.sort()).toEqual([
      `https://raw.githubusercontent.com/acme/reviews/${commit}/data/a.txt`,
      `https://raw.githubusercontent.com/acme/reviews/${commit}/data/deep/b.txt`,
    ]);
    expect(await placesOf({}, { ...world, fetch: noNetwork })).toEqual(places);
  });

  test("in the cache too where NITBENCH_DATA has none of its name, or is empty", async () => {
    layCopy(`cache/nitbench/sources/reviews@${commit}`);
    mkdirSync(join(folder, "shared"));
    const env = { XDG_CACHE_HOME: join(folder, "cache") };
    for (const shared of ["shared", ""]) {
      const [place] = await placesOf({}, offline({ ...env, NITBENCH_DATA: shared }));
      expect(place).toMatch(/^cache\b/);
    }
  });
});

describe("is refused in one line", () => {
  test("a folder that is not there, in place of fetching", async () => {
    expect(await complaint({ source: reference, dir: "none" })).toBe(
      'dataset.dir: no folder "none" (name a copy of the source, or leave it out to fetch one)',
    );
    writeFileSync(join(folder, "file"), "");
    for (const shared of ["none", "file"]) {
      expect(await complaint({ source: reference }, worldOf({ NITBENCH_DATA: shared }))).toBe(
        `NITBENCH_DATA: no folder "${shared}" (name one that holds copies of sources, or unset it to fetch them)`,
      );
    }
  });

  test("a file that is missing", async () => {
    layCopy("copy", { "a.txt": "first\n" });
    expect(await complaint({ source: reference, dir: "copy" })).toBe(
      `source reviews: ${join("copy", "deep", "b.txt")}: missing (copy data/deep/b.txt of ${reference} there, or fetch the source anew)`,
    );
  });

  test("a file of another commit", async () => {
    layCopy("copy", { ...files, "a.txt": "worst\n" });
    expect(await complaint({ source: reference, dir: "copy" })).toBe(
      `source reviews: ${join("copy", "a.txt")}: expected the file of commit ${commit} with sha256 ${sha256("first\n")}, got ${sha256("worst\n")} (copy it again)`,
    );
    layCopy("copy", { "a.txt": "" });
    expect(await complaint({ source: reference, dir: "copy" })).toContain(" and 0 bytes in place of 6 (copy it again)");
  });

  test("a folder in place of a file", async () => {
    layCopy("copy", { "a.txt/x": "" });
    expect(await complaint({ source: reference, dir: "copy" })).toBe(
      `source reviews: ${join("copy", "a.txt")}: is a folder (copy data/a.txt of ${reference} there, or fetch the source anew)`,
    );
  });

  test("a file under its name in NITBENCH_DATA, in place of fetching", async () => {
    writeBelow(folder, "shared/reviews", "");
    expect(await complaint({ source: reference }, offline({ NITBENCH_DATA: "shared" }))).toBe(
      `NITBENCH_DATA: expected a folder "${join("shared", "reviews")}" with a copy of the source, got a file (remove it to fetch the source)`,
    );
  });

  // A link to itself bars the way as a folder without permission does, also for root.
  test("a copy that cannot be reached, which is not said to be missing", async () => {
    layCopy("copy", { "deep/b.txt": "second: é\n" });
    symlinkSync("a.txt", join(folder, "copy", "a.txt"));
    symlinkSync("loop", join(folder, "loop"));
    mkdirSync(join(folder, "shared"));
    symlinkSync("reviews", join(folder, "shared", "reviews"));
    const told = await Promise.all([
      complaint({ source: reference, dir: "copy" }),
      complaint({ source: reference, dir: "loop" }),
      complaint({ source: reference }, offline({ NITBENCH_DATA: "loop" })),
      complaint({ source: reference }, offline({ NITBENCH_DATA: "shared" })),
    ]);
    const subjects = [
      `source reviews: ${join("copy", "a.txt")}`,
      'dataset.dir: "loop"',
      'NITBENCH_DATA: "loop"',
      `NITBENCH_DATA: "${join("shared", "reviews")}"`,
    ];
    expect(told.map((message) => message.replace(/\(ELOOP.*;/, "(ELOOP;"))).toEqual(
      subjects.map((subject) => `${subject}: cannot read it (ELOOP; mend its permissions or name another)`),
    );
  });

  test.each([
    ["github:acme/review@0123abc", `did you mean "${reference}"? known: ${reference}`],
    ["acme/reviews", `known: ${reference}`],
    ["", `known: ${reference}`],
  ])("the unknown source %j", async (source, advice) => {
    expect(await complaint({ source })).toBe(`dataset.source: unknown source "${source}" (${advice})`);
  });

  test.each([
    ["another commit", "@0123abd", "0123abd"],
    ["a branch", "@main", "main"],
    ["too short a commit", "@0123ab", "0123ab"],
    ["digits beyond those on record", `@${commit}ffff`, `${commit}ffff`],
    ["no commit", "", "none"],
  ])("%s", async (_, end, got) => {
    expect(await complaint({ source: `github:acme/reviews${end}` })).toBe(
      `dataset.source: acme/reviews is known at commit ${commit} only, got ${got} (write ${reference})`,
    );
  });

  test("a judge of a source that has none", async () => {
    layCopy("copy");
    expect(await complaint({ source: reference, dir: "copy", judge: "opus" })).toBe(
      `dataset.judge: ${reference} brings no recorded verdicts (remove it)`,
    );
  });
});

describe("what is in the way of writing a source is told in one line", () => {
  const imported = ".nitbench/sources/reviews";
  const inTheWay: [what: string, place: () => unknown][] = [
    ["a file .nitbench", () => writeBelow(folder, ".nitbench", "")],
    ["a file for a folder on the way", () => writeBelow(folder, ".nitbench/sources", "")],
    ["a file for the source's folder", () => writeBelow(folder, imported, "")],
    ["a file for the recordings' folder", () => writeBelow(folder, `${imported}/recordings`, "")],
    ["a folder for the cases", () => mkdirSync(join(folder, imported, "cases.jsonl"), { recursive: true })],
    ["a folder for a recording", () => mkdirSync(join(folder, imported, "recordings/ada.jsonl"), { recursive: true })],
    ["a folder for one of old", () => mkdirSync(join(folder, imported, "recordings/bob.jsonl"), { recursive: true })],
    ["a link to itself", () => symlinkSync(".nitbench", join(folder, ".nitbench"))],
  ];
  test.each(inTheWay)("%s", async (_, place) => {
    layCopy("copy");
    place();
    const told = await complaint({ source: reference, dir: "copy" });
    expect(told).toMatch(
      /^source reviews: cannot write to \.nitbench\/sources\/reviews \(.+; remove what is in the way, or run from a folder that can be written\)$/,
    );
    expect(told).not.toContain("\n");
  });
});

test("a commit may be written shorter than it is on record, from seven digits on", async () => {
  layCopy("copy");
  const long: SourceCatalogue = {
    ...catalogueOf(),
    list: () => [{ name: "reviews", manifest: { ...manifest, commit: `${commit}def` } }],
  };
  for (const given of [commit, `${commit}d`, `${commit}def`]) {
    const source = `github:acme/reviews@${given}`;
    await expect(loadSource({ source, dir: "copy" }, offline(), long)).resolves.toMatchObject({ name: "reviews" });
  }
  expect(await complaint({ source: `${reference}e`, dir: "copy" }, offline(), long)).toContain("is known at commit");
});

test("the program's own sources are named, licensed and checked", () => {
  const own = listSources();
  expect(own.map(({ name }) => name)).toEqual(own.map(({ name }) => name).toSorted());
  expect(own.length).toBeGreaterThanOrEqual(5);
  for (const { manifest: known } of own) {
    const paths = known.files.map(({ path }) => path);
    expect(new Set(paths).size).toBe(paths.length);
  }
});
