import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { jsonLines, type Workspace, workspaces } from "../fixtures/command.ts";
import { hasOllama, type RealOllama, startOllama } from "../fixtures/ollama.ts";
import { linesOf, pairOf } from "../fixtures/small-dataset.ts";
import { writeTinyLora, writeTinyModel } from "../fixtures/tiny-gguf.ts";

const makeWorkspace = workspaces();

async function tinyWorkspace(more: Parameters<typeof makeWorkspace>[0] = {}): Promise<Workspace> {
  const workspace = makeWorkspace({
    dataset: linesOf(pairOf("one")),
    suite: { reviewer: { prompt: "prompt.md", maxTokens: 80, concurrency: 1, retries: 0 } },
    ...more,
  });
  await writeTinyModel(join(workspace.folder, "tiny.gguf"));
  return workspace;
}

function run(workspace: Workspace, server: RealOllama, models: readonly string[], ...more: string[]) {
  const refs = models.flatMap((model) => ["--model", `ollama:${model}@${server.url}`]);
  return workspace.run(["tiny.yaml", "--out", "runs", ...refs, ...more]);
}

describe.skipIf(!hasOllama())("against a real Ollama", () => {
  test("two models of one server are rows of one report, each with its digest and the server's own clock", async () => {
    const workspace = await tinyWorkspace();
    const lora = join(workspace.folder, "lora.gguf");
    await writeTinyLora(lora, { isTrained: true });
    await using server = await startOllama(workspace.folder);
    await server.create("tiny:base", join(workspace.folder, "tiny.gguf"));
    await server.create("tiny:lora", join(workspace.folder, "tiny.gguf"), lora);
    const { code, stderr } = await run(workspace, server, ["tiny:base", "tiny:lora"]);
    expect({ code, stderr }).toMatchObject({ code: 0 });

    const { report, lines } = workspace.readRun();
    expect(report.reviewers.map(({ model }) => model).toSorted()).toEqual(["tiny:base", "tiny:lora"]);
    const digests = report.reviewers.map(({ effective }) => effective["digest"]);
    expect(new Set(digests).size).toBe(2);
    expect(report.reviewers[0]?.effective).toMatchObject({ num_ctx: 8192, num_predict: 80, model_context: 8192 });
    const textsOf = (tag: string) => lines.filter(({ reviewer }) => reviewer.includes(tag)).map(({ text }) => text);
    expect(textsOf("tiny:lora")).not.toEqual(textsOf("tiny:base"));
    const [header, ...generations] = jsonLines(join(workspace.folder, "runs/latest/journal.jsonl"));
    expect(JSON.stringify(header)).toContain(String(digests[0]));
    expect(generations).toHaveLength(4);
    for (const generation of generations) {
      expect(generation).toMatchObject({
        serverTiming: { loadMs: expect.any(Number), promptMs: expect.any(Number), generationMs: expect.any(Number) },
        usage: { promptTokens: expect.any(Number), completionTokens: expect.any(Number) },
      });
    }
  });

  test("a model is held to the contract's schema", async () => {
    const workspace = await tinyWorkspace();
    await using server = await startOllama(workspace.folder);
    await server.create("tiny", join(workspace.folder, "tiny.gguf"));
    await run(workspace, server, ["tiny"], "--set", "reviewer.structured=true");
    const { report, lines } = workspace.readRun();
    expect(report.reviewers[0]?.effective).toMatchObject({ format: "json_schema" });
    for (const { text } of lines) expect(text).toMatch(/^\{\s*"findings":\s*\[/);
  });

  test("a prompt that does not fit the context is an overflow and never cut", async () => {
    const workspace = await tinyWorkspace();
    await writeTinyModel(join(workspace.folder, "short.gguf"), { context: 64 });
    await using server = await startOllama(workspace.folder);
    await server.create("short", join(workspace.folder, "short.gguf"));
    await run(workspace, server, ["short"]);
    const { report } = workspace.readRun();
    expect(report.reviewers[0]).toMatchObject({ outcomes: { overflow: 2, completed: 0 } });
  });

  test("a model that the server has not is told before the run, with those that it has", async () => {
    const workspace = await tinyWorkspace();
    await using server = await startOllama(workspace.folder);
    await server.create("tiny", join(workspace.folder, "tiny.gguf"));
    const { code, stderr } = await run(workspace, server, ["tinny"]);
    expect(code).toBe(3);
    expect(stderr).toContain(
      'has no model "tinny" (404): did you mean "tiny"? known: tiny; get it with: ollama pull tinny',
    );
  });
});
