import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { UsageError } from "../../src/core/errors.ts";
import { type DoctorReport, examine } from "../../src/doctor/doctor.ts";
import { renderDoctor } from "../../src/doctor/text.ts";
import { writeGguf } from "../../src/load/gguf/write.ts";
import { makeHfAdapter, writeHfAdapter } from "../fixtures/hf-adapter.ts";
import { makeHfModel, writeAsGguf } from "../fixtures/hf-model.ts";
import { hubServers } from "../fixtures/hub-server.ts";
import { adapterConfig, adapterTensors, encode, safetensors, writeAdapter, writeCheckpoint } from "../fixtures/peft.ts";
import { failsWith, listsModels, startScriptedServer } from "../fixtures/scripted-server.ts";
import { temporaryFolders } from "../fixtures/temporary.ts";

const makeFolder = temporaryFolders();
const startHub = hubServers();
const before = process.cwd();
let folder = "";
beforeEach(() => {
  folder = makeFolder();
  process.chdir(folder);
});
afterEach(() => process.chdir(before));

interface Asked {
  base?: string;
  env?: Record<string, string>;
}

async function ask(models: readonly string[], { base, env = {} }: Asked = {}) {
  const dead = "http://127.0.0.1:1";
  const notes: string[] = [];
  const report = await examine(
    { models, base, program: "nitbench" },
    {
      fetch: globalThis.fetch,
      now: () => performance.now(),
      env,
      signal: new AbortController().signal,
      note: (line) => notes.push(line),
      addresses: { vllm: dead, ollama: dead, "llama-server": dead },
    },
  );
  return { report, notes, text: textOf(report) };
}

function textOf(report: DoctorReport, columns = 80): string {
  return renderDoctor(report, { columns, paint: (_, text) => text });
}

describe("this machine", () => {
  test("is told with its versions, engines, keys and what is missing", async () => {
    const { report, text } = await ask([], { env: { OPENAI_API_KEY: "sk-very-secret", HF_TOKEN: " " } });
    expect(report).toMatchObject({ version: 1, node: process.versions.node, models: [], exitCode: 0 });
    expect(report.keys.map(({ name, isSet }) => [name, isSet])).toEqual([
      ["OPENAI_API_KEY", true],
      ["ANTHROPIC_API_KEY", false],
      ["GEMINI_API_KEY", false],
      ["HF_TOKEN", false],
    ]);
    expect(report.missing.map(({ what }) => what)).toEqual([
      "vllm",
      "ollama",
      "llama-server",
      "ANTHROPIC_API_KEY",
      "GEMINI_API_KEY",
      "HF_TOKEN",
      "NITBENCH_JUDGE",
    ]);
    expect(`${JSON.stringify(report)}${text}`).not.toContain("very-secret");
    expect(text).toMatch(
      /^nitbench doctor · nitbench \d\S* · Node \d+\S* · \w+ \w+\n\nEngines\n {2}embedded +installed/,
    );
  });

  test("fits a terminal of 80 columns", async () => {
    const { text } = await ask([]);
    expect(text.split("\n").filter((line) => line.length > 80)).toEqual([]);
  });
});

