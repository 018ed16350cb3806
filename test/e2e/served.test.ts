import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Workspace, workspaces } from "../fixtures/command.ts";
import { fakeVllm, isAlive, type ProgramLife } from "../fixtures/fake-program.ts";
import { makeHfAdapter, writeHfAdapter } from "../fixtures/hf-adapter.ts";
import { makeHfModel, writeAsGguf } from "../fixtures/hf-model.ts";
import { hasProgram } from "../fixtures/real-engines.ts";
import { linesOf, pairOf } from "../fixtures/small-dataset.ts";
import { temporaryFolders } from "../fixtures/temporary.ts";

const makeWorkspace = workspaces();
const makeFolder = temporaryFolders();

/** A workspace with `base.gguf` and LoRAs of it, which are in folders of their own. */
async function workspaceWith(adapters: Readonly<Record<string, number>>, suite: object = {}): Promise<Workspace> {
  const reviewer = { prompt: "prompt.md", retries: 0, maxTokens: 24, ...suite };
  const workspace = makeWorkspace({ dataset: linesOf(pairOf("one")), suite: { reviewer } });
  const model = makeHfModel("qwen2");
  await writeAsGguf(join(workspace.folder, "base.gguf"), model);
  for (const [name, spread] of Object.entries(adapters)) {
    workspace.write(`${name}/README.md`, "An adapter.\n");
    const config = { base_model_name_or_path: "me/base" };
    writeHfAdapter(join(workspace.folder, name), makeHfAdapter(model, { spread, config }));
  }
  return workspace;
}

const command = (...models: string[]) => [
  "tiny.yaml",
  "--out",
  "runs",
  ...models.flatMap((model) => ["--model", model]),
];
const isGone = ({ pid, childPid }: ProgramLife) => !isAlive(pid) && !isAlive(childPid);

describe("a vllm that is started for the run", () => {
  const on = ["--set", "reviewer.engine=vllm"];

  test("serves all its adapters, is told in the report and ended with it", async () => {
    const workspace = await workspaceWith({ one: 0.6, two: 0.7 });
    const program = fakeVllm(makeFolder());
    const env = { PATH: `${program.folder}${delimiter}${process.env["PATH"]}` };
    const { code, stderr } = await workspace.run([...command("./one", "./two"), ...on], env);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const { reviewers } = workspace.readRun().report;
    expect(reviewers.map(({ served }) => served)).toEqual([
      expect.objectContaining({ engine: "vllm", base: "me/base", proof: { prompts: 8, different: 8, unsteady: 0 } }),
      expect.objectContaining({ engine: "vllm", base: "me/base", proof: { prompts: 8, different: 8, unsteady: 0 } }),
    ]);
    expect(stderr).toMatch(/^vllm: starting `vllm serve me\/base .*` \(log: \.nitbench\/logs\/.*\)$/m);
    expect(program.lives()).toHaveLength(1);
    expect(program.lives().every(isGone)).toBe(true);
  });

  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("is ended when the run is ended by %s", async (signal) => {
    const workspace = await workspaceWith({ one: 0.6 });
    const program = fakeVllm(makeFolder(), { server: { unreadyTimes: 1e9 } });
    const env = { PATH: `${program.folder}${delimiter}${process.env["PATH"]}` };
    const { child, finished } = workspace.start([...command("./one"), ...on], env);
    await expect.poll(() => program.lives().length, { timeout: 60_000 }).toBe(1);
    child.kill(signal);
    expect((await finished).code).toBe(130);
    expect(program.lives().every(isGone)).toBe(true);
  });

  test("is ended by force by a second interrupt", async () => {
    const workspace = await workspaceWith({ one: 0.6 });
    const program = fakeVllm(makeFolder(), { ignoresSigterm: true, says: ["up"], server: { unreadyTimes: 1e9 } });
    const env = { PATH: `${program.folder}${delimiter}${process.env["PATH"]}` };
    const { child, finished } = workspace.start([...command("./one"), ...on], env);
    await expect.poll(() => program.lives().length, { timeout: 60_000 }).toBe(1);
    child.kill("SIGINT");
    // The first is being heeded when the second comes.
    await new Promise((resolve) => setTimeout(resolve, 500));
    child.kill("SIGINT");
    expect((await finished).code).toBe(130);
    await expect.poll(() => program.lives().every(isGone), { timeout: 20_000 }).toBe(true);
  });
});

