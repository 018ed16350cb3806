import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { UsageError } from "../src/core/errors.ts";
import type { Reporter } from "../src/core/reporter.ts";
import { loadDataset } from "../src/load/dataset.ts";
import { openRunFolder } from "../src/publish.ts";
import { gather } from "./fixtures/asking.ts";
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

function publishOne(parent: string, name: string, content: string) {
  const own = folder();
  writeBelow(own, "cases.jsonl", content);
  const dataset = loadDataset({ path: "cases.jsonl" }, own, 1);
  const run = openRunFolder(parent, name);
  run.startLines(dataset);
  run.writeLine(line);
  run.endLines();
  dataset.close();
  return run.publish(report, [echo]);
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
      await publishOne(parent, name, linesOf(pairOf("one")));
      expect(readlinkSync(join(parent, "latest"))).toBe(name);
    }
  });

  test("leaves alone a real folder that is called latest", async () => {
    const parent = folder();
    writeBelow(parent, "latest/keep.txt", "mine");
    await publishOne(parent, "a", linesOf(pairOf("one")));
    expect(readFileSync(join(parent, "latest", "keep.txt"), "utf8")).toBe("mine");
  });

  test.each(["latest", "..", ".", "a/b", "a\\b", "", "a b"])("cannot be called %j", (name) => {
    const parent = folder();
    expect(messageOf(() => openRunFolder(parent, name), UsageError)).toContain(`run name "${name}"`);
    expect(readdirSync(parent)).toEqual([]);
  });

  test.skipIf(process.platform !== "linux")("that cannot be made is refused with what to do", () => {
    expect(messageOf(() => openRunFolder("/proc/x", "a"), UsageError)).toMatch(
      /^\/proc\/x\/a: cannot write there \(E.*\); choose another folder with --out$/,
    );
  });

  test("goes when it is taken back, but not with what somebody else put there", () => {
    const parent = folder();
    const run = openRunFolder(parent, "a");
    writeBelow(run.path, "journal.jsonl", "");
    run.discard();
    expect(existsSync(run.path)).toBe(false);

    const other = openRunFolder(parent, "b");
    writeBelow(other.path, "notes.txt", "mine");
    other.discard();
    expect(readdirSync(other.path)).toEqual(["notes.txt"]);
  });
});
