import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { DryRun } from "../../src/dry-run.ts";
import { workspaces } from "../fixtures/command.ts";
import { makeHfAdapter, writeHfAdapter } from "../fixtures/hf-adapter.ts";
import { makeHfModel, writeAsGguf } from "../fixtures/hf-model.ts";
import { hubCommit, hubServers } from "../fixtures/hub-server.ts";
import { linesOf, pairOf } from "../fixtures/small-dataset.ts";
import { adapterConfig, adapterTensors, safetensors } from "../fixtures/peft.ts";

const makeWorkspace = workspaces();
const startHub = hubServers();

test("a model of the Hub is looked up, and said to be fetched, but nothing of it is", async () => {
  const files = {
    "adapter_config.json": JSON.stringify(adapterConfig()),
    "adapter_model.safetensors": safetensors(adapterTensors()),
  };
  const { url, requests } = await startHub({ files });
  const workspace = makeWorkspace();
  const { code, stdout, stderr } = await workspace.run(
    ["tiny.yaml", "--model", "hf:acme/reviewer", "--dry-run", "--json"],
    { HF_ENDPOINT: url },
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const bytes = Object.values(files).reduce((sum, content) => sum + Buffer.byteLength(content), 0);
  expect((JSON.parse(stdout) as DryRun).reviewers).toEqual([
    {
      ref: "hf:acme/reviewer",
      role: "measured",
      generations: 4,
      requests: 4,
      toFetch: { commit: hubCommit, files: 2, bytes },
      hosts: [],
    },
  ]);
  expect(requests.every(({ path }) => path.startsWith("/api/"))).toBe(true);
  expect(existsSync(join(workspace.folder, ".nitbench", "hub", "acme", "reviewer", hubCommit))).toBe(false);
});

test("an adapter is said to be served by the engine that can, on its base, and nothing is loaded", async () => {
  const workspace = makeWorkspace();
  const model = makeHfModel("qwen2");
  await writeAsGguf(join(workspace.folder, "base.gguf"), model);
  workspace.write("adapter/README.md", "An adapter.\n");
  writeHfAdapter(join(workspace.folder, "adapter"), makeHfAdapter(model, { spread: 0.6 }));
  const on = ["--set", "reviewer.engine=llama", "--set", "reviewer.base=./base.gguf"];
  const { code, stdout } = await workspace.run(["tiny.yaml", "--model", "./adapter", ...on, "--dry-run"]);
  expect(code).toBe(0);
  expect(stdout).toContain("measured  ./adapter  4 reviews, served by llama on ./base.gguf\n");
  expect(existsSync(join(workspace.folder, ".nitbench"))).toBe(false);
});

test("requests are counted by the unit that is asked about, and their cost by the most of what they can take", async () => {
  const more = "--- a/b.txt\n+++ b/b.txt\n@@ -1 +1 @@\n-x\n+y\n";
  const dataset = linesOf(pairOf("one").map((one) => ({ ...one, diff: `${one.diff}${more}` })));
  const suite = { reviewer: { prompt: "prompt.md", unit: "hunk", repeats: 3, maxTokens: 1000, temperature: 1 } };
  const { stdout } = await makeWorkspace({ dataset, suite }).run([
    "tiny.yaml",
    "--model",
    "openai:m@http://127.0.0.1:9/v1",
    "--set",
    "reviewer.price={inputPerMTok: 0, outputPerMTok: 10}",
    "--dry-run",
  ]);
  expect(stdout).toMatch(/ 6 reviews in 12 requests, for about \$\.12 at most, sent to 127\.0\.0\.1:9\n/);
});
