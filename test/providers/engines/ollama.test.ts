import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Engine, EngineWorld, Offer, ServableModel } from "../../../src/core/engine.ts";
import { UsageError } from "../../../src/core/errors.ts";
import { hashFile } from "../../../src/io/file-hash.ts";
import { createEngine } from "../../../src/providers/engines/ollama.ts";
import { makeHfAdapter, writeHfAdapter } from "../../fixtures/hf-adapter.ts";
import { type Family, makeHfModel, writeAsGguf } from "../../fixtures/hf-model.ts";
import {
  sends,
  sha256,
  type Shelf,
  type ShelfWishes,
  type ShelvedModel,
  startShelf,
  streamsLines,
} from "../../fixtures/ollama-shelf.ts";
import { deadUrl } from "../../fixtures/scripted-server.ts";
import { temporaryFolders } from "../../fixtures/temporary.ts";

const makeFolder = temporaryFolders();
const signal = new AbortController().signal;
const shelves: Shelf[] = [];
let engine: Engine;
let notes: string[];

beforeEach(() => {
  engine = createEngine("run1");
  notes = [];
});
afterEach(async () => {
  for (const shelf of shelves.splice(0)) await shelf[Symbol.asyncDispose]();
});

async function serve(wishes: ShelfWishes = {}): Promise<Shelf> {
  const shelf = await startShelf(wishes);
  shelves.push(shelf);
  return shelf;
}

/** The engine's world; what becomes of an adapter is its name and that of its base. */
function worldAt(url: string, more: Partial<EngineWorld> = {}): EngineWorld {
  const toGguf = async ({ loadName, path }: ServableModel, base: string) => {
    const file = join(path, `${loadName}.gguf`);
    writeFileSync(file, `${loadName} for ${base}`);
    return file;
  };
  const env = { OLLAMA_HOST: url.replace("http://", ""), OLLAMA_API_KEY: "sk-0123456789" };
  return {
    fetch,
    now: () => performance.now(),
    env,
    note: (line) => notes.push(line),
    toGguf,
    digest: hashFile,
    ...more,
  };
}

interface AdapterWishes extends Partial<ServableModel> {
  family?: Family;
  modules?: readonly string[];
  config?: Record<string, unknown>;
}

function adapter({ family = "qwen2", modules, config = {}, ...more }: AdapterWishes = {}): ServableModel {
  const path = makeFolder();
  const made = makeHfAdapter(makeHfModel(family), { config, ...(modules === undefined ? {} : { modules }) });
  writeHfAdapter(path, made);
  const hash = "ab".repeat(32);
  return {
    ref: "./adapter",
    kind: "adapter",
    path,
    hash,
    loadName: "nitbench-abababababab",
    base: "me/base",
    rank: 4,
    ...more,
  };
}

async function baseFile(family: Family = "qwen2"): Promise<string> {
  const file = join(makeFolder(), "base.gguf");
  await writeAsGguf(file, makeHfModel(family));
  return file;
}

const digestOf = (file: string) => sha256(readFileSync(file));
const settingsOf = (base?: string) => ({ timeoutMs: 10_000, ...(base === undefined ? {} : { base }) });

async function offer(shelf: Shelf, model: ServableModel, base?: string, world = worldAt(shelf.url)): Promise<Offer> {
  const answer = await engine.offer(model, settingsOf(base), world);
  if ("because" in answer) throw new Error(answer.because);
  return answer;
}

async function declines(shelf: Shelf, model: ServableModel, base?: string): Promise<string> {
  const answer = await engine.offer(model, settingsOf(base), worldAt(shelf.url));
  expect(shelf.changes()).toEqual([]);
  return "because" in answer ? answer.because : "offers";
}

