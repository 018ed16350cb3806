import { createHash } from "node:crypto";
import { copyFileSync, readdirSync, readFileSync, truncateSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { writeGguf } from "../../src/load/gguf/write.ts";
import { type Workspace, workspaces } from "../fixtures/command.ts";
import { linesOf, pairOf, pathOf } from "../fixtures/small-dataset.ts";
import { tailTokens, writeParrot, writeTinyModel } from "../fixtures/tiny-gguf.ts";

const makeWorkspace = workspaces();
const oneThread = { NITBENCH_LLAMA_THREADS: "1" };

async function tinyWorkspace(wishes: Parameters<typeof makeWorkspace>[0] = {}): Promise<Workspace> {
  const workspace = makeWorkspace({ suite: { reviewer: { prompt: "prompt.md", maxTokens: 30 } }, ...wishes });
  await writeTinyModel(join(workspace.folder, "tiny.gguf"));
  return workspace;
}

const run = (workspace: Workspace, model: string, ...more: string[]) =>
  workspace.run(["tiny.yaml", "--out", "runs", "--model", model, ...more], oneThread);

test("a GGUF file is a reviewer: it is asked about every case, and the report names the engine and what it used", async () => {
  const workspace = await tinyWorkspace();
  const { code, stdout, stderr } = await run(workspace, "./tiny.gguf", "--json");
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(JSON.parse(stdout)).toMatchObject({ version: 1 });
  const { report, lines } = workspace.readRun();
  expect(report.reviewers[0]).toMatchObject({
    ref: "./tiny.gguf",
    provider: "llama",
    model: "tiny",
    hosts: [],
    generations: 4,
    effective: { maxTokens: 30, temperature: 0, contextTokens: 8192, threads: 1, chatTemplate: "the model's own" },
  });
  expect(report.reviewers[0]?.effective["engine"]).toMatch(/^node-llama-cpp 3/);
  expect(lines.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 4 }, () => "truncated"));
  expect(report.reviewers[0]?.metrics["contract.valid_rate"]?.value).toBe(0);
  expect(report.reviewers[0]?.metrics["detection.recall"]?.value).toBe(0);
});

test("two runs with the same seed say the same, at any concurrency", async () => {
  const workspace = await tinyWorkspace();
  const texts = async (name: string, concurrency: number) => {
    const sampled = ["--set", "reviewer.temperature=1", "--set", `reviewer.concurrency=${concurrency}`];
    await run(workspace, "./tiny.gguf", "--name", name, ...sampled);
    const { lines } = workspace.readRun(name);
    return Object.fromEntries(lines.map(({ caseId, text }) => [caseId, text]));
  };
  const first = await texts("first", 8);
  expect(Object.keys(first)).toHaveLength(4);
  expect(await texts("second", 1)).toEqual(first);
});

test("what a model finds is scored: one that says a defect finds it, and passes its gate", async () => {
  const findings = JSON.stringify({
    findings: [{ file: pathOf("one"), lines: [2, 2], message: "An empty list has no first item: IndexError." }],
  });
  const workspace = await tinyWorkspace({
    dataset: linesOf([pairOf("one")[0]]),
    suite: { gates: [{ metric: "detection.recall", min: 1, decide: "point" }] },
  });
  workspace.write("prompt.md", `{{diff}}\n${findings}`);
  await writeParrot(join(workspace.folder, "parrot.gguf"), findings.length + tailTokens);
  const { code } = await run(workspace, "llama:parrot.gguf");
  expect(code).toBe(0);
  const { report, lines } = workspace.readRun();
  expect(lines[0]).toMatchObject({ outcome: "completed", review: { findings: [{ file: pathOf("one") }] } });
  expect(report.reviewers[0]?.metrics["contract.valid_rate"]?.value).toBe(1);
  expect((await run(workspace, "./tiny.gguf")).code).toBe(1);
});

test("prompts that do not fit the context are an outcome of their own", async () => {
  const workspace = await tinyWorkspace();
  const args = ["tiny.yaml", "--out", "runs", "--model", "./tiny.gguf"];
  await workspace.run(args, { ...oneThread, NITBENCH_LLAMA_CONTEXT: "100" });
  expect(workspace.readRun().lines.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 4 }, () => "overflow"));
});

test("a large file is read through for its digest once, which is kept", async () => {
  const workspace = await tinyWorkspace();
  const file = join(workspace.folder, "tiny.gguf");
  truncateSync(file, 64 * 1024 * 1024);
  const digests = () => readdirSync(join(workspace.folder, ".nitbench", "digests"));
  expect((await run(workspace, "./tiny.gguf", "--dry-run")).code).toBe(0);
  const [kept] = digests();
  const sha256 = createHash("sha256").update(readFileSync(file)).digest("hex");
  expect(workspace.read(`.nitbench/digests/${kept}`)).toBe(sha256);
  utimesSync(file, 1, 1);
  await run(workspace, "./tiny.gguf", "--dry-run");
  await run(workspace, "./tiny.gguf", "--dry-run");
  expect(digests()).toHaveLength(2);
});

describe("one line says what is wrong", () => {
  test("with a file that is not whole, before anything is run", async () => {
    const workspace = await tinyWorkspace();
    copyFileSync(join(workspace.folder, "tiny.gguf"), join(workspace.folder, "cut.gguf"));
    truncateSync(join(workspace.folder, "cut.gguf"), 100_000);
    for (const [model, message] of [
      ["./cut.gguf", "but the file has 100000 (it was cut: copy it again)"],
      ["llama:gone.gguf", "gone.gguf: no such file or folder"],
    ] as const) {
      const { code, stderr } = await run(workspace, model);
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) });
      expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    }
    expect(workspace.runs()).toEqual([]);
  });

  test("with what the engine alone can see, and leaves no run behind", async () => {
    const workspace = await tinyWorkspace();
    const tensor = { name: "token_embd.weight", type: "F32", shape: [1, 1], data: new Uint8Array(4) } as const;
    const metadata = { "general.architecture": { type: "string", value: "wombat" } } as const;
    await writeGguf(join(workspace.folder, "odd.gguf"), metadata, [tensor]);
    const { code, stderr } = await run(workspace, "./odd.gguf");
    expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringMatching(/cannot load .*odd\.gguf: .*wombat/) });
    expect(workspace.runs()).toEqual([]);
  });

  test("where the engine is not installed", async () => {
    const workspace = await tinyWorkspace();
    const hook = workspace.write(
      "without-engine.mjs",
      `import { registerHooks } from "node:module";
       registerHooks({ resolve(name, context, next) {
         if (name !== "node-llama-cpp") return next(name, context);
         throw Object.assign(new Error("Cannot find package 'node-llama-cpp'"), { code: "ERR_MODULE_NOT_FOUND" });
       } });`,
    );
    const options = { ...oneThread, NODE_OPTIONS: `--import ${hook}` };
    const { code, stderr } = await workspace.run(["tiny.yaml", "--model", "./tiny.gguf"], options);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining("the embedded engine is not installed (pnpm add node-llama-cpp, or"),
    });
  });
});
