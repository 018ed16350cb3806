import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { afterEach, describe, expect, test } from "vitest";
import { SourceManifest, sourceReference } from "../../src/core/source.ts";
import { packageRoot } from "../../src/load/files.ts";
import { type Workspace, workspaces } from "../fixtures/command.ts";

const makeWorkspace = workspaces();
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const manifest = SourceManifest.parse(
  JSON.parse(readFileSync(join(packageRoot, "datasets/bc-bench/source.json"), "utf8")),
);
const reference = sourceReference(manifest);
const file = manifest.files[0]!;

const withSource = (dataset: Record<string, string>) =>
  makeWorkspace({ suite: { dataset: { source: reference, ...dataset } } });
const args = ["tiny.yaml", "--out", "runs", "--model", "floor:lgtm"];

test.each([
  [
    "openai:m",
    'model "openai:m": martian has no diffs, only the addresses of changes (only recorded reviews can be measured there)',
  ],
  ["command:true", 'model "command:true": martian has no diffs'],
  ["opnai:m", 'model "opnai:m": unknown kind "opnai"'],
])("a model that the benchmark has nothing for is refused before anything is fetched: %s", async (model, says) => {
  const { code, stderr } = await makeWorkspace().run(["martian", "--out", "runs", "--model", model]);
  expect(code).toBe(2);
  expect(stderr.slice(0, says.length)).toBe(says);
  expect(stderr).toMatch(/^[^\n]+\n$/);
});

interface BadSource {
  what: string;
  dataset: Record<string, string>;
  prepare?: (workspace: Workspace) => unknown;
  env?: Record<string, string>;
  says: RegExp;
}

