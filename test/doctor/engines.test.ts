import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { type EngineState, findEngines } from "../../src/doctor/engines.ts";
import { temporaryFolders } from "../fixtures/temporary.ts";

const makeFolder = temporaryFolders();
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function startServer(answer: (path: string, response: ServerResponse) => unknown): Promise<string> {
  const server = createServer(({ url = "" }, response) => void answer(url, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("expected a TCP address");
  return `http://127.0.0.1:${address.port}`;
}

/** Writes a program on a PATH of its own. @returns the PATH */
function install(name: string, script: string): string {
  const folder = makeFolder();
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, name), 0o755);
  return folder;
}

async function find(name: EngineState["name"], PATH = "", address = "http://127.0.0.1:1"): Promise<EngineState> {
  const addresses = { vllm: address, ollama: address, "llama-server": address };
  const { signal } = new AbortController();
  const engines = await findEngines({ fetch: globalThis.fetch, env: { PATH }, signal, addresses });
  const engine = engines.find((one) => one.name === name);
  if (engine === undefined) throw new Error(`no ${name}`);
  return engine;
}

test("the embedded engine is there with this program, and was not loaded for that", async () => {
  const { installed, address } = await find("embedded");
  expect(installed?.version).toMatch(/^node-llama-cpp 3\.\d+\.\d+ \(/);
  expect(address).toBeNull();
});

describe("an engine on the PATH", () => {
  test.each([
    ["ollama", "echo 'ollama version is 0.12.3'", "0.12.3"],
    [
      "ollama",
      "echo 'Warning: could not connect to a running Ollama instance'; echo 'Warning: client version is 0.12.3'",
      "0.12.3",
    ],
    ["llama-server", "echo 'ggml_cuda_init: found 1 device' >&2; echo 'version: 6789 (abc1234)' >&2", "6789"],
    ["llama-server", "exit 3", null],
  ] as const)("%s that says %j", async (name, script, version) => {
    const PATH = install(name, script);
    expect((await find(name, PATH)).installed).toEqual({ version, path: join(PATH, name) });
  });

  test("vllm is not run: its version is that of its package", async () => {
    const venv = makeFolder();
    for (const folder of ["bin", "lib/python3.12/site-packages/vllm-0.15.1.dist-info"])
      mkdirSync(join(venv, folder), { recursive: true });
    writeFileSync(join(venv, "bin", "vllm"), "#!/bin/false\n", { mode: 0o755 });
    const PATH = makeFolder();
    symlinkSync(join(venv, "bin", "vllm"), join(PATH, "vllm"));
    expect((await find("vllm", PATH)).installed).toEqual({ version: "0.15.1", path: join(PATH, "vllm") });
  });

  test("may have no version that can be found", async () => {
    const PATH = install("vllm", "");
    expect((await find("vllm", PATH)).installed).toEqual({ version: null, path: join(PATH, "vllm") });
  });

  test("is a program, no folder and no text", async () => {
    const PATH = makeFolder();
    mkdirSync(join(PATH, "ollama"));
    writeFileSync(join(PATH, "llama-server"), "");
    expect((await find("ollama", PATH)).installed).toBeNull();
    expect((await find("llama-server", PATH)).installed).toBeNull();
  });
});

describe("an engine that answers", () => {
  const says = (at: string, body: unknown) => (path: string, response: ServerResponse) =>
    path === at ? response.end(JSON.stringify(body)) : response.writeHead(404).end("{}");

  test.each([
    ["vllm", "/version", { version: "0.15.1" }, "0.15.1"],
    ["ollama", "/api/version", { version: "0.12.3" }, "0.12.3"],
    ["llama-server", "/props", { build_info: "b6789-abc1234" }, "b6789-abc1234"],
  ] as const)("%s tells its version at %s", async (name, path, body, version) => {
    const address = await startServer(says(path, body));
    expect(await find(name, "", address)).toMatchObject({ installed: null, address, answering: { version } });
  });

  test.each<[string, (path: string, response: ServerResponse) => unknown]>([
    ["has no such page", (_, response) => response.writeHead(404).end('{"version": "1"}')],
    ["speaks of something else", (_, response) => response.end("<html>")],
    ["has no version", (_, response) => response.end("{}")],
    ["answers with a list", (_, response) => response.end("[]")],
    ["sends elsewhere", (_, response) => response.writeHead(302, { location: "http://127.0.0.1:1/" }).end()],
    ["never answers", () => undefined],
  ])("is none where the server %s", async (_, answer) => {
    expect((await find("vllm", "", await startServer(answer))).answering).toBeNull();
  });

  test.each([
    ["of this machine", (url: string) => url.replace("http://127.0.0.1", ""), true],
    ["of another machine", () => "gpu.invalid:11434", false],
    ["that is none", () => "http://a b", false],
  ])("may be an Ollama at an OLLAMA_HOST %s", async (_, hostOf, isThere) => {
    const url = await startServer((_path, response) => response.end('{"version":"0.17.4"}'));
    const env = { PATH: "", OLLAMA_HOST: hostOf(url) };
    const engines = await findEngines({ fetch: globalThis.fetch, env, signal: new AbortController().signal });
    expect(engines.find(({ name }) => name === "ollama")?.address).toBe(isThere ? url : "http://127.0.0.1:11434");
  });

  test("is none where nothing listens", async () => {
    expect((await find("vllm")).answering).toBeNull();
  });
});
