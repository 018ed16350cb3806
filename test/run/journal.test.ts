import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { appendFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text as textOf } from "node:stream/consumers";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { IncompleteError, UsageError } from "../../src/core/errors.ts";
import type { Generation } from "../../src/core/generation.ts";
import type { JournalHeader, RunIdentity } from "../../src/core/journal.ts";
import { gather, hardText } from "../fixtures/asking.ts";
import {
  createJournal,
  journalFile,
  readGenerations,
  readHeader,
  resumeJournal,
  type Journal,
} from "../../src/run/journal.ts";

let folder: string;
let opened: Journal[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "journal-"));
});
afterEach(async () => {
  for (const journal of opened) await journal.close();
  opened = [];
  await rm(folder, { recursive: true, force: true });
});

/** What this process has on the folder of a test. */
const lock = { isLost: () => false, release: () => undefined };

const header: JournalHeader = {
  v: 1,
  kind: "run",
  runId: "run-1",
  suiteHash: "suite-a",
  datasetHash: "data-a",
  seed: 1,
  startedAt: "2026-11-20T12:00:00.000Z",
  tool: "nitbench 0.1.0",
  reviewers: [
    { id: "openai:m", provider: "openai", model: "m", identity: "openai m http://h/a/v1", hosts: ["h"] },
    { id: "floor:lgtm", provider: "floor", model: "lgtm", identity: "floor:lgtm", hosts: [] },
  ],
};
const same: RunIdentity = { suiteHash: "suite-a", datasetHash: "data-a", reviewers: header.reviewers };

function generationOf(key: string, more: Partial<Generation> = {}): Generation {
  return {
    v: 1,
    kind: "generation",
    key,
    reviewer: "openai:m",
    caseId: key,
    part: 0,
    repeat: 0,
    outcome: "completed",
    text: `about ${key}`,
    finishReason: "stop",
    usage: { promptTokens: null, completionTokens: null, cachedTokens: null },
    timing: { scheduledMs: 0, dispatchedMs: 0, firstChunkMs: null, lastChunkMs: null, finishedMs: 1 },
    attempts: [],
    effective: {},
    fromCache: false,
    ...more,
  };
}

async function create(): Promise<Journal> {
  const journal = createJournal(folder, header, lock);
  opened.push(journal);
  return journal;
}

async function resume(expected = same): Promise<Journal> {
  const journal = await resumeJournal(folder, expected, lock);
  opened.push(journal);
  return journal;
}

/** Writes a journal with these generations and closes it. */
async function written(...generations: readonly Generation[]): Promise<string> {
  const journal = await create();
  for (const generation of generations) journal.append(generation);
  await journal.close();
  return journal.file;
}

const keysIn = async (file: string) => (await gather(readGenerations(file))).map(({ key }) => key);

describe("writing", () => {
  test("a new journal starts with its header", async () => {
    const file = await written();
    expect(JSON.parse((await readFile(file, "utf8")).trim())).toEqual(header);
    expect(await readHeader(file)).toEqual(header);
  });

  test("a line is in the file when append returns", async () => {
    const journal = await create();
    journal.append(generationOf("a"));
    const lines = readFileSync(journal.file, "utf8").split("\n");
    expect(JSON.parse(lines[1] ?? "")).toEqual(generationOf("a"));
    expect(lines[2]).toBe("");
  });

  test("a folder that has a journal is not begun anew", async () => {
    await written(generationOf("a"));
    await expect(create()).rejects.toThrow(/exists already.*--resume/);
    expect(await keysIn(journalFile(folder))).toEqual(["a"]);
  });

  test("closing leaves the journal alone in its folder, and closing twice does no harm", async () => {
    const journal = await create();
    await journal.close();
    await journal.close();
    expect(await readdir(folder)).toEqual(["journal.jsonl"]);
  });

  test("a closed journal takes no line", async () => {
    const journal = await create();
    await journal.close();
    expect(() => journal.append(generationOf("a"))).toThrow(/closed/);
  });
});