describe("an adapter", () => {
  test("that is sound is described, with the lines that serve it", async () => {
    writeAdapter("adapter", { dtype: "BF16" });
    const { report, text } = await ask(["./adapter"]);
    const [model] = report.models;
    expect(model).toMatchObject({
      ref: "./adapter",
      kind: "adapter",
      findings: [],
      failure: null,
      adapter: {
        base: "Qwen/Qwen2.5-Coder-0.5B",
        ranks: [4],
        alpha: 8,
        scale: 2,
        placement: { language: 8, other: 0 },
      },
    });
    expect(model?.adapter?.loadName).toBe(`nitbench-${model?.hash?.slice(0, 12)}`);
    expect(report.exitCode).toBe(0);
    expect(text).toMatch(/^\.\/adapter {2}sound$/m);
    expect(text).toMatch(/^ {2}placement {5}8 language \/ 0 other$/m);
    expect(text).toMatch(/^ {2}rank {10}4, alpha 8, scale 2$/m);
    expect(text).toMatch(/^ {4}nitbench --model \.\/adapter$/m);
    expect(text.replaceAll(/ \\\n +/g, " ")).toMatch(
      /^ {4}VLLM_ALLOW_RUNTIME_LORA_UPDATING=True vllm serve Qwen\/Qwen2\.5-Coder-0\.5B --enable-lora --max-lora-rank 8$/m,
    );
    expect(text.split("\n").filter((line) => line.length > 80)).toEqual([]);
  });

  test("that is untrained cannot be measured, and no line serves it", async () => {
    writeAdapter("adapter", { b: [0] });
    const { report, text } = await ask(["./adapter"]);
    expect(report).toMatchObject({ exitCode: 2, models: [{ findings: [{ code: "untrained" }], serving: [] }] });
    expect(text).toMatch(/^\.\/adapter {2}cannot be measured$/m);
    expect(text).toMatch(/^ {2}error {9}every lora_B is zero/m);
    expect(text).not.toContain("vllm serve");
  });

  test("of another base than the one that is served cannot be measured on it", async () => {
    writeAdapter("adapter");
    const { report } = await ask(["./adapter"], { base: "Qwen/Qwen2.5-Coder-7B" });
    expect(report).toMatchObject({ exitCode: 2, models: [{ findings: [{ code: "base-mismatch" }] }] });
  });

  test("is held against the file of its base, which the lines then name", async () => {
    const model = makeHfModel("qwen2");
    await writeAsGguf("base.gguf", model);
    mkdirSync("adapter");
    writeHfAdapter("adapter", makeHfAdapter(model, { spread: 0.6 }));
    const { report, text } = await ask(["./adapter"], { base: "base.gguf" });
    expect(report).toMatchObject({ exitCode: 0, models: [{ failure: null }] });
    expect(text.replaceAll(/ \\\n +/g, " ")).toContain(
      "--model ./adapter --set reviewer.engine=llama --set reviewer.base=base.gguf\n",
    );
    expect(text).not.toContain("with --base");
    const other = makeHfModel("llama");
    await writeAsGguf("other.gguf", other);
    const { report: refused } = await ask(["./adapter"], { base: "other.gguf" });
    expect(refused).toMatchObject({
      exitCode: 2,
      models: [{ findings: [{ code: "base-mismatch" }, { code: "base-missing" }] }],
    });
  });

  test("hints at the file of its base where an engine needs one", async () => {
    writeAdapter("adapter");
    expect((await ask(["./adapter"])).text).toContain("with --base FILE.gguf the doctor tells whether a base fits");
  });

  test.each([
    [[], "some/base", "--base: expected an adapter to hold against it (add --model ./adapter, or leave it out)"],
    [["./a"], "no.gguf", "--base no.gguf: no such file (name a GGUF file, or the id of the base that is served)"],
  ])("%j is not held against the base %s", async (models, base, says) => {
    await expect(ask(models, { base })).rejects.toThrow(says);
  });

  test("that every engine refuses is said to be so", async () => {
    writeAdapter("adapter", { config: { use_dora: true } });
    const { report, text } = await ask(["./adapter"]);
    expect(report.exitCode).toBe(0);
    expect(text).toMatch(/^\.\/adapter {2}no engine takes it as it is$/m);
  });

  test("whose weights cannot be read is told with why", async () => {
    writeAdapter("adapter");
    writeFileSync("adapter/adapter_model.safetensors", "");
    const { report, text } = await ask(["./adapter"]);
    expect(report).toMatchObject({ exitCode: 2, models: [{ adapter: null, findings: [{ code: "empty" }] }] });
    expect(text).toContain("a PEFT adapter whose weights cannot be used, 0 bytes");
  });

  test("may hold control characters in its names, which a terminal is not given", async () => {
    writeAdapter("adapter", { config: { base_model_name_or_path: "\u001b[2Jbase" } });
    const { text } = await ask(["./adapter"]);
    expect(text).not.toContain("\u001b");
    expect(text).toContain(String.raw`\u001b[2Jbase`);
  });
});