const hasLlama = hasProgram("llama-server", "put it on the PATH: https://github.com/ggml-org/llama.cpp/releases");

describe.skipIf(!hasLlama)("a real llama-server", () => {
  const on = ["--set", "reviewer.engine=llama-server", "--set", "reviewer.base=./base.gguf"];
  // Threads that wait for each other take minutes where the cores are busy with other work.
  const env = { PATH: process.env["PATH"] ?? "", LLAMA_ARG_THREADS: "1", LLAMA_ARG_N_PARALLEL: "1" };

  test("serves all its adapters, each as itself and proved to be applied", async () => {
    const workspace = await workspaceWith({ one: 0.6, two: 0.7 });
    const { code, stderr } = await workspace.run([...command("./one", "./two"), ...on], env);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const { report, lines } = workspace.readRun();
    for (const { served, effective } of report.reviewers) {
      expect(served).toMatchObject({ engine: "llama-server", proof: { prompts: 8, unsteady: 0 } });
      expect(served?.proof?.different).toBeGreaterThan(0);
      expect(effective).toMatchObject({ cache_prompt: false, llamaServer: expect.any(String) });
    }
    const textsOf = (name: string) => lines.filter(({ reviewer }) => reviewer === name).map(({ text }) => text);
    expect(textsOf("./one")).toHaveLength(2);
    expect(textsOf("./one")).not.toEqual(textsOf("./two"));
  });

  test("that does not apply an adapter to speak of is no measurement", async () => {
    const workspace = await workspaceWith({ one: 1e-12 });
    const { code, stderr } = await workspace.run([...command("./one"), ...on], env);
    expect(code).toBe(3);
    expect(stderr).toContain("ADAPTER_NOT_APPLIED");
  });

  test("tells a prompt that does not fit its context as that", async () => {
    const workspace = await workspaceWith({ one: 0.6 }, { maxTokens: 8 });
    const big = JSON.parse(linesOf(pairOf("one")).split("\n")[0] ?? "") as { diff: string };
    const diff = big.diff.replace(/^(\+[^+].*)$/m, `$1 ${"x".repeat(4000)}`);
    workspace.write("data/cases.jsonl", `${JSON.stringify({ ...big, diff })}\n`);
    const { stderr } = await workspace.run([...command("./one"), ...on], { ...env, LLAMA_ARG_CTX_SIZE: "512" });
    expect(stderr).not.toContain("defect");
    expect(workspace.readRun().lines.map(({ outcome }) => outcome)).toEqual(["overflow"]);
  });

  test("says why it does not load an adapter of another base", async () => {
    const workspace = await workspaceWith({ one: 0.6 });
    // Of a GGUF adapter the architecture alone is looked at before: it is the server that finds out.
    await workspace.run([...command("./one"), ...on], env);
    const [file = ""] = readdirSync(join(workspace.folder, ".nitbench", "adapters"));
    const converted = readFileSync(join(workspace.folder, ".nitbench", "adapters", file), "latin1");
    writeFileSync(join(workspace.folder, "foreign.gguf"), converted.replace("qwen2", "llama"), "latin1");
    await writeAsGguf(join(workspace.folder, "base.gguf"), makeHfModel("llama"));
    const { code, stderr } = await workspace.run([...command("./foreign.gguf"), ...on], env);
    expect(code).toBe(3);
    expect(stderr).toMatch(/llama-server ended with exit code \d+: .*(?:mismatch|incorrect shape).* \(log: /);
  });
});

const adapter = process.env["NITBENCH_TEST_ADAPTER"];
const hasVllm = hasProgram(
  "vllm",
  "pip install vllm on Linux with a GPU, and name a LoRA folder in NITBENCH_TEST_ADAPTER",
);

test.skipIf(!hasVllm || adapter === undefined)(
  "a real vllm serves an adapter that is proved to be applied",
  async () => {
    const workspace = await workspaceWith({});
    const args = [...command(adapter ?? ""), "--set", "reviewer.engine=vllm"];
    const { code, stderr } = await workspace.run(args, { ...process.env, PATH: process.env["PATH"] ?? "" });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const [reviewer] = workspace.readRun().report.reviewers;
    expect(reviewer?.served).toMatchObject({ engine: "vllm", proof: { unsteady: expect.any(Number) } });
  },
);
