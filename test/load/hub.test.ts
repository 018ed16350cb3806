import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { IncompleteError, UsageError } from "../../src/core/errors.ts";
import { openAdapter } from "../../src/load/adapter.ts";
import { type HubWorld, lookUpHub, resolveHub } from "../../src/load/hub.ts";
import { filesBelow } from "../fixtures/command.ts";
import { cutsAfter, hubCommit, type HubOptions, hubServers, type ServeFile, serves } from "../fixtures/hub-server.ts";
import { adapterConfig, adapterTensors, safetensors } from "../fixtures/peft.ts";
import { temporaryFolders } from "../fixtures/temporary.ts";

const makeFolder = temporaryFolders();
const startHub = hubServers();
const weights = safetensors(adapterTensors());
const adapter = {
  "adapter_config.json": JSON.stringify(adapterConfig()),
  "adapter_model.safetensors": weights,
  "README.md": "# r",
};

const before = process.cwd();
let folder = "";
beforeEach(() => {
  folder = makeFolder();
  process.chdir(folder);
});
afterEach(() => process.chdir(before));

/** A Hub with an adapter, and what resolving did. */
async function prepare(options: HubOptions = {}, { env = {}, ...more }: Partial<HubWorld> = {}) {
  const server = await startHub({ files: adapter, ...options });
  const lines: string[] = [];
  const abort = new AbortController();
  const world: HubWorld = {
    fetch: globalThis.fetch,
    note: (line) => lines.push(line),
    signal: abort.signal,
    env: { HF_ENDPOINT: server.url, ...env },
    wait: async () => undefined,
    ...more,
  };
  const home = join(folder, ".nitbench", "hub", "acme", "reviewer", hubCommit);
  return {
    ...server,
    lines,
    abort,
    home,
    resolve: (target = "acme/reviewer") => resolveHub(target, world),
    lookUp: (target = "acme/reviewer") => lookUpHub(target, world),
  };
}

