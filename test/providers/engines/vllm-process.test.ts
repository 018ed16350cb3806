import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createEngine } from "../../../src/providers/engines/vllm-process.ts";
import { requestOf } from "../../fixtures/asking.ts";
import { fakeVllm, isAlive, type ProgramLife } from "../../fixtures/fake-program.ts";
import { calm, servingTests, whyDeclined } from "../../fixtures/serving.ts";

const { adapter, bind, makeFolder, notes, whole, world } = servingTests();
/** A run has adapters under names of its own. */
const ownName = (loadName: string) => new RegExp(`^${loadName}-[0-9a-f]{6} on: Review a$`);
const patience = { readyMs: 60_000, pollMs: 5, noteMs: 60_000, graceMs: 10_000 };

function install(wishes: Parameters<typeof fakeVllm>[1] = {}, more: Partial<typeof patience> = {}) {
  const program = fakeVllm(makeFolder(), wishes);
  return { program, engine: createEngine({ ...patience, ...more }), env: { PATH: program.folder } };
}

const isGone = (life: ProgramLife) => !isAlive(life.pid) && !isAlive(life.childPid);
const logs = () => readdirSync(join(".nitbench", "logs")).map((name) => join(".nitbench", "logs", name));

describe("vllm on the PATH", () => {
  test("is started with the base for runtime adapters, and ended with all it started once the engine is closed", async () => {
    const { program, engine, env } = install({ says: ["loading weights"] });
    const found = await adapter();
    const { provider, facts } = await bind(found, engine, {}, { env });
    expect(program.lives()).toEqual([]);
    await provider.probe?.(calm);
    expect((await provider.generate(requestOf(), calm)).text).toMatch(ownName(found.model.loadName));
    expect(facts()).toMatchObject({ engine: "vllm", base: "me/base", proof: { different: 6 } });
    expect(provider.identity).toBe(`vllm 0.12.1 with me/base sha256:${found.model.hash} 4096 tokens`);
    expect(provider.hosts).toEqual([]);
    const [life] = program.lives() as [ProgramLife];
    const port = life.args.at(-1) ?? "";
    expect(life).toMatchObject({
      args: ["serve", "me/base", "--enable-lora", "--max-lora-rank", "8", "--host", "127.0.0.1", "--port", port],
      lora: "True",
    });
    const [log = ""] = logs();
    expect(readFileSync(log, "utf8")).toContain("loading weights");
    expect(notes[0]).toBe(`vllm: looking whether ${join(program.folder, "vllm")} runs`);
    expect(notes[1]).toBe(`vllm: starting \`vllm ${life.args.join(" ")}\` (log: ${log})`);
    expect(notes[2]).toMatch(/^vllm: ready after \d+ s$/);
    await provider.close?.();
    expect(isAlive(life.pid)).toBe(true);
    await engine.close?.();
    expect(isGone(life)).toBe(true);
  });

  test("is started once for all adapters of a base, with the highest of their ranks", async () => {
    const { program, engine, env } = install();
    const low = await bind(await adapter({ rank: 4 }), engine, {}, { env });
    const high = await bind(await adapter({ rank: 20 }), engine, {}, { env });
    await low.provider.probe?.(calm);
    await high.provider.probe?.(calm);
    expect(program.lives().map(({ args }) => args[4])).toEqual(["32"]);
    await low.provider.close?.();
    await expect(high.provider.generate(requestOf(), calm)).resolves.toMatchObject({ outcome: "completed" });
  });

  test("is ended where nobody uses it any more and another base is wanted", async () => {
    const { program, engine, env } = install();
    const one = await bind(await adapter(), engine, {}, { env });
    const other = await bind(await adapter({ base: "me/other" }), engine, {}, { env });
    await one.provider.probe?.(calm);
    await one.provider.close?.();
    await other.provider.probe?.(calm);
    const [first, second] = program.lives() as [ProgramLife, ProgramLife];
    expect([isGone(first), isAlive(second.pid)]).toEqual([true, true]);
  });

  test("runs beside another while both are used", async () => {
    const { program, engine, env } = install();
    for (const base of ["me/base", "me/other"])
      await (await bind(await adapter({ base }), engine, {}, { env })).provider.probe?.(calm);
    expect(program.lives().map(({ pid }) => isAlive(pid))).toEqual([true, true]);
  });

  test("is started without adapters for a whole model", async () => {
    const { program, engine, env } = install();
    const found = await whole();
    const { provider, facts } = await bind(found, engine, {}, { env });
    await provider.probe?.(calm);
    expect((await provider.generate(requestOf(), calm)).text).toBe("the base on: Review a");
    expect(facts()).toMatchObject({ base: null, proof: null });
    expect(program.lives()[0]?.args.slice(0, 3)).toEqual(["serve", found.model.path, "--host"]);
  });

  test("is waited for while it is starting, and says so", async () => {
    const { engine, env } = install(
      { says: ["Loading safetensors shards"], server: { unreadyTimes: 3 } },
      { noteMs: 0 },
    );
    const { provider } = await bind(await adapter(), engine, {}, { env });
    await provider.probe?.(calm);
    const waiting = notes.filter((note) => /^vllm: still starting after \d+ s/.test(note));
    expect(waiting.length).toBeGreaterThanOrEqual(3);
    expect(waiting.at(-1)).toContain(`: Loading safetensors shards (log: ${logs()[0]})`);
  });
});

