import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Workspace, workspaces } from "../fixtures/command.ts";
import { makeHfAdapter, writeHfAdapter } from "../fixtures/hf-adapter.ts";
import { makeHfModel, writeAsGguf } from "../fixtures/hf-model.ts";
import { linesOf, pairOf } from "../fixtures/small-dataset.ts";

const makeWorkspace = workspaces();
const env = { NITBENCH_LLAMA_THREADS: "1" };

/** A workspace with `base.gguf` and, below `adapter`, a LoRA of it that changes as much as `spread`. */
async function workspaceWithAdapter(spread: number): Promise<Workspace> {
  const workspace = makeWorkspace({
    dataset: linesOf(pairOf("one")),
    suite: { reviewer: { prompt: "prompt.md", retries: 0, maxTokens: 24 } },
  });
  const model = makeHfModel("qwen2");
  await writeAsGguf(join(workspace.folder, "base.gguf"), model);
  workspace.write("adapter/README.md", "An adapter.\n");
  const adapter = makeHfAdapter(model, { spread, config: { base_model_name_or_path: "me/base" } });
  writeHfAdapter(join(workspace.folder, "adapter"), adapter);
  return workspace;
}

const measured = ["tiny.yaml", "--out", "runs", "--model", "./adapter"];
// No server that happens to run here may serve it.
const onBase = ["--set", "reviewer.engine=llama", "--set", "reviewer.base=./base.gguf"];

describe("nitbench --model ./adapter", () => {
  test("measures the adapter on its base, says which engine served it, and that it was applied", async () => {
    const workspace = await workspaceWithAdapter(0.6);
    const { code, stdout, stderr } = await workspace.run([...measured, ...onBase], env);
    expect(stderr).not.toContain("defect");
    expect(code).toBe(0);
    expect(stdout).toContain("./adapter");
    const [reviewer] = workspace.readRun().report.reviewers;
    expect(reviewer).toMatchObject({
      ref: "./adapter",
      provider: "llama",
      generations: 2,
      hosts: [],
      served: { kind: "adapter", engine: "llama", trainedOn: "me/base", rank: 4, base: "./base.gguf" },
    });
    expect(reviewer?.served?.proof?.different).toBeGreaterThan(0);
  });

  test("stops before the first case where the adapter is not applied, and leaves no run behind", async () => {
    const workspace = await workspaceWithAdapter(1e-12);
    const { code, stderr } = await workspace.run([...measured, ...onBase], env);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^.*ADAPTER_NOT_APPLIED: .*$/m);
    expect(workspace.runs()).toEqual([]);
  });

  test("refuses one that was not trained, for it is its base", async () => {
    const workspace = await workspaceWithAdapter(0);
    const { code, stderr } = await workspace.run([...measured, ...onBase], env);
    expect(code).toBe(2);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).toContain('model "./adapter":');
    expect(stderr).toContain("lora_B");
  });

  test("says of each engine what would make it serve, where none does", async () => {
    const workspace = await workspaceWithAdapter(0.6);
    const { code, stderr } = await workspace.run([...measured, "--set", "reviewer.engine=llama"], env);
    expect(code).toBe(3);
    expect(stderr.trim()).toBe(
      [
        'model "./adapter": no engine can serve it',
        "  llama         the embedded engine needs the base as a GGUF file",
        "                → add --set reviewer.base=./base.gguf",
      ].join("\n"),
    );
  });

  test("refuses an engine that nobody knows, and a base that is not there", async () => {
    const workspace = await workspaceWithAdapter(0.6);
    const unknown = await workspace.run([...measured, "--set", "reviewer.engine=lama"], env);
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain('no engine "lama" (did you mean "llama"?');
    const absent = await workspace.run(
      [...measured, "--set", "reviewer.engine=llama", "--set", "reviewer.base=./x.gguf"],
      env,
    );
    expect(absent.code).toBe(2);
    expect(absent.stderr).toContain("reviewer.base ./x.gguf: no such file");
  });
});