async function failureOf(promise: Promise<unknown>, kind: new (message: string) => Error): Promise<string> {
  const error: unknown = await promise.then(
    () => new RangeError("expected a failure, got none"),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(kind);
  expect((error as Error).message).not.toContain("\n");
  return (error as Error).message;
}

const asked = (requests: { path: string }[]) => requests.map(({ path }) => path.replace(/\?.*/, ""));

test("a list whose next page is on another host is not followed, for the token would go there", async () => {
  const other = await prepare();
  const { resolve, url } = await prepare(
    {},
    {
      env: { HF_TOKEN: "hf_secret" },
      fetch: async (input, init) => {
        const response = await fetch(input, init);
        const address = input instanceof Request ? input.url : String(input);
        if (!address.includes("/tree/")) return response;
        const headers = new Headers(response.headers);
        headers.set("Link", `<${other.url}/api/models/acme/reviewer/tree/x>; rel="next"`);
        return new Response(await response.text(), { status: response.status, headers });
      },
    },
  );
  expect(await failureOf(resolve(), UsageError)).toBe(
    `hf:acme/reviewer: ${url} points to another host (check HF_ENDPOINT)`,
  );
  expect(other.requests).toEqual([]);
});

describe("an adapter on the Hub", () => {
  test("is pinned to its commit, and only what is needed of it is fetched", async () => {
    const { resolve, home, lines, requests, url } = await prepare();
    const found = await resolve();
    expect(found).toMatchObject({
      repo: "acme/reviewer",
      revision: null,
      commit: hubCommit,
      kind: "adapter",
      path: home,
    });
    expect(
      filesBelow(home)
        .map(({ path }) => path)
        .sort(),
    ).toEqual(["adapter_config.json", "adapter_model.safetensors"]);
    expect(readFileSync(join(home, "adapter_model.safetensors"))).toEqual(weights);
    expect(openAdapter(home).config.r).toBe(4);
    expect(lines).toEqual([
      `hf:acme/reviewer: fetching 2.1 kB from ${url} to .nitbench/hub/acme/reviewer/${hubCommit}`,
    ]);
    expect(asked(requests).filter((path) => path.startsWith("/cdn"))).toHaveLength(2);
  });

  test("is not fetched again, and by its commit not even asked for", async () => {
    const { resolve, requests } = await prepare();
    await resolve();
    requests.splice(0);
    await resolve();
    expect(asked(requests)).toEqual(["/api/models/acme/reviewer/revision/main"]);
    requests.splice(0);
    const found = await resolve(`acme/reviewer@${hubCommit}`);
    expect(found).toMatchObject({ revision: hubCommit, commit: hubCommit, kind: "adapter" });
    expect(requests).toEqual([]);
  });

  test("is fetched again where a file was damaged since", async () => {
    const { resolve, home } = await prepare();
    await resolve();
    writeFileSync(join(home, "adapter_model.safetensors"), Buffer.alloc(weights.length));
    rmSync(join(home, "adapter_config.json"));
    await resolve();
    expect(readFileSync(join(home, "adapter_model.safetensors"))).toEqual(weights);
    expect(existsSync(join(home, "adapter_config.json"))).toBe(true);
  });

  test("may lie in a folder of a shortened commit, in a list of several pages", async () => {
    const files = Object.fromEntries(
      Object.entries(adapter).map(([path, content]) => [`runs/checkpoint-5/${path}`, content]),
    );
    const { resolve, home } = await prepare({ files, pageSize: 1 });
    const found = await resolve("acme/reviewer@c0ffee:runs/checkpoint-5");
    expect(found).toMatchObject({ revision: "c0ffee", commit: hubCommit, path: join(home, "runs", "checkpoint-5") });
    expect(openAdapter(found.path ?? "").config.r).toBe(4);
  });

  test("is asked for with the token, which does not go where the Hub sends one for the bytes", async () => {
    const elsewhere = await startHub({ files: adapter });
    const intercept: HubOptions["intercept"] = ({ path }, response) => {
      if (!path.includes("/resolve/")) return false;
      response.writeHead(302, { location: `${elsewhere.url}/cdn/${path.split("/").at(-1)}` }).end();
      return true;
    };
    const { resolve, requests } = await prepare({ intercept }, { env: { HF_TOKEN: "hf_secret" } });
    await resolve();
    expect(requests.length).toBe(4);
    expect(new Set(requests.map(({ authorization }) => authorization))).toEqual(new Set(["Bearer hf_secret"]));
    expect(elsewhere.requests.map(({ authorization }) => authorization)).toEqual([undefined, undefined]);
  });

  test("tells of every tenth of a large file", async () => {
    const large = Buffer.alloc(20_000_000);
    const { resolve, lines } = await prepare({ files: { "q.gguf": large } });
    const found = await resolve();
    expect(found).toMatchObject({ kind: "gguf", bytes: 20_000_000 });
    expect(lines.at(-1)).toBe("hf:acme/reviewer: q.gguf: 20.0 MB of 20.0 MB");
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.length).toBeLessThan(13);
  });

  test("that is a whole model is not fetched", async () => {
    const { resolve, home } = await prepare({ files: { "config.json": "{}", "model.safetensors": weights } });
    expect(await resolve()).toMatchObject({ kind: "model", path: null, bytes: weights.length + 2 });
    expect(existsSync(home)).toBe(false);
  });
});

describe("looking up", () => {
  test("resolves a reference and fetches nothing of it", async () => {
    const { lookUp, home, requests } = await prepare();
    const { missing, ...found } = await lookUp();
    expect(found).toMatchObject({ commit: hubCommit, kind: "adapter", path: home });
    expect(missing.map(({ path, bytes }) => [path, bytes])).toEqual([
      ["adapter_config.json", adapter["adapter_config.json"].length],
      ["adapter_model.safetensors", weights.length],
    ]);
    expect(existsSync(home)).toBe(false);
    expect(asked(requests).every((path) => path.startsWith("/api/"))).toBe(true);
  });

  test("knows what is here already", async () => {
    const { resolve, lookUp, home } = await prepare();
    await resolve();
    expect((await lookUp()).missing).toEqual([]);
    rmSync(join(home, "adapter_model.safetensors"));
    expect((await lookUp()).missing.map(({ path }) => path)).toEqual(["adapter_model.safetensors"]);
  });
});