describe("resuming", () => {
  test("goes on behind what is there", async () => {
    await written(generationOf("a"), generationOf("b"));
    const journal = await resume();
    expect([...journal.finishedKeys]).toEqual(["a", "b"]);
    expect(journal.header).toEqual(header);
    journal.append(generationOf("c"));
    await journal.close();
    expect(await keysIn(journal.file)).toEqual(["a", "b", "c"]);
  });

  test("transport errors are asked again, and a later answer wins", async () => {
    const outage = generationOf("a", { outcome: "transport-error", text: "", error: "down" });
    await written(outage, generationOf("b"));
    const journal = await resume();
    expect([...journal.finishedKeys]).toEqual(["b"]);
    journal.append(generationOf("a", { text: "at last" }));
    expect([...journal.finishedKeys]).toEqual(["b", "a"]);
    await journal.close();
    const texts = (await gather(readGenerations(journal.file))).map(({ text }) => text);
    expect(texts).toEqual(["about b", "at last"]);
  });

  test.each(["invalid", "truncated", "refused", "overflow"] as const)(
    "%s is an answer and is not asked again",
    async (outcome) => {
      await written(generationOf("a", { outcome }));
      expect([...(await resume()).finishedKeys]).toEqual(["a"]);
    },
  );

  test("a torn last line is cut off wherever it was torn", async () => {
    const file = await written(generationOf("a", { text: "ä☺" }), generationOf("b", { text: "ö" }));
    const whole = await readFile(file);
    const lastStart = whole.lastIndexOf(0x0a, whole.length - 2) + 1;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: lastStart, max: whole.length - 1 }), async (length) => {
        await writeFile(file, whole.subarray(0, length));
        expect(await keysIn(file)).toEqual(["a"]);
        const journal = await resumeJournal(folder, same, lock);
        journal.append(generationOf("c"));
        await journal.close();
        expect(await keysIn(file)).toEqual(["a", "c"]);
      }),
      { numRuns: 20 },
    );
  });

  test("a last line of zeros, as a power cut leaves it, is cut off too", async () => {
    const file = await written(generationOf("a"));
    await appendFile(file, `${"\0".repeat(100)}\n`);
    expect([...(await resume()).finishedKeys]).toEqual(["a"]);
    expect(await keysIn(file)).toEqual(["a"]);
  });

  test("a damaged line before the last is an error with its place", async () => {
    const file = await written(generationOf("a"), generationOf("b"));
    const lines = (await readFile(file, "utf8")).split("\n");
    lines[1] = lines[1]?.slice(0, 30) ?? "";
    await writeFile(file, lines.join("\n"));
    await expect(resume()).rejects.toThrow(`${file}:2: this line is damaged`);
    await expect(keysIn(file)).rejects.toBeInstanceOf(UsageError);
  });

  test("a line that is no generation is an error with its place and field", async () => {
    const file = await written(generationOf("a"));
    await appendFile(file, `${JSON.stringify({ ...generationOf("b"), outcome: "fine" })}\n`);
    await expect(resume()).rejects.toThrow(new RegExp(`${file}:3: this line is no generation: outcome`));
  });

  test.each([
    ["another suite", { ...same, suiteHash: "suite-b" }, /its suite was suite-a, now it is suite-b/],
    ["another dataset", { ...same, datasetHash: "data-b" }, /the cases of its dataset have changed/],
    ["both", { ...same, suiteHash: "suite-b", datasetHash: "data-b" }, /suite.* and the cases of its dataset/],
    ["another reviewer", { ...same, reviewers: header.reviewers.slice(0, 1) }, /reviewer floor:lgtm is missing now/],
  ])("the journal of %s is refused", async (_, expected, message) => {
    await written(generationOf("a"));
    await expect(resume(expected)).rejects.toThrow(message);
    expect((await resume()).finishedKeys.size).toBe(1);
  });

  test.each([
    ["nothing", "", /empty/],
    ["another file", '{"id": "a"}\n', /no run header/],
    ["text", "hello\n", /no run header/],
    ["a torn header", '{"v": 1, "kind": "run"', /no run header/],
    ["a newer version", '{"v": 2, "kind": "run"}\n', /expected journal version 1, got 2/],
    ["a header without a field", '{"v": 1, "kind": "run"}\n', /damaged run header: runId/],
  ])("%s is no journal", async (_, text, message) => {
    await writeFile(journalFile(folder), text);
    await expect(resume()).rejects.toThrow(message);
  });

  test("a folder without a journal is told as such", async () => {
    await expect(resume()).rejects.toThrow(/no journal to resume/);
  });
});