describe("a server", () => {
  test("that does not answer is told with the line that starts it", async () => {
    const url = (await deadUrl()).replace("/v1", "");
    expect(await engine.offer(adapter(), settingsOf("b"), worldAt(url))).toEqual({
      because: `cannot reach ${url}: connection refused (start the server: ollama serve)`,
    });
  });

  test("of another kind is told", async () => {
    const shelf = await serve({ instead: (_, response) => (sends(response, 404, { detail: "Not Found" }), true) });
    expect(await declines(shelf, adapter(), "b")).toContain("answers, but is no Ollama");
  });

  test("that refuses the key is told", async () => {
    const shelf = await serve({
      instead: (_, response) => (sends(response, 401, { error: "no sk-0123456789" }), true),
    });
    const because = await declines(shelf, adapter(), "b");
    expect(because).toContain("refused the key (401)");
    expect(because).not.toContain("sk-0123456789");
  });

  test.each([
    ["0.5.4", "adapter", "makes no models of files that are sent to it (update it to 0.5.5 or newer)"],
    ["0.5.5", "adapter", "offers"],
    ["0.34.0", "adapter", "offers"],
    ["0.0.0", "adapter", "offers"],
    ["0.34.1", "adapter", "Ollama 0.34.1 takes no adapters any more; 0.34.0 was the last that did"],
    ["0.40.2-rc1", "gguf-adapter", "takes no adapters any more"],
    ["0.34.1", "model", "makes no models of safetensors any more"],
  ] as const)("of version %s says of %s: %s", async (version, kind, said) => {
    const shelf = await serve({ version });
    expect(await declines(shelf, adapter({ kind }), await baseFile())).toContain(said);
  });

  test("is not touched before it is to serve", async () => {
    const shelf = await serve();
    const { identity, base, hosts } = await offer(shelf, adapter(), await baseFile());
    expect(shelf.changes()).toEqual([]);
    expect(identity).toMatch(/^ollama http:\S+ ollama=0\.17\.4 base=\S+base\.gguf digest=[0-9a-f]{64}$/);
    expect(base).toMatchObject({
      name: expect.stringMatching(/base\.gguf$/),
      file: expect.stringMatching(/base\.gguf$/),
    });
    expect(hosts).toEqual([]);
  });
});