describe("a download", () => {
  const gguf = Buffer.from("GGUF".repeat(5000));
  const one = { files: { "q.gguf": gguf } };

  test("that was cut goes on where it was", async () => {
    const cut = cutsAfter(6000, () => statSync(join(home, "q.gguf.part"), { throwIfNoEntry: false })?.size === 6000);
    const { resolve, requests, home } = await prepare({ ...one, serve: [cut, serves] });
    await resolve();
    const ranges = requests.filter(({ path }) => path.startsWith("/cdn")).map(({ range }) => range);
    expect(ranges).toEqual([undefined, "bytes=6000-"]);
    expect(readFileSync(join(home, "q.gguf"))).toEqual(gguf);
    expect(existsSync(join(home, "q.gguf.part"))).toBe(false);
  });

  test("goes on with what an earlier run has left", async () => {
    const { resolve, requests, home } = await prepare(one);
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, "q.gguf.part"), gguf.subarray(0, 12_000));
    await resolve();
    expect(requests.at(-1)?.range).toBe("bytes=12000-");
    expect(readFileSync(join(home, "q.gguf"))).toEqual(gguf);
  });

  test("starts anew where what an earlier run has left is damaged", async () => {
    const { resolve, home } = await prepare(one);
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, "q.gguf.part"), "?".repeat(12_000));
    await resolve();
    expect(readFileSync(join(home, "q.gguf"))).toEqual(gguf);
  });

  test("that two runs fetch at once is there for both", async () => {
    const { resolve, home } = await prepare();
    const found = await Promise.all([resolve(), resolve(), resolve()]);
    expect(new Set(found.map(({ path }) => path))).toEqual(new Set([home]));
    expect(readFileSync(join(home, "adapter_model.safetensors"))).toEqual(Buffer.from(weights));
    expect(readdirSync(home).toSorted()).toEqual(["adapter_config.json", "adapter_model.safetensors"]);
  });

  test("of other bytes is refused, and nothing of it is left", async () => {
    const other: ServeFile = (response, _, content) => response.end(Buffer.alloc(content.length));
    const { resolve, home } = await prepare({ ...one, serve: [other] });
    expect(await failureOf(resolve(), UsageError)).toMatch(
      /^hf:acme\/reviewer: q\.gguf: expected 20000 bytes with sha256 [0-9a-f]{64} from http:\S+\/resolve\/\w+\/q\.gguf, got 20000 bytes with [0-9a-f]{64} \(/,
    );
    expect(filesBelow(home)).toEqual([]);
  });

  test("of a text is checked by its Git blob", async () => {
    const other: ServeFile = (response, _, content) => response.end(Buffer.alloc(content.length, 32));
    const { resolve } = await prepare({ serve: [other] });
    expect(await failureOf(resolve(), UsageError)).toMatch(
      /adapter_config\.json: expected \d+ bytes with Git's sha1 [0-9a-f]{40}/,
    );
  });

  test("without a digest is held to its size", async () => {
    const shorter: ServeFile = (response) => response.end("GGUF");
    const { resolve } = await prepare({ ...one, listed: () => ({}), serve: [shorter] });
    expect(await failureOf(resolve(), UsageError)).toMatch(/expected 20000 bytes from http\S+, got 4 bytes \(/);
  });

  test("does not begin where the disk is too full", async () => {
    const { resolve, requests, home } = await prepare(one, { freeBytes: async () => 1500 });
    expect(await failureOf(resolve(), UsageError)).toMatch(
      /^hf:acme\/reviewer: needs 20\.0 kB in \.nitbench\/hub\S+, whose disk has 1\.5 kB left \(free some, or run in a folder on another disk\)$/,
    );
    expect(asked(requests).filter((path) => path.startsWith("/cdn"))).toEqual([]);
    expect(filesBelow(home)).toEqual([]);
  });

  test("that fills the disk is refused in one line, and nothing half-made is left", async () => {
    const full = Object.assign(new Error("ENOSPC: no space left on device, write"), {
      code: "ENOSPC",
      syscall: "write",
    });
    const { resolve, home } = await prepare(
      {},
      {
        fetch: async (input, init) => {
          const address = input instanceof Request ? input.url : String(input);
          if (!address.endsWith(".safetensors")) return await fetch(input, init);
          let sent = 0;
          const pull = (control: ReadableStreamDefaultController<Uint8Array>) =>
            sent++ === 0 ? control.enqueue(weights.subarray(0, 40)) : control.error(full);
          return new Response(new ReadableStream({ pull }));
        },
      },
    );
    expect(await failureOf(resolve(), UsageError)).toBe(
      "hf:acme/reviewer: cannot write to .nitbench/hub (ENOSPC: no space left on device, write; mend that, or run in another folder)",
    );
    expect(filesBelow(home).map(({ path }) => path)).toEqual(["adapter_config.json"]);
  });

  test("leads through no link out of the cache", async () => {
    const { resolve, home } = await prepare({ files: { "sub/q.gguf": gguf } });
    const outside = makeFolder();
    mkdirSync(home, { recursive: true });
    symlinkSync(outside, join(home, "sub"));
    expect(await failureOf(resolve(), UsageError)).toMatch(/sub: is no folder of its own \(remove it\)$/);
    expect(filesBelow(outside)).toEqual([]);
  });

  test("that is interrupted is kept, and says how to go on", async () => {
    const hangs: ServeFile = (response, _, content) => {
      response.writeHead(200, { "content-length": content.length });
      response.write(content.subarray(0, 5000));
    };
    const { resolve, abort, home } = await prepare({ ...one, serve: [hangs] });
    const resolving = failureOf(resolve(), Error);
    await vi.waitFor(() => expect(statSync(join(home, "q.gguf.part")).size).toBe(5000), 5000);
    abort.abort(new Error("interrupted"));
    expect(await resolving).toBe(
      "interrupted; what has come of hf:acme/reviewer is kept (run the command again to go on)",
    );
    expect(statSync(join(home, "q.gguf.part")).size).toBe(5000);
  });
});