describe("reading", () => {
  test("one generation per key, the last finished one, and no transport error", async () => {
    const outage = (key: string) => generationOf(key, { outcome: "transport-error", text: "", error: "down" });
    const file = await written(
      generationOf("a", { text: "first" }),
      outage("b"),
      generationOf("a", { text: "second" }),
      outage("a"),
    );
    const finished = await gather(readGenerations(file));
    expect(finished.map(({ key, text }) => [key, text])).toEqual([["a", "second"]]);
  });

  test("any text comes back as it was", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(hardText, { maxLength: 5 }), async (texts) => {
        await rm(journalFile(folder), { force: true });
        const file = await written(...texts.map((text, index) => generationOf(String(index), { text })));
        expect((await gather(readGenerations(file))).map(({ text }) => text)).toEqual(texts);
      }),
      { numRuns: 20 },
    );
  });
});

test("a folder that another process has taken over is not written any more", async () => {
  let isLost = false;
  const journal = createJournal(folder, header, { ...lock, isLost: () => isLost });
  opened.push(journal);
  journal.append(generationOf("a"));
  isLost = true;
  expect(() => journal.append(generationOf("b"))).toThrow(IncompleteError);
  expect(await keysIn(journal.file)).toEqual(["a"]);
});

describe("a disk that fails", () => {
  /** What a process says whose disk fails once, when its first lines are brought there; its timers never wait. */
  async function onBadDisk(script: string): Promise<string> {
    const code = `
      import fs from "node:fs";
      import { syncBuiltinESMExports } from "node:module";
      globalThis.setTimeout = (run) => ({ unref: () => setImmediate(run) });
      fs.fdatasync = (_, done) => setImmediate(done, new Error("EIO: i/o error, fdatasync"));
      syncBuiltinESMExports();
      const { createJournal } = await import(${JSON.stringify(new URL("../../src/run/journal.ts", import.meta.url).href)});
      const journal = createJournal(${JSON.stringify(folder)}, ${JSON.stringify(header)}, { isLost: () => false });
      const said = (error) => console.log(error.name + ": " + error.message);
      ${script}`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", code], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    return await textOf(child.stdout);
  }
  const failure = () =>
    `IncompleteError: ${journalFile(folder)}: cannot write (EIO: i/o error, fdatasync); free the disk, then go on with --resume\n`;

  test("is told with the next line", async () => {
    const next = `try { journal.append({}); } catch (error) { said(error); }`;
    expect(await onBadDisk(`for (let turn = 0; turn < 9; turn += 1) await new Promise(setImmediate); ${next}`)).toBe(
      failure(),
    );
  });

  test("is told at the end when there is no next line", async () => {
    expect(await onBadDisk("await new Promise(setImmediate); await journal.close().catch(said);")).toBe(failure());
  });
});

test("a journal cut at any byte can be read or is refused by name, never misread", async () => {
  const file = await written(generationOf("a"), generationOf("b"), generationOf("c"));
  const whole = await readFile(file);
  const headerEnd = whole.indexOf(0x0a) + 1;
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: whole.length }), async (length) => {
      await writeFile(file, whole);
      await truncate(file, length);
      const read = await keysIn(file).catch((error: unknown) => (error instanceof UsageError ? "refused" : error));
      const wholeLines = whole.subarray(headerEnd, length).filter((byte) => byte === 0x0a).length;
      expect(read).toEqual(length < headerEnd ? "refused" : ["a", "b", "c"].slice(0, wholeLines));
    }),
    { numRuns: 40 },
  );
});