describe("the base", () => {
  const coder = { "general.basename": "Qwen2.5-Coder", "general.size_label": "7B", "general.finetune": "Instruct" };
  const trainedOn = "unsloth/Qwen2.5-Coder-7B-Instruct-bnb-4bit";
  const models: Record<string, ShelvedModel> = { "other:latest": {}, "coder:7b": { info: coder, digest: "d7" } };
  // Where the server's file cannot be read on this machine, a GGUF adapter needs no conversion.
  const ready = (more: AdapterWishes = {}) => adapter({ kind: "gguf-adapter", ...more });

  test("is the server's one model that says it is what the adapter was trained on", async () => {
    const shelf = await serve({ models });
    expect(await offer(shelf, ready({ base: trainedOn }))).toMatchObject({
      base: { name: "coder:7b", digest: "d7", file: null },
      identity: expect.stringContaining("base=coder:7b digest=d7"),
    });
  });

  test("that was found by its name alone is told as such, and is not to be made anew meanwhile", async () => {
    const shelf = await serve({ models });
    const found = ready({ base: trainedOn, path: await baseFile() });
    const offered = await offer(shelf, found);
    await (await offered.start(signal)).close();
    expect(notes).toContain(
      `ollama: ./adapter was trained on ${trainedOn}; coder:7b is taken for the same by its name alone`,
    );
    const coder7 = shelf.models.get("coder:7b") ?? {};
    coder7.digest = "d8";
    await expect(offered.start(signal)).rejects.toThrow("Ollama's coder:7b was replaced while it was loaded");
    expect([...shelf.models.keys()].toSorted()).toEqual(["coder:7b", "other:latest"]);
    coder7.digest = "d7";
  });

  test("is known by the name that the Hub gives it", async () => {
    const shelf = await serve({ models: { "hf.co/some/Qwen2.5-Coder-7B-Instruct-GGUF:Q4_K_M": {} } });
    expect((await offer(shelf, ready({ base: trainedOn }))).base?.name).toContain("hf.co/some/");
  });

  test("has to be chosen where several models say so, but not where they are one", async () => {
    const more = { "coder:q8": { info: coder, digest: "d8" } };
    const shelf = await serve({ models: { ...models, ...more } });
    expect(await declines(shelf, ready({ base: trainedOn }))).toBe(
      `several of its models are ${trainedOn}: coder:7b, coder:q8 (choose one: --set reviewer.base=coder:7b)`,
    );
    const same = await serve({ models: { ...models, "again:latest": { info: coder, digest: "d7" } } });
    expect((await offer(same, ready({ base: trainedOn }))).base?.name).toBe("coder:7b");
  });

  test("is not guessed from a model that is only like it", async () => {
    const shelf = await serve({ models: { "coder:7b": { info: { ...coder, "general.finetune": "Base" } } } });
    expect(await declines(shelf, ready({ base: trainedOn }))).toBe(
      `it has no model that says it is ${trainedOn} (add --set reviewer.base=NAME with one that it has, or a GGUF file: --set reviewer.base=./BASE.gguf)`,
    );
  });

  test.each([
    [null, undefined, "it needs the base of the adapter, which does not name it"],
    ["me/base", "coder", 'it has no model "coder": did you mean "codex"? known: codex, mlx, tuned (ollama pull coder)'],
    ["me/base", "./missing.gguf", "reviewer.base ./missing.gguf is no file that can be read"],
    ["me/base", "tuned", "its tuned:latest carries an adapter already, and would carry both"],
    ["me/base", "mlx", "its mlx:latest is no GGUF model"],
  ])("%s, with %s wanted, is refused in one line", async (base, wanted, said) => {
    const shelf = await serve({
      models: {
        "codex:latest": {},
        "mlx:latest": { format: "safetensors" },
        "tuned:latest": { adapters: ["sha256:a"] },
      },
    });
    expect(await declines(shelf, ready({ base }), wanted)).toContain(said);
  });

  test("in parts is refused with the line that joins them", async () => {
    const file = join(makeFolder(), "base-00001-of-00002.gguf");
    writeFileSync(file, "GGUF");
    expect(await declines(await serve(), ready(), file)).toContain("llama-gguf-split --merge");
  });

  test.each([
    ["0.17.4", "Ollama 0.17.4 applies no adapters to models of the family qwen3 (serve it with llama-server"],
    ["0.30.0", "offers"],
  ])("of a family that version %s runs by itself: %s", async (version, said) => {
    const shelf = await serve({ version, models: { "q3:latest": { family: "qwen3" } } });
    expect(await declines(shelf, ready(), "q3")).toContain(said);
    expect(await declines(shelf, ready(), await baseFile("qwen3"))).toContain(said);
  });

  test("whose file the server keeps on this machine serves for a conversion, whatever its family", async () => {
    const file = await baseFile();
    const shelf = await serve({ models: { "coder:7b": { from: file } } });
    const served = await (await offer(shelf, adapter(), "coder:7b")).start(signal);
    expect([...shelf.blobs.values()].map(String)).toEqual([`nitbench-abababababab for ${file}`]);
    await served.close();
  });
});

describe("an adapter whose base lies on another machine", () => {
  const models = { "l:latest": { family: "llama" }, "g:latest": { family: "gemma2" }, "q:latest": { family: "qwen2" } };
  const unturned = ["model.layers.0.self_attn.v_proj", "model.layers.1.mlp.up_proj"];

  test.each([
    ["q", {}, 'Ollama converts adapters for llama and gemma2 alone ("unsupported architecture" for qwen2)'],
    ["l", {}, "Ollama converts q_proj and k_proj of llama adapters wrongly"],
    ["l", { modules: unturned }, "offers"],
    ["g", { family: "gemma2" }, "offers"],
    ["g", { family: "gemma2", config: { use_rslora: true } }, "does not heed use_rslora"],
    ["g", { family: "gemma2", config: { alpha_pattern: { q_proj: 4 } } }, "does not heed alpha_pattern"],
    ["g", { family: "gemma2", config: { lora_alpha: 0.5 } }, "does not heed a lora_alpha that is no whole number"],
  ] as const)("on %s, with %o: %s", async (base, wishes, said) => {
    const shelf = await serve({ models });
    expect(await declines(shelf, adapter({ ...wishes }), base)).toContain(said);
  });

  test("is sent as PEFT saved it, for the server to convert", async () => {
    const shelf = await serve({ models });
    const model = adapter({ family: "gemma2" });
    const served = await (await offer(shelf, model, "g")).start(signal);
    const digests = ["adapter_config.json", "adapter_model.safetensors"].map(
      (name) => [name, `sha256:${digestOf(join(model.path, name))}`] as const,
    );
    expect(shelf.requests.find(({ path }) => path === "/api/create")?.body).toEqual({
      model: `nitbench-abababababab:${sha256("g:latest").slice(0, 12)}-run1`,
      from: "g:latest",
      adapters: Object.fromEntries(digests),
      stream: true,
    });
    await served.close();
  });
});