describe("a training run", () => {
  const state = (step: number) => ({
    global_step: step,
    log_history: [{ step, loss: step / 100 }],
    best_model_checkpoint: "/box/checkpoint-20",
  });

  test("is described by its best checkpoint; one that is untrained does not stop the others", async () => {
    writeCheckpoint("runs", 10, state(10), { b: [0] });
    writeCheckpoint("runs", 20, state(20));
    writeCheckpoint("runs", 30, null, { b: [3] });
    rmSync(join(writeCheckpoint("runs", 40), "adapter_model.safetensors"));
    const { report, text } = await ask(["./runs"]);
    const [model] = report.models;
    expect(report.exitCode).toBe(0);
    expect(model?.checkpoints.map(({ name, loss, isBest }) => [name, loss, isBest])).toEqual([
      ["checkpoint-10", 0.1, false],
      ["checkpoint-20", 0.2, true],
      ["checkpoint-30", null, false],
    ]);
    expect(model?.adapter?.hash).toBe(model?.checkpoints[1]?.hash);
    expect(model?.findings.map(({ level, message }) => [level, message])).toEqual([
      ["warning", "checkpoint-10: every lora_B is zero: it is untrained, and answers as its base does"],
      ["warning", "checkpoint-40 is left out: has adapter_config.json but no adapter_model.safetensors"],
    ]);
    expect(text).toMatch(/^ {2}checkpoint-20 {6}0\.200 {10}– {2}best$/m);
    expect(text).toMatch(/^ {2}checkpoint-10 {6}0\.100 {10}– {2}untrained$/m);
  });

  test("of which nothing can be used cannot be measured, and says what all have once", async () => {
    writeCheckpoint("runs", 10, null, { b: [0] });
    writeCheckpoint("runs", 20, null, { b: [0] });
    const { report } = await ask(["./runs"]);
    expect(report.exitCode).toBe(2);
    expect(report.models[0]?.findings.map(({ message }) => message)).toEqual([
      "all checkpoints: every lora_B is zero: it is untrained, and answers as its base does",
    ]);
  });
});