describe("a server that does not come up", () => {
  test("ends early: the line of its log that says why is told, and nothing of it is left", async () => {
    const { program, engine, env } = install({
      exitCode: 1,
      says: [
        "INFO 11-20 12:00:00 [config.py:10] Using max model len 32768",
        "(EngineCore_0 pid=7) ERROR 11-20 12:00:01 [core.py:700] torch.OutOfMemoryError: CUDA out of memory.",
        "(APIServer pid=1) Traceback (most recent call last):",
        "(APIServer pid=1) RuntimeError: Engine core initialization failed. See root cause above.",
      ],
    });
    const { provider } = await bind(await adapter(), engine, {}, { env });
    const { message } = await failureOf(provider.probe?.(calm));
    expect(message).toBe(
      `vllm ended with exit code 1: torch.OutOfMemoryError: CUDA out of memory. (log: ${logs()[0]})`,
    );
    expect(program.lives().every(isGone)).toBe(true);
  });

  test("may be tried again afterwards", async () => {
    const { program, engine, env } = install({ exitCode: 1 });
    const { provider } = await bind(await adapter(), engine, {}, { env });
    await failureOf(provider.probe?.(calm));
    await failureOf(provider.probe?.(calm));
    expect(program.lives()).toHaveLength(2);
  });

  test("is ended when the run is interrupted", async () => {
    const { program, engine, env } = install({ server: { unreadyTimes: 1e9 } });
    const { provider } = await bind(await adapter(), engine, {}, { env });
    const controller = new AbortController();
    const probing = provider.probe?.(controller.signal);
    await expect.poll(() => program.lives().length).toBe(1);
    controller.abort(new Error("interrupted"));
    await expect(probing).rejects.toThrow("interrupted");
    expect(program.lives().every(isGone)).toBe(true);
  });

  test("is ended by force where it does not heed being asked to", async () => {
    const { program, engine, env } = install({ ignoresSigterm: true, server: { unreadyTimes: 1e9 } }, { graceMs: 100 });
    const { provider } = await bind(await adapter(), engine, {}, { env });
    const controller = new AbortController();
    const probing = provider.probe?.(controller.signal);
    await expect.poll(() => notes.length > 0 && program.lives().length).toBe(1);
    controller.abort(new Error("interrupted"));
    await expect(probing).rejects.toThrow("interrupted");
    expect(program.lives().every(isGone)).toBe(true);
  });

  test("is given up after a time, with the last it said", async () => {
    const { program, engine, env } = install({ says: ["compiling"], server: { unreadyTimes: 1e9 } });
    let clockMs = 0;
    const now = () => (program.lives().length === 0 ? 0 : (clockMs += 20_000));
    const { provider } = await bind(await adapter(), engine, {}, { env, now });
    const { message } = await failureOf(provider.probe?.(calm));
    expect(message).toMatch(/^vllm was not ready within \d+ s: compiling \(log: .*\.log\)$/);
    expect(program.lives().every(isGone)).toBe(true);
  });

  test("cannot be started at all", async () => {
    const { engine, env, program } = install();
    const { provider } = await bind(await adapter(), engine, {}, { env });
    chmodSync(join(program.folder, "vllm"), 0o644);
    const { message } = await failureOf(provider.probe?.(calm));
    expect(message).toMatch(/^vllm could not be started: .*(?:EACCES|ENOENT).* \(log: .*\.log\)$/);
  });

  test("comes up and refuses the adapter: it is ended", async () => {
    const refusal = { status: 500, body: { error: { message: "ValueError: unsupported module" } } };
    const { program, engine, env } = install({ server: { refusal } });
    const { provider } = await bind(await adapter(), engine, {}, { env });
    const { message } = await failureOf(provider.probe?.(calm));
    expect(message).toMatch(
      /^http:\/\/127\.0\.0\.1:\d+\/v1 cannot load the adapter \(500\): ValueError: unsupported module$/,
    );
    expect(program.lives().every(isGone)).toBe(true);
  });
});