const badSources: BadSource[] = [
  {
    what: "a copy with another file",
    dataset: { dir: "copy" },
    prepare: (w) => w.write(`copy/${file.path}`, "{}\n"),
    says: new RegExp(
      `^source bc-bench: copy/${file.path}: expected the file of commit ${manifest.commit} with sha256 ${file.sha256}, got [0-9a-f]{64} and 3 bytes in place of ${file.bytes} \\(copy it again\\)$`,
    ),
  },
  {
    what: "a copy without a file",
    dataset: { dir: "copy" },
    prepare: (w) => w.write("copy/other.jsonl", ""),
    says: new RegExp(
      `^source bc-bench: copy/${file.path}: missing \\(copy ${file.upstream} of ${reference} there, or fetch `,
    ),
  },
  {
    what: "a copy that is not there",
    dataset: { dir: "copy" },
    says: /^dataset\.dir: no folder "copy" \(/,
  },
  {
    what: "an unknown source",
    dataset: { source: "github:microsoft/BC-Bnch@7a509ed", dir: "copy" },
    says: new RegExp(
      `^dataset\\.source: unknown source "github:\\S+" \\(did you mean "${reference}"\\? known: github:`,
    ),
  },
  {
    what: "another commit",
    dataset: { source: "github:microsoft/BC-Bench@1234567", dir: "copy" },
    says: new RegExp(
      `^dataset\\.source: \\S+ is known at commit ${manifest.commit} only, got 1234567 \\(write ${reference}\\)$`,
    ),
  },
  {
    what: "a folder of copies that is not there",
    dataset: {},
    env: { NITBENCH_DATA: "none" },
    says: /^NITBENCH_DATA: no folder "none" \(/,
  },
];

describe("a source that cannot be used is refused with one line, exit 2", () => {
  test.each(badSources)("$what", async ({ dataset, prepare, env = {}, says }) => {
    const workspace = withSource(dataset);
    prepare?.(workspace);
    const { code, stdout, stderr } = await workspace.run(args, env);
    expect(stderr.trimEnd()).toMatch(says);
    expect(stderr).toMatch(/^[^\n]+\n$/);
    expect({ code, stdout, runs: workspace.runs() }).toEqual({ code: 2, stdout: "", runs: [] });
  });
});

interface Proxy {
  /** What was asked for, as HOST:PORT. */
  asked: string[];
  url: string;
  /** Ends it with its connections; a second call does nothing. */
  stop: () => Promise<void>;
}

/** All that leaves this machine goes through this proxy, which lets nothing pass. */
async function startProxy(onConnect: (answer: (line: string) => void) => void): Promise<Proxy> {
  const asked: string[] = [];
  const sockets = new Set<Duplex>();
  const server = createServer();
  server.on("connect", ({ url = "" }, socket) => {
    asked.push(url);
    sockets.add(socket);
    socket.on("error", () => undefined);
    onConnect((line) => socket.end(`HTTP/1.1 ${line}\r\n\r\n`));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const stop = async () => {
    for (const socket of sockets) socket.destroy();
    if (!server.listening) return;
    server.close();
    await once(server, "close");
  };
  closers.push(stop);
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("expected a TCP address");
  return { asked, url: `http://127.0.0.1:${address.port}`, stop };
}

const through = (proxy: string, workspace: Workspace) => ({
  NODE_USE_ENV_PROXY: "1",
  HTTPS_PROXY: proxy,
  XDG_CACHE_HOME: join(workspace.folder, "cache"),
});

describe("a source of which there is no copy", () => {
  test("is asked for at GitHub's host alone, and without a way there the run is incomplete", async () => {
    const { asked, url } = await startProxy((answer) => answer("403 Forbidden"));
    const workspace = withSource({});
    const { code, stdout, stderr } = await workspace.run(args, through(url, workspace));
    const [first, second, ...rest] = stderr.trimEnd().split("\n");
    expect(first).toMatch(
      /^source bc-bench: fetching 2 files, 0\.6 MB, from https:\/\/raw\.githubusercontent\.com to cache\//,
    );
    expect(second).toMatch(
      /^source bc-bench: \w+\.jsonl: cannot reach raw\.githubusercontent\.com: .*dataset\.dir or in NITBENCH_DATA\)$/,
    );
    expect({ rest, code, stdout, runs: workspace.runs() }).toEqual({ rest: [], code: 3, stdout: "", runs: [] });
    expect(new Set(asked)).toEqual(new Set(["raw.githubusercontent.com:443"]));
  });

  test("is asked for without a word but why it failed where the command is to be quiet", async () => {
    const { url } = await startProxy((answer) => answer("403 Forbidden"));
    const workspace = withSource({});
    const { code, stdout, stderr } = await workspace.run([...args, "--quiet"], through(url, workspace));
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
    expect(stderr).toMatch(/^source bc-bench: \w+\.jsonl: cannot reach [^\n]+\n$/);
  });

  test("is fetched as well for its pairs that a judge is calibrated against", async () => {
    const { asked, url } = await startProxy((answer) => answer("403 Forbidden"));
    const workspace = withSource({});
    const calibrate = ["judge", "calibrate", "same-bug", "--judge", "openai:j@http://127.0.0.1:9/v1"];
    const { code, stderr } = await workspace.run([...calibrate, "--against", "bc-bench"], through(url, workspace));
    expect(stderr).toMatch(/^source bc-bench: fetching 2 files, .*\nsource bc-bench: \w+\.jsonl: cannot reach raw/);
    expect(code).toBe(3);
    expect(new Set(asked)).toEqual(new Set(["raw.githubusercontent.com:443"]));
  });

  test("is kept below the home folder where XDG_CACHE_HOME is no absolute path", async () => {
    const { url } = await startProxy((answer) => answer("403 Forbidden"));
    const workspace = withSource({});
    const env = { ...through(url, workspace), XDG_CACHE_HOME: "cache", HOME: join(workspace.folder, "home") };
    const { code, stderr } = await workspace.run(args, env);
    expect(stderr).toContain(` to home/.cache/nitbench/sources/bc-bench@${manifest.commit}\n`);
    expect(code).toBe(3);
  });

  test("can be interrupted while it is fetched, though the other side says nothing and does not hang up", async () => {
    const reached = Promise.withResolvers<void>();
    const { url } = await startProxy(() => reached.resolve());
    const workspace = withSource({});
    const { child, finished } = workspace.start(args, through(url, workspace));
    await reached.promise;
    child.kill("SIGINT");
    const { code, stdout, stderr } = await finished;
    expect(stderr.trimEnd().split("\n").slice(1)).toEqual([
      "interrupted; what has come of source bc-bench is kept (run the command again to go on)",
    ]);
    expect({ code, stdout, runs: workspace.runs() }).toEqual({ code: 130, stdout: "", runs: [] });
    expect(existsSync(join(workspace.folder, "cache/nitbench/sources"))).toBe(true);
  });
});