describe("other models", () => {
  test("in a GGUF file are described and run here", async () => {
    const metadata = {
      "general.architecture": { type: "string", value: "qwen2" },
      "qwen2.context_length": { type: "u32", value: 4096 },
    } as const;
    await writeGguf("m.gguf", metadata, [{ name: "a", type: "F16", shape: [4], data: encode("F16", [1, 2, 3, 4]) }]);
    const { report, text } = await ask(["./m.gguf", "llama:./m.gguf"]);
    expect(report.models.map(({ kind }) => kind)).toEqual(["gguf-model", "gguf-model"]);
    expect(text).toMatch(/^ {2}context {7}4096 tokens$/m);
    expect(text).toMatch(/^ {4}nitbench --model \.\/m\.gguf$/m);
  });

  test("as GGUF adapters are looked through", async () => {
    const metadata = {
      "general.architecture": { type: "string", value: "qwen2" },
      "general.type": { type: "string", value: "adapter" },
    } as const;
    const matrix = (name: string, value: number) =>
      ({ name, type: "F32", shape: [2, 2], data: encode("F32", Array(4).fill(value)) }) as const;
    await writeGguf("l.gguf", metadata, [matrix("x.weight.lora_a", 1), matrix("x.weight.lora_b", 0)]);
    const { report } = await ask(["./l.gguf"]);
    expect(report).toMatchObject({
      exitCode: 2,
      models: [{ kind: "gguf-adapter", findings: [{ code: "untrained" }] }],
    });
  });

  test("that are whole, in a folder, are described", async () => {
    const model = makeFolder();
    writeFileSync(join(model, "config.json"), JSON.stringify({ architectures: ["LlamaForCausalLM"] }));
    writeFileSync(join(model, "model.safetensors"), safetensors({ a: { shape: [3] } }));
    const { report, text } = await ask([model]);
    expect(report).toMatchObject({ exitCode: 0, models: [{ kind: "model" }] });
    expect(text).toContain("a whole model, LlamaForCausalLM");
  });

  test("on the Hub are fetched, pinned and looked through", async () => {
    const files = {
      "adapter_config.json": JSON.stringify(adapterConfig()),
      "adapter_model.safetensors": safetensors(adapterTensors()),
    };
    const { url, commit } = await startHub({ files });
    const { report, notes } = await ask(["hf:acme/reviewer"], { env: { HF_ENDPOINT: url } });
    expect(report.models[0]).toMatchObject({ kind: "adapter", hub: { repo: "acme/reviewer", commit }, failure: null });
    expect(notes).toHaveLength(1);
  });

  test("that are whole on the Hub are not fetched", async () => {
    const { url, commit } = await startHub({ files: { "config.json": "{}", "model.safetensors": safetensors({}) } });
    const { report, text } = await ask(["hf:acme/reviewer"], { env: { HF_ENDPOINT: url } });
    expect(report.models[0]).toMatchObject({ kind: "hub-model", path: null });
    expect(text.replaceAll(/ \\\n +/g, " ")).toContain(
      `vllm serve acme/reviewer --revision ${commit} --served-model-name reviewer`,
    );
  });

  test("that are served are asked whether they are there", async () => {
    await using server = await startScriptedServer([], listsModels(["reviewer"]));
    const { report, text } = await ask([`openai:reviewer@${server.url}`]);
    expect(report).toMatchObject({ exitCode: 0, models: [{ kind: "served", failure: null }] });
    expect(text).toMatch(new RegExp(`^ {2}reached {7}yes; sends code to ${server.host}$`, "m"));
    expect(server.chats).toEqual([]);
  });

  test("that run here need no asking", async () => {
    const { report, text } = await ask(["floor:silent"]);
    expect(report.exitCode).toBe(0);
    expect(text).toContain("needs no asking; runs on this machine");
  });
});

describe("a model that cannot be looked at", () => {
  test.each([
    ["./none", /^none: no such file or folder \(name an adapter, a model or a GGUF file\)$/],
    ["adapter", /^model "adapter": unknown kind "adapter" \(write KIND:NAME, or a path that starts with \.\/; /],
    ["hf:reviewer", /^model "hf:reviewer": expected hf:ORG\/NAME, /],
    ["openai:gpt-5", /OPENAI_API_KEY/],
  ])("%s is told in one line, and exits 2", async (ref, says) => {
    const { report } = await ask([ref]);
    expect(report.exitCode).toBe(2);
    expect(report.models[0]?.failure?.message).toMatch(says);
  });

  test("because its server is not there exits 3", async () => {
    const { report, text } = await ask(["openai:x@http://127.0.0.1:1/v1"]);
    expect(report.exitCode).toBe(3);
    expect(text).toMatch(/^openai:x@http:\/\/127\.0\.0\.1:1\/v1 {2}cannot be measured$/m);
  });

  test("because its server refuses the key exits 3", async () => {
    await using server = await startScriptedServer([], failsWith(401, {}));
    expect((await ask([`openai:x@${server.url}`])).report.exitCode).toBe(3);
  });

  test("does not hide the others: what is to be mended comes first", async () => {
    writeAdapter("adapter");
    const { report } = await ask(["openai:x@http://127.0.0.1:1/v1", "./none", "./adapter"]);
    expect(report.exitCode).toBe(2);
    expect(report.models.map(({ failure }) => failure?.exitCode ?? 0)).toEqual([3, 2, 0]);
  });

  test("because it is named twice", async () => {
    await expect(ask(["./a", "./a"])).rejects.toThrow(UsageError);
  });
});