describe("the Hub", () => {
  const answers = (status: number, body = "{}"): HubOptions => ({
    intercept: (_, response) => {
      response.writeHead(status, { "content-type": "application/json" }).end(body);
      return true;
    },
  });

  test.each<[string, HubOptions, Record<string, string>, RegExp]>([
    [
      "has no such repository",
      answers(404),
      {},
      /^hf:acme\/reviewer: no such repository, or it has no revision "main" \(look at http/,
    ],
    [
      "tells no repository from a private one",
      answers(401),
      {},
      /: no such repository, or one that needs a token \(check the name; else set HF_TOKEN/,
    ],
    [
      "refuses the token",
      answers(403),
      { HF_TOKEN: "hf_secret" },
      /: the token of HF_TOKEN may not read it \(accept its terms at http/,
    ],
  ])("%s", async (_, options, env, says) => {
    const { resolve } = await prepare(options, { env });
    const message = await failureOf(resolve(), UsageError);
    expect(message).toMatch(says);
    expect(message).not.toContain("hf_secret");
  });

  test("has no such revision", async () => {
    const { resolve } = await prepare();
    expect(await failureOf(resolve("acme/reviewer@v9"), UsageError)).toMatch(/it has no revision "v9"/);
  });

  test("asks for a token before it gives the file itself", async () => {
    const intercept: HubOptions["intercept"] = ({ path }, response) => {
      if (!path.includes("/resolve/")) return false;
      response.writeHead(401).end();
      return true;
    };
    const { resolve } = await prepare({ intercept });
    expect(await failureOf(resolve(), UsageError)).toMatch(/one that needs a token/);
  });

  test.each<[string, HubOptions]>([
    ["fails", answers(503)],
    ["says something else", answers(200, "<html>")],
    ["gives another answer than it should", answers(200, '{"sha": 3}')],
    ["gives no commit", answers(200, '{"sha": "main"}')],
  ])("%s: the run is incomplete", async (_, options) => {
    const { resolve } = await prepare(options);
    expect(await failureOf(resolve(), IncompleteError)).toMatch(/^(?:hf:acme\/reviewer|http\S+): .*\)$/);
  });

  test("that lists a path out of the repository is not followed", async () => {
    const { resolve } = await prepare({
      intercept: ({ path }, response) => {
        if (!path.includes("/tree/")) return false;
        response.writeHead(200, { "content-type": "application/json" });
        response.end(JSON.stringify([{ type: "file", path: "../../../x.gguf", size: 3 }]));
        return true;
      },
    });
    expect(await failureOf(resolve(), IncompleteError)).toMatch(/answers otherwise than the Hub does/);
  });

  test("cannot be reached", async () => {
    const { resolve, close } = await prepare();
    await close();
    expect(await failureOf(resolve(), IncompleteError)).toMatch(
      /^hf:acme\/reviewer: cannot reach http\S+: .* \(check the network/,
    );
  });

  test.each([
    [{ HF_TOKEN: "secret" }, /^HF_TOKEN: expected a token that begins with "hf_" \(make one at /],
    [{ HF_ENDPOINT: "hub.example.org" }, /^HF_ENDPOINT: "hub\.example\.org" is not a URL \(/],
    [{ HF_ENDPOINT: "https://a:secret@hub.example.org" }, /^HF_ENDPOINT: a URL must not carry a key/],
  ])("is not asked with %j", async (env, says) => {
    const { resolve } = await prepare({}, { env });
    const message = await failureOf(resolve(), UsageError);
    expect(message).toMatch(says);
    expect(message).not.toContain("secret");
  });
});

test("folders of the cache hold nothing but what was fetched", async () => {
  const { resolve, home } = await prepare();
  await resolve();
  expect(
    filesBelow(dirname(home))
      .map(({ path }) => path)
      .sort(),
  ).toEqual([`${hubCommit}.json`, `${hubCommit}/adapter_config.json`, `${hubCommit}/adapter_model.safetensors`]);
});
