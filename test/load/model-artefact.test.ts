import { mkdirSync, renameSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/core/errors.ts";
import { hashGguf, inspectGgufAdapter } from "../../src/load/gguf-artefact.ts";
import { writeGguf } from "../../src/load/gguf/write.ts";
import { type Artefact, resolveArtefact } from "../../src/load/model-artefact.ts";
import { encode, lfsPointer, safetensors, writeAdapter, writeCheckpoint } from "../fixtures/peft.ts";
import { temporaryFolders } from "../fixtures/temporary.ts";

const makeFolder = temporaryFolders();

async function refusal(path: string): Promise<string> {
  const error: unknown = await resolveArtefact(path).then(
    () => new RangeError("expected a refusal, got none"),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(UsageError);
  const { message } = error as Error;
  expect(message).not.toContain("\n");
  return message;
}

async function resolveAs<K extends Artefact["kind"]>(path: string, kind: K): Promise<Artefact & { kind: K }> {
  const artefact = await resolveArtefact(path);
  expect(artefact.kind).toBe(kind);
  return artefact as Artefact & { kind: K };
}

interface Model {
  config?: unknown;
  files?: Record<string, Uint8Array | string>;
}

function writeModel({ config = { architectures: ["Qwen2ForCausalLM"] }, files }: Model = {}): string {
  const folder = makeFolder();
  writeFileSync(join(folder, "config.json"), typeof config === "string" ? config : JSON.stringify(config));
  const usual = { "model.safetensors": safetensors({ "lm_head.weight": { dtype: "BF16", shape: [4, 2] } }) };
  for (const [name, content] of Object.entries(files ?? usual)) writeFileSync(join(folder, name), content);
  return folder;
}

describe("a path", () => {
  test("that leads to nothing is refused", async () => {
    expect(await refusal(join(makeFolder(), "none"))).toMatch(/none: no such file or folder \(name an adapter, /);
  });

  test.each<[string, string | Uint8Array, string, RegExp]>([
    [
      "any file",
      "hello",
      "notes.txt",
      /notes\.txt: expected a GGUF file, which begins with "GGUF", or a folder, got 5 bytes of something else \(/,
    ],
    ["a text named like a GGUF file", "hello", "model.gguf", /model\.gguf: expected a GGUF file/],
    ["a Git LFS pointer", lfsPointer, "model.gguf", /model\.gguf: is a Git LFS pointer, .* \(run: git lfs pull\)$/],
    [
      "one file of an adapter",
      safetensors({}),
      "adapter_model.safetensors",
      /: is one file of a model or an adapter \(name the folder that it is in\)$/,
    ],
  ])("to %s is refused", async (_, content, name, says) => {
    const file = join(makeFolder(), name);
    writeFileSync(file, content);
    expect(await refusal(file)).toMatch(says);
  });

  test("to a folder that is neither says what was looked for and what was found", async () => {
    const folder = makeFolder();
    for (const name of ["a.txt", "b.bin", "c", "d", "e", "f", "g"]) writeFileSync(join(folder, name), "");
    expect(await refusal(folder)).toMatch(
      /: neither adapter nor model: looked for adapter_config\.json \(a PEFT adapter\), checkpoint-N folders, config\.json with \*\.safetensors \(a model\), or one \*\.gguf; found a\.txt, b\.bin, c, d, e, f and 1 more \(name another folder\)$/,
    );
    expect(await refusal(makeFolder())).toMatch(/; found nothing \(name another folder\)$/);
  });
});

test.each(["model.gguf", "model.safetensors"])("a folder whose %s is a Git LFS pointer says so", async (name) => {
  const folder = makeFolder();
  writeFileSync(join(folder, name), lfsPointer);
  expect(await refusal(folder)).toMatch(new RegExp(`${name}: is a Git LFS pointer, .* \\(run: git lfs pull\\)$`));
});

test("a configuration of gigabytes is refused unread", async () => {
  const folder = writeAdapter(makeFolder());
  truncateSync(join(folder, "adapter_config.json"), 2 ** 33);
  expect(await refusal(folder)).toMatch(
    /adapter_config\.json: has 8\.\d GB, more than the 67\.1 MB of any such file \(/,
  );
});

describe("an adapter", () => {
  test("is a folder with adapter_config.json, whatever its name", async () => {
    const folder = writeAdapter(join(makeFolder(), "model.gguf"));
    expect(await resolveAs(folder, "adapter")).toMatchObject({ folder, checkpoints: [], config: { r: 4 } });
  });

  test("may be reached through a link", async () => {
    const link = join(makeFolder(), "link");
    symlinkSync(writeAdapter(makeFolder()), link);
    expect((await resolveAs(link, "adapter")).config.r).toBe(4);
  });

  test("may have its training's checkpoints beside it", async () => {
    const folder = writeAdapter(makeFolder());
    writeCheckpoint(folder, 10);
    expect((await resolveAs(folder, "adapter")).checkpoints).toEqual(["checkpoint-10"]);
  });
});

describe("a folder of checkpoints", () => {
  test("has them in the order of their steps, with their losses and the best", async () => {
    const folder = makeFolder();
    const log = [
      { step: 9, loss: 2 },
      { step: 9, eval_loss: 1.5 },
      { step: 10, loss: 1 },
      { step: 10, eval_loss: 1.7 },
    ];
    writeCheckpoint(folder, 10, {
      global_step: 10,
      epoch: 2,
      log_history: log,
      best_model_checkpoint: "/box/run/checkpoint-9",
    });
    writeCheckpoint(folder, 9, { global_step: 9, log_history: log.slice(0, 2), best_model_checkpoint: null });
    writeCheckpoint(folder, 100, null);
    const { checkpoints, skipped } = await resolveAs(folder, "checkpoints");
    expect(
      checkpoints.map(({ name, step, isBest, progress }) => [name, step, isBest, progress?.loss, progress?.evalLoss]),
    ).toEqual([
      ["checkpoint-9", 9, true, 2, 1.5],
      ["checkpoint-10", 10, false, 1, 1.7],
      ["checkpoint-100", 100, false, undefined, undefined],
    ]);
    expect(skipped).toEqual([]);
  });

  test("leaves out what was cut short, and says so", async () => {
    const folder = makeFolder();
    writeCheckpoint(folder, 10);
    rmSync(join(writeCheckpoint(folder, 20), "adapter_model.safetensors"));
    rmSync(join(writeCheckpoint(folder, 30), "adapter_config.json"));
    truncateSync(join(writeCheckpoint(folder, 40), "adapter_model.safetensors"), 300);
    const { checkpoints, skipped } = await resolveAs(folder, "checkpoints");
    expect(checkpoints.map(({ name }) => name)).toEqual(["checkpoint-10"]);
    expect(skipped).toEqual([
      {
        name: "checkpoint-20",
        reason: expect.stringMatching(/^has adapter_config\.json but no adapter_model\.safetensors/),
      },
      { name: "checkpoint-30", reason: "has no adapter_config.json (it was cut short)" },
      {
        name: "checkpoint-40",
        reason: expect.stringMatching(/^says that its header has \d+ bytes, but only \d+ follow: it was cut/),
      },
    ]);
  });

  test("is refused where none can be used, with why", async () => {
    const folder = makeFolder();
    rmSync(join(writeCheckpoint(folder, 20), "adapter_config.json"));
    writeFileSync(join(folder, "checkpoint-20", "config.json"), "{}");
    expect(await refusal(folder)).toMatch(
      /: no checkpoint can be used \(checkpoint-20 has no adapter_config\.json, but is a whole model \(name it by itself\)\)$/,
    );
  });

  test("is not made by files and other names", async () => {
    const folder = makeFolder();
    writeFileSync(join(folder, "checkpoint-1"), "");
    mkdirSync(join(folder, "checkpoint-best"));
    expect(await refusal(folder)).toContain("neither adapter nor model");
  });
});

describe("a merged model", () => {
  test("is a folder with config.json and weights", async () => {
    const folder = writeModel();
    expect(await resolveAs(folder, "model")).toMatchObject({
      architecture: "Qwen2ForCausalLM",
      files: ["model.safetensors"],
      tensors: 1,
      parameters: 8,
      dtypes: ["BF16"],
      quantisation: null,
    });
  });

  const shards = (map: Record<string, string>) => ({
    "model.safetensors.index.json": JSON.stringify({ metadata: { total_size: 1 }, weight_map: map }),
    "model-00001-of-00002.safetensors": safetensors({ a: { shape: [2] } }),
    "model-00002-of-00002.safetensors": safetensors({ b: { shape: [3] } }),
  });

  test("may lie in the files that its index names", async () => {
    const files = shards({ a: "model-00001-of-00002.safetensors", b: "model-00002-of-00002.safetensors" });
    const config = { architectures: null, quantization_config: { quant_method: "gptq" } };
    expect(await resolveAs(writeModel({ config, files }), "model")).toMatchObject({
      architecture: null,
      quantisation: "gptq",
      tensors: 2,
      parameters: 5,
      files: ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"],
    });
  });

  test.each<[string, Model, RegExp]>([
    [
      "a file of its index is missing",
      { files: shards({ a: "model-00001-of-00002.safetensors", b: "model-00003-of-00002.safetensors" }) },
      /index\.json: names model-00003-of-00002\.safetensors, which is not there \(copy it there; the model is not whole\)$/,
    ],
    [
      "a file of its index lies elsewhere",
      { files: shards({ a: "../model-00001-of-00002.safetensors" }) },
      /index\.json: names \.\.\/model-00001-of-00002\.safetensors, which is not there/,
    ],
    [
      "a tensor is in another file than its index says",
      { files: shards({ a: "model-00002-of-00002.safetensors" }) },
      /index\.json: model-00002-of-00002\.safetensors has no tensor "a" \(copy all files from one save\)$/,
    ],
    ["its index is no index", { files: { "model.safetensors.index.json": "{}" } }, /index\.json: weight_map: missing/],
    [
      "its weights are a pointer",
      { files: { "model.safetensors": lfsPointer } },
      /model\.safetensors: is a Git LFS pointer/,
    ],
    ["its configuration is a pointer", { config: lfsPointer }, /config\.json: is a Git LFS pointer, not the file/],
    [
      "its index is a pointer",
      { files: { "model.safetensors.index.json": lfsPointer } },
      /index\.json: is a Git LFS pointer, not the file/,
    ],
    ["its configuration is none", { config: "{" }, /config\.json: is not JSON \(copy or save it again\)$/],
  ])("is refused where %s", async (_, model, says) => {
    expect(await refusal(writeModel(model))).toMatch(says);
  });
});

describe("a GGUF file", () => {
  const write = async (type: "model" | "adapter", { name = "weights.dat", b = 1 } = {}) => {
    const file = join(makeFolder(), name);
    await writeGguf(
      file,
      {
        "general.architecture": { type: "string", value: "qwen2" },
        "general.type": { type: "string", value: type },
        "general.name": { type: "string", value: "Tiny" },
        "qwen2.context_length": { type: "u32", value: 512 },
        ...(type === "adapter" ? { "adapter.lora.alpha": { type: "f32", value: 8 } } : {}),
      },
      [
        { name: "blk.0.attn_q.weight.lora_a", type: "F32", shape: [4, 2], data: encode("F32", Array(8).fill(1)) },
        { name: "blk.0.attn_q.weight.lora_b", type: "F32", shape: [2, 3], data: encode("F32", Array(6).fill(b)) },
      ],
    );
    return file;
  };

  test("is a model by its content, whatever its name", async () => {
    expect(await resolveAs(await write("model"), "gguf-model")).toMatchObject({
      architecture: "qwen2",
      name: "Tiny",
      contextLength: 512,
      quantisation: "F32",
      tensors: 2,
      parameters: 14,
    });
  });

  test("in parts is all of them, and refused where one is missing", async () => {
    const folder = makeFolder();
    const part = (number: number) => join(folder, `m-0000${number}-of-00002.gguf`);
    const one = { type: "F32", shape: [2], data: encode("F32", [1, 2]) } as const;
    await writeGguf(part(1), { "general.architecture": { type: "string", value: "qwen2" } }, [{ name: "a", ...one }]);
    expect(await refusal(part(1))).toMatch(/m-00001-of-00002\.gguf: its part .*m-00002-of-00002\.gguf is missing \(/);
    await writeGguf(part(2), {}, [{ name: "b", ...one }]);
    const model = await resolveAs(part(1), "gguf-model");
    expect((await resolveAs(folder, "gguf-model")).file).toBe(part(1));
    expect(model).toMatchObject({ tensors: 2, parameters: 4, bytes: statSync(part(1)).size + statSync(part(2)).size });
  });

  test("is an adapter where it says so", async () => {
    const adapter = await resolveAs(await write("adapter"), "gguf-adapter");
    expect(adapter.alpha).toBe(8);
    expect(await inspectGgufAdapter(adapter)).toEqual([]);
    expect(await hashGguf(adapter)).toMatch(/^[0-9a-f]{64}$/);
  });

  test("is found untrained where every lora_b is zero", async () => {
    const adapter = await resolveAs(await write("adapter", { b: 0 }), "gguf-adapter");
    expect((await inspectGgufAdapter(adapter)).map(({ code }) => code)).toEqual(["untrained"]);
  });

  test("is found in a folder that holds no other", async () => {
    const file = await write("model", { name: "m.gguf" });
    expect((await resolveAs(join(file, ".."), "gguf-model")).file).toBe(file);
  });

  test("has to be named where a folder holds several", async () => {
    const folder = join(await write("model", { name: "m-Q4.gguf" }), "..");
    renameSync(await write("model"), join(folder, "m-Q8.gguf"));
    expect(await refusal(folder)).toMatch(/: holds 2 GGUF files \(name one of them: m-Q4\.gguf, m-Q8\.gguf\)$/);
  });
});