describe("serving an adapter", () => {
  const tuned = (base: string) => `nitbench-abababababab:${digestOf(base).slice(0, 12)}-run1`;
  const plain = (base: string) => `nitbench-base:${digestOf(base).slice(0, 12)}-run1`;

  test("sends the files once, makes base and adapter of them, and removes both when it is closed", async () => {
    const base = await baseFile();
    const shelf = await serve();
    const served = await (await offer(shelf, adapter(), base)).start(signal);
    const ask = { caseId: "c", case: { diff: "", language: "" }, part: 0, repeat: 0, prompt: "hello" };
    const parameters = { maxTokens: 8, temperature: 0, seed: 1 };
    const blob = `sha256:${sha256(`nitbench-abababababab for ${base}`)}`;
    expect((await served.provider.generate({ ...ask, parameters }, signal)).text).toBe(
      `sha256:${digestOf(base)} with ${blob}`,
    );
    expect((await served.base?.generate({ ...ask, parameters }, signal))?.text).toBe(
      `sha256:${digestOf(base)} with nothing`,
    );
    await served.close();
    await served.close();
    expect(shelf.models.size).toBe(0);
    expect(shelf.changes()).toEqual([
      `POST /api/blobs/sha256:${digestOf(base)}`,
      `POST /api/create ${plain(base)}`,
      `POST /api/blobs/${blob}`,
      `POST /api/create ${tuned(base)}`,
      `POST /api/generate ${tuned(base)}`,
      `DELETE /api/delete ${tuned(base)}`,
      `POST /api/generate ${plain(base)}`,
      `DELETE /api/delete ${plain(base)}`,
    ]);
    expect(notes.filter((line) => line.startsWith("sending base.gguf ("))).toHaveLength(1);
    const again = await (await offer(shelf, adapter(), base)).start(signal);
    await again.close();
    expect(shelf.requests.filter(({ method, path }) => method === "POST" && path.includes("/blobs/"))).toHaveLength(2);
  });

  test("puts it on the server's own model under its own name, and leaves that as it is", async () => {
    const shelf = await serve({ models: { "mine:latest": { from: "/there" } } });
    const served = await (
      await offer(shelf, adapter({ kind: "gguf-adapter", path: await baseFile() }), "mine")
    ).start(signal);
    expect(served.base?.model).toBe("mine:latest");
    expect(shelf.models.size).toBe(2);
    await served.close();
    expect([...shelf.models]).toEqual([["mine:latest", { from: "/there" }]]);
  });

  test("keeps a base for as long as another adapter needs it", async () => {
    const base = await baseFile();
    const shelf = await serve();
    const first = await (await offer(shelf, adapter(), base)).start(signal);
    const second = await (await offer(shelf, adapter({ loadName: "nitbench-cd" }), base)).start(signal);
    await first.close();
    expect([...shelf.models.keys()]).toEqual([plain(base), `nitbench-cd:${digestOf(base).slice(0, 12)}-run1`]);
    await second.close();
    expect(shelf.models.size).toBe(0);
  });

  test("that is asked for twice is made once, and removed after the second", async () => {
    const base = await baseFile();
    const shelf = await serve();
    const [first, second] = [await offer(shelf, adapter(), base), await offer(shelf, adapter(), base)];
    const served = await Promise.all([first.start(signal), second.start(signal)]);
    expect(shelf.changes().filter((change) => change.includes("create"))).toHaveLength(2);
    await served[0].close();
    expect(shelf.models.size).toBe(2);
    await served[1].close();
    expect(shelf.models.size).toBe(0);
  });

  test("that was never closed is removed with the engine", async () => {
    const shelf = await serve();
    await (await offer(shelf, adapter(), await baseFile())).start(signal);
    await engine.close?.();
    expect(shelf.models.size).toBe(0);
  });

  test("is not touched by another run on the same server, whose models are its own", async () => {
    const base = await baseFile();
    const shelf = await serve();
    const other = createEngine("run2");
    const theirs = await other.offer(adapter(), settingsOf(base), worldAt(shelf.url));
    const own = await (await offer(shelf, adapter(), base)).start(signal);
    if (!("start" in theirs)) throw new Error(theirs.because);
    const served = await theirs.start(signal);
    expect(shelf.models.size).toBe(4);
    await own.close();
    expect([...shelf.models.keys()].every((name) => name.endsWith("-run2"))).toBe(true);
    expect(shelf.models.size).toBe(2);
    await served.close();
    expect(shelf.models.size).toBe(0);
  });

  test("sends nothing where the adapter does not fit the base", async () => {
    const shelf = await serve();
    const toGguf = () => Promise.reject(new UsageError("adapter: does not fit"));
    const made = await offer(shelf, adapter(), await baseFile(), worldAt(shelf.url, { toGguf }));
    await expect(made.start(signal)).rejects.toThrow("adapter: does not fit");
    expect(shelf.changes()).toEqual([]);
  });

  test("is told whose chat template is not known", async () => {
    const base = await baseFile();
    const isBase = (body: Record<string, unknown>) => body["model"] === plain(base);
    let isMade = false;
    const shelf = await serve({
      instead: ({ path, body }, response) => {
        if (path === "/api/create" && isBase(body)) isMade = true;
        if (path !== "/api/show" || !isBase(body) || !isMade) return false;
        sends(response, 200, { modelfile: "FROM /b", template: "{{ .Prompt }}", details: { format: "gguf" } });
        return true;
      },
    });
    await (await (await offer(shelf, adapter(), base)).start(signal)).close();
    expect(notes.join("\n")).toContain(`Ollama knows no chat template for ${base}: prompts are given as they are`);
  });
});