test("a server that ends while it is asked is told as why, with its log", async () => {
  const { engine, env, program } = install({ diesOn: "/v1/fall" });
  const { provider } = await bind(await adapter(), engine, {}, { env });
  await provider.probe?.(calm);
  const [life] = program.lives() as [ProgramLife];
  await fetch(`http://127.0.0.1:${life.args.at(-1)}/v1/fall`).catch(() => null);
  await expect.poll(() => isGone(life)).toBe(true);
  const { message } = await failureOf(provider.generate(requestOf(), calm));
  expect(message).toBe(`vllm ended with exit code 9: RuntimeError: the graphics card fell out (log: ${logs()[0]})`);
  await expect(provider.close?.()).resolves.toBeUndefined();
});

describe("nothing is started", () => {
  const because = async (base: string | null, settings: object = {}) => {
    const { engine, env } = install();
    return await whyDeclined(engine, (await adapter({ base })).model, settings, world({ env }));
  };
  const advice = "(name it: --set reviewer.base=ORG/NAME, or the path of its folder)";

  test("where vllm is not on the PATH", async () => {
    const { engine } = install();
    expect(await whyDeclined(engine, (await adapter()).model, {}, world({ env: { PATH: makeFolder() } }))).toBe(
      "vllm is not on the PATH (pip install vllm, on Linux with a GPU)",
    );
  });

  const declinedWith = async (programText: string, mode = 0o755): Promise<string> => {
    const folder = makeFolder();
    writeFileSync(join(folder, "vllm"), programText);
    chmodSync(join(folder, "vllm"), mode);
    const env = { PATH: folder };
    return await whyDeclined(createEngine(patience), (await adapter()).model, {}, world({ env }));
  };

  test("where vllm cannot run, with the line that says why", async () => {
    const { program, engine, env } = install({
      broken: "ImportError: libcudart.so.12: cannot open shared object file",
    });
    expect(await whyDeclined(engine, (await adapter()).model, {}, world({ env }))).toBe(
      `${join(program.folder, "vllm")} cannot run: ImportError: libcudart.so.12: cannot open shared object file (install it anew: pip install vllm)`,
    );
    expect(program.lives()).toEqual([]);
    expect(await declinedWith("#!/nowhere/bin/python3\nimport vllm\n")).toMatch(/vllm cannot run: .*ENOENT/);
  });

  test("where vllm, as its own Python has it, finds nothing to compute on", async () => {
    const python = join(makeFolder(), "python3.12");
    const says = async (device: string) => {
      writeFileSync(python, `#!/bin/sh\necho INFO loaded\necho nitbench 0.19.1 ${device}\n`);
      chmodSync(python, 0o755);
      return await declinedWith(`#!${python}\n`).catch((error: Error) => error.message);
    };
    expect(await says("none")).toMatch(
      /vllm finds nothing to compute on \(it needs a GPU, or vLLM's build for CPUs\)$/,
    );
    expect(await says("cuda")).toBe("vllm offers it");
  });

  test("where a server was named", async () => {
    expect(await because("me/base", { baseUrl: "http://gpu:8000/v1" })).toBe(
      "reviewer.baseUrl names a server (leave it out to have one started)",
    );
  });

  test("where the base is not known, or is not here", async () => {
    expect(await because(null)).toBe(`the adapter does not say what it was trained on ${advice}`);
    expect(await because("/home/trainer/base")).toBe(
      `its base /home/trainer/base is no folder of this machine ${advice}`,
    );
    expect(await because("me/base", { base: "./base.gguf" })).toBe(`its base ./base.gguf is a GGUF file ${advice}`);
  });

  test.each([
    ["use_dora", true, "it refuses DoRA"],
    ["use_qalora", true, "it does not know QALoRA, whose matrices are pooled (use_qalora)"],
  ])("for an adapter with %s, before anything is started", async (key, value, why) => {
    const { engine, env } = install();
    const { model } = await adapter();
    const file = join(model.path, "adapter_config.json");
    writeFileSync(file, readFileSync(file, "utf8").replace("{", `{"${key}":${value},`));
    expect(await whyDeclined(engine, model, {}, world({ env }))).toBe(
      `${why} (merge it into its base, and name the merged model)`,
    );
  });

  test("for a rank that vLLM does not take", async () => {
    const { engine, env } = install();
    const model = { ...(await adapter()).model, rank: 600 };
    expect(await whyDeclined(engine, model, {}, world({ env }))).toBe(
      "the adapter has rank 600, and vLLM takes 512 at most",
    );
  });
});

test("the revision of the base that an adapter names is the one that is started, unless another base is told", async () => {
  const { program, engine, env } = install();
  const pinned = await adapter();
  const file = join(pinned.model.path, "adapter_config.json");
  writeFileSync(file, readFileSync(file, "utf8").replace("{", '{"revision":"v2",'));
  const { provider, facts } = await bind(pinned, engine, {}, { env });
  const plain = await bind(await adapter(), engine, {}, { env });
  const told = await bind(pinned, engine, { base: "me/other" }, { env });
  expect([facts().base, plain.facts().base, told.facts().base]).toEqual(["me/base@v2", "me/base", "me/other"]);
  expect(provider.identity).not.toBe(plain.provider.identity);
  await provider.probe?.(calm);
  expect(program.lives()[0]?.args.slice(0, 5)).toEqual(["serve", "me/base", "--revision", "v2", "--enable-lora"]);
});

test("a base in a folder is known by what it holds, and is not to be replaced while it is loaded", async () => {
  const { engine, env } = install();
  mkdirSync("weights");
  const found = await adapter({ base: "./weights" });
  const identityOf = async () => (await bind(found, engine, {}, { env })).provider.identity;
  const before = await identityOf();
  writeFileSync("weights/model.safetensors", "other");
  const { provider, facts } = await bind(found, engine, {}, { env });
  expect(provider.identity).not.toBe(before);
  expect(facts().baseDigest).toMatch(/^[0-9a-f]{64}$/);
  writeFileSync("weights/model.safetensors", "yet another");
  await expect(provider.probe?.(calm)).rejects.toThrow(`${join(process.cwd(), "weights")} was replaced`);
});

test("the base is the folder that is here, or the model of the Hub that the path of another machine names", async () => {
  const { engine, env } = install();
  const baseOf = async (base: string) => (await bind(await adapter({ base }), engine, {}, { env })).facts().base;
  mkdirSync("weights");
  expect(await baseOf("./weights")).toBe(join(process.cwd(), "weights"));
  expect(await baseOf("/root/.cache/huggingface/hub/models--org--name/snapshots/0123")).toBe("org/name");
});

async function failureOf(work: Promise<unknown> | undefined): Promise<Error> {
  const error: unknown = await work?.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ name: "ProviderError", isRetryable: false });
  return error as Error;
}
