import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { IncompleteError, UsageError } from "../src/core/errors.ts";
import type { Reporter } from "../src/core/reporter.ts";
import { loadDataset } from "../src/load/dataset.ts";
import { openRunFolder, type RunFolder } from "../src/publish.ts";
import { gather } from "./fixtures/asking.ts";
import { filesBelow } from "./fixtures/command.ts";
import { messageOf } from "./fixtures/complaint.ts";
import { makeRun } from "./fixtures/run-data.ts";
import { linesOf, pairOf, writeBelow } from "./fixtures/small-dataset.ts";
import { temporaryFolders } from "./fixtures/temporary.ts";

const folder = temporaryFolders();
const { report } = makeRun({ cases: 2 });
const line = (await gather(makeRun({ cases: 2 }).lines()))[0]!;

/** Writes as JSON what it is given to render. */
const echo: Reporter = {
  name: "echo",
  render: async (run) => [
    {
      path: "echo.json",
      content: JSON.stringify({ lines: await gather(run.lines()), cases: await gather(run.cases()) }),
    },
  ],
};

const opened: RunFolder[] = [];
afterEach(() => {
  for (const one of opened.splice(0)) one.close();
});

function open(parent: string, name: string): RunFolder {
  const run = openRunFolder(parent, name);
  opened.push(run);
  return run;
}

/** Measures one case, of which nothing is published yet. */
function measureOne(run: RunFolder, content = linesOf(pairOf("one"))): void {
  const own = folder();
  writeBelow(own, "cases.jsonl", content);
  const dataset = loadDataset({ path: "cases.jsonl" }, own, 1);
  try {
    run.startLines(dataset);
    run.writeLine(line);
  } finally {
    dataset.close();
    run.endLines();
  }
}

async function publishOne(parent: string, name: string, content?: string): Promise<void> {
  const run = open(parent, name);
  measureOne(run, content);
  await run.publish(report, [echo]);
  run.close();
}

describe("a run's folder", () => {
  test("gives the reporters the lines and the cases, with the defaults that their file leaves out", async () => {
    const parent = folder();
    const [source] = pairOf("one");
    const { references: _, ...bare } = source;
    await publishOne(parent, "a", linesOf([source, JSON.stringify({ ...bare, id: "bare" })]));
    expect(JSON.parse(readFileSync(join(parent, "a", "echo.json"), "utf8"))).toEqual({
      lines: [line],
      cases: [source, { ...source, id: "bare" }],
    });
  });

  test("has its files obey no terminal, and their data unchanged", async () => {
    const parent = folder();
    const title = "\u009B31m\u202E\u2066\u007F\u001B[2J é \\";
    await publishOne(parent, "a", linesOf(pairOf("one", { title })));
    const text = readFileSync(join(parent, "a", "dataset.jsonl"), "utf8");
    expect(text).not.toMatch(/[\u007F-\u009F\u202A-\u202E\u2066-\u2069]/);
    expect((JSON.parse(text.split("\n")[0]!) as { title: string }).title).toBe(title);
  });

  test("is what `latest` points at, the newest last", async () => {
    const parent = folder();
    for (const name of ["first", "second"]) {
      await publishOne(parent, name);
      expect(readlinkSync(join(parent, "latest"))).toBe(name);
    }
  });

  test("leaves alone a real folder that is called latest", async () => {
    const parent = folder();
    writeBelow(parent, "latest/keep.txt", "mine");
    await publishOne(parent, "a");
    expect(readFileSync(join(parent, "latest", "keep.txt"), "utf8")).toBe("mine");
  });

  test.each(["latest", "..", ".", "a/b", "a\\b", "", "a b"])("cannot be called %j", (name) => {
    const parent = folder();
    expect(messageOf(() => open(parent, name), UsageError)).toContain(`run name "${name}"`);
    expect(readdirSync(parent)).toEqual([]);
  });

  test.skipIf(process.platform !== "linux")("that cannot be made is refused with what to do", () => {
    expect(messageOf(() => open("/proc/x", "a"), UsageError)).toMatch(
      /^\/proc\/x\/a: cannot write there \(E.*\); choose another folder with --out$/,
    );
  });

  test("goes when it is taken back, but not with what somebody else put there", () => {
    const parent = folder();
    const run = open(parent, "a");
    writeBelow(run.path, "journal.jsonl", "");
    run.discard();
    expect(existsSync(run.path)).toBe(false);

    const other = open(parent, "b");
    writeBelow(other.path, "notes.txt", "mine");
    other.discard();
    expect(readdirSync(other.path)).toEqual(["notes.txt"]);
  });

  test("is one process's alone until it is closed, published or not", async () => {
    const parent = folder();
    const run = open(parent, "a");
    expect(messageOf(() => open(parent, "a"), UsageError)).toContain("is writing this run");
    measureOne(run);
    await run.publish(report, [echo]);
    expect(messageOf(() => open(parent, "a"), UsageError)).toContain("is writing this run");
    run.close();
    expect(open(parent, "a").path).toBe(run.path);
  });
});

describe("what was published", () => {
  test("stays as it is, alone, when the same run is measured again and does not come to its end", async () => {
    const parent = folder();
    await publishOne(parent, "a");
    const before = filesBelow(join(parent, "a"));
    const again = open(parent, "a");
    measureOne(again, linesOf(pairOf("two")));
    again.close();
    expect(filesBelow(join(parent, "a"))).toEqual(before);
  });

  test("goes when the run is published again, even what its reporters do not write this time", async () => {
    const parent = folder();
    for (const name of ["report.json", "report.html", "my-report.html"]) writeBelow(parent, `a/${name}`, "old");
    await publishOne(parent, "a");
    expect(readdirSync(join(parent, "a")).sort()).toEqual([
      "cases.jsonl",
      "dataset.jsonl",
      "echo.json",
      "my-report.html",
    ]);
  });
});

describe("a file that cannot be written is told in one line, with what to do", () => {
  const advice = (file: string, code: string) =>
    new RegExp(`^${file}: cannot write \\(${code}: [^\\n]+\\); free the disk, then go on with --resume$`);

  test.skipIf(!existsSync("/dev/full")).each(["cases.jsonl", "dataset.jsonl"])("%s", (name) => {
    const run = open(folder(), "a");
    const file = join(run.path, `${name}.new`);
    symlinkSync("/dev/full", file);
    expect(messageOf(() => measureOne(run), IncompleteError)).toMatch(advice(file, "ENOSPC"));
  });

  test("that of a reporter", async () => {
    const run = open(folder(), "a");
    const file = join(run.path, "echo.json");
    mkdirSync(file);
    measureOne(run);
    const publishing = run.publish(report, [echo]);
    await expect(publishing).rejects.toBeInstanceOf(IncompleteError);
    await expect(publishing).rejects.toThrow(advice(file, "EISDIR"));
  });
});