describe("serving that fails", () => {
  type Instead = NonNullable<ShelfWishes["instead"]>;

  async function fails(instead: Instead, more: AdapterWishes = {}) {
    const shelf = await serve({ instead });
    const start = (await offer(shelf, adapter(more), await baseFile())).start(signal);
    const message = await start.then(
      () => "",
      (error: Error) => error.message,
    );
    return { shelf, message };
  }

  const isTuned = (body: Record<string, unknown>) => String(body["model"]).startsWith("nitbench-abab");

  test("half way through making the model leaves nothing behind", async () => {
    const { shelf, message } = await fails(({ path, body }, response) => {
      if (path !== "/api/create" || !isTuned(body)) return false;
      streamsLines(response, [{ status: "converting adapter" }, { error: "unsupported architecture" }]);
      return true;
    });
    expect(message).toMatch(
      /^Ollama at http:\S+ cannot make nitbench-abababababab:\w{12}-run1: unsupported architecture$/,
    );
    expect(shelf.models.size).toBe(0);
    expect(shelf.changes().filter((change) => change.startsWith("DELETE"))).toHaveLength(2);
    expect(notes.at(-1)).toMatch(/^Ollama, for nitbench-abababababab:\w{12}-run1: converting adapter$/);
  });

  test("because the answer breaks off is told, with what it last said", async () => {
    const { message } = await fails(({ path }, response) => {
      if (path !== "/api/create") return false;
      streamsLines(response, [{ status: "parsing GGUF" }]);
      return true;
    });
    expect(message).toContain('it broke off after "parsing GGUF"');
  });

  test("because the server does not take a file is told, without the key", async () => {
    const { shelf, message } = await fails(({ method, path }, response) => {
      if (method !== "POST" || !path.startsWith("/api/blobs/")) return false;
      sends(response, 500, { error: "no space left for sk-0123456789" });
      return true;
    });
    expect(message).toMatch(/did not take base\.gguf \(135\.2 kB\): no space left for \[key\]$/);
    expect(shelf.requests[0]?.authorization).toBe("Bearer sk-0123456789");
    expect(shelf.changes()).toHaveLength(1);
  });

  test.each([
    ["loras are not yet implemented", /\(it applies no adapters to models of the family qwen2: serve it with/],
    [
      "llama runner process has terminated: exit status 2",
      /\(was it trained on another base than \S+\? its log says more\)$/,
    ],
  ])("in loading the model (%s) is told with advice, and leaves nothing behind", async (said, advice) => {
    const { shelf, message } = await fails(({ path, body }, response) => {
      if (path !== "/api/chat" || !isTuned(body)) return false;
      sends(response, 500, { error: said });
      return true;
    });
    expect(message).toContain(`Ollama cannot run ./adapter: http://`);
    expect(message).toContain(said);
    expect(message).toMatch(advice);
    expect(shelf.models.size).toBe(0);
  });

  test("in removing a model says how to, and stops nothing", async () => {
    const shelf = await serve({
      instead: ({ method }, response) => method === "DELETE" && (sends(response, 500, { error: "busy" }), true),
    });
    const served = await (await offer(shelf, adapter(), await baseFile())).start(signal);
    await served.close();
    expect(notes.slice(-2).join()).toMatch(
      /nitbench-abab\S+ is left in Ollama: .*busy.* \(remove it: ollama rm nitbench-abab/,
    );
  });
});

describe("serving that is given up", () => {
  const giveUp = new Error("given up");

  async function givesUp(when: (path: string, model: string) => boolean, version?: string): Promise<Shelf> {
    const stop = new AbortController();
    const shelf = await serve({
      ...(version === undefined ? {} : { version }),
      instead: ({ method, path, body }) => {
        if (method === "HEAD" || !when(path, String(body["model"]))) return false;
        stop.abort(giveUp);
        return true;
      },
    });
    const start = (await offer(shelf, adapter(), await baseFile())).start(stop.signal);
    await expect(start).rejects.toBe(giveUp);
    return shelf;
  }

  test("while a file is sent makes no model", async () => {
    const shelf = await givesUp((path) => path.startsWith("/api/blobs/"));
    expect(shelf.changes()).toHaveLength(1);
  });

  test("while a model is made removes it, also where the server goes on making it, and all that was made before", async () => {
    const shelf = await givesUp((path, model) => path === "/api/create" && model.startsWith("nitbench-abab"));
    expect(shelf.models.size).toBe(0);
    const removals = shelf.changes().filter((change) => change.startsWith("DELETE"));
    expect(removals.map((change) => change.replace(/:.*/, ""))).toEqual([
      "DELETE /api/delete nitbench-abababababab",
      "DELETE /api/delete nitbench-abababababab",
      "DELETE /api/delete nitbench-base",
    ]);
  });

  test("while it is loaded removes all", async () => {
    const shelf = await givesUp((path) => path === "/api/chat");
    expect(shelf.models.size).toBe(0);
  });
});

describe("a whole model", () => {
  async function folderOf(names: readonly string[]): Promise<ServableModel> {
    const path = makeFolder();
    for (const name of names) writeFileSync(join(path, name), name);
    return adapter({ kind: "model", path, base: null, rank: null, ref: "./model" });
  }

  test("is made of the files that make it up, and has no base", async () => {
    const shelf = await serve();
    const model = await folderOf([
      "model-00001-of-00001.safetensors",
      "consolidated.safetensors",
      "config.json",
      "tokenizer.json",
      "README.md",
    ]);
    const served = await (await offer(shelf, model)).start(signal);
    expect(served.base).toBeNull();
    const files = ["config.json", "model-00001-of-00001.safetensors", "tokenizer.json"];
    expect(shelf.requests.find(({ path }) => path === "/api/create")?.body).toEqual({
      model: "nitbench-abababababab:run1",
      files: Object.fromEntries(files.map((name) => [name, `sha256:${sha256(name)}`])),
      stream: true,
    });
    await served.close();
    expect(shelf.models.size).toBe(0);
  });

  test("without a tokenizer is refused before its weights are sent", async () => {
    expect(await declines(await serve(), await folderOf(["model.safetensors", "config.json"]))).toContain(
      "has no tokenizer.json (save the tokenizer beside the model)",
    );
  });
});
