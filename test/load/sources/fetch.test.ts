import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import { dirname, join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { IncompleteError, UsageError } from "../../../src/core/errors.ts";
import { SourceManifest } from "../../../src/core/source.ts";
import { sha256 } from "../../../src/load/hash.ts";
import type { DownloadWorld } from "../../../src/load/sources/download.ts";
import { fetchSource } from "../../../src/load/sources/fetch.ts";
import { filesBelow } from "../../fixtures/command.ts";
import { temporaryFolders } from "../../fixtures/temporary.ts";

const makeFolder = temporaryFolders();
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const commit = "0123abc";
const letters = "abcdefghijklmnopqrstuvwxyz".repeat(40);

type Answer = (response: ServerResponse, range: string | undefined, content: string) => unknown;

interface Seen {
  path: string;
  range: string | undefined;
  encoding: string | undefined;
}

/** The whole file, or the rest of it where a range is asked for. */
const serves: Answer = (response, range, content) => {
  const from = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
  const headers = { "content-range": `bytes ${from}-${content.length - 1}/${content.length}` };
  response.writeHead(range === undefined ? 200 : 206, range === undefined ? {} : headers);
  response.end(content.slice(from));
};
const ignoresRange: Answer = (response, _range, content) => response.end(content);
const says =
  (status: number, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(status, headers).end("no file");
const sends =
  (body: string): Answer =>
  (response) =>
    response.end(body);
const never: Answer = () => undefined;

/**
 * A server that has `files` in OWNER/NAME/COMMIT; the nth request for a path gets the nth answer of its script, later
 * ones the last, and paths without a script are served.
 */
async function startServer(files: Record<string, string>, scripts: Record<string, Answer[]> = {}) {
  const seen: Seen[] = [];
  const turns = new Map<string, number>();
  const server = createServer(({ url = "", headers }, response) => {
    seen.push({ path: url, range: headers.range, encoding: String(headers["accept-encoding"]) });
    const path = decodeURIComponent(url).replace(`/acme/reviews/${commit}/`, "");
    const script = scripts[path] ?? [serves];
    const turn = turns.get(path) ?? 0;
    turns.set(path, turn + 1);
    script[Math.min(turn, script.length - 1)]?.(response, headers.range, files[path] ?? "");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("expected a TCP address");
  const close = async () => {
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  };
  closers.push(close);
  return { base: `http://127.0.0.1:${address.port}`, seen, close };
}

function manifestOf(files: Record<string, string>): SourceManifest {
  return SourceManifest.parse({
    version: 1,
    repository: "acme/reviews",
    commit,
    licence: "MIT",
    citation: "none",
    files: Object.entries(files).map(([upstream, content]) => ({
      path: `copy/${upstream}`,
      upstream,
      bytes: content.length,
      sha256: sha256(content),
    })),
  });
}

interface Setup {
  files?: Record<string, string>;
  scripts?: Record<string, Answer[]>;
  world?: Partial<DownloadWorld>;
}

/** A server, an empty cache folder and what fetching did: its lines and waits. */
async function prepare({ files = { "a.json": letters }, scripts, world = {} }: Setup = {}) {
  const server = await startServer(files, scripts);
  const folder = join(makeFolder(), "cache", "reviews");
  const lines: string[] = [];
  const waits: number[] = [];
  const abort = new AbortController();
  const fetching = () =>
    fetchSource("reviews", manifestOf(files), folder, {
      fetch: globalThis.fetch,
      note: (line) => lines.push(line),
      signal: abort.signal,
      base: server.base,
      wait: async (ms) => waits.push(ms),
      ...world,
    });
  const fileOf = (path: string) => join(folder, "copy", path);
  const lay = (path: string, content: string) => {
    mkdirSync(dirname(fileOf(path)), { recursive: true });
    writeFileSync(fileOf(path), content);
  };
  const laid = () =>
    Object.fromEntries(
      existsSync(folder)
        ? filesBelow(folder).map(({ path, bytes }) => [path.replace("copy/", ""), bytes.toString()])
        : [],
    );
  return { ...server, files, folder, lines, waits, abort, fetching, fileOf, lay, laid };
}

async function failureOf(promise: Promise<unknown>, kind: new (message: string) => Error = Error): Promise<Error> {
  const error: unknown = await promise.then(
    () => new RangeError("expected a failure, got none"),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(kind);
  return error as Error;
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await nextTurn();
}

/** Sends some bytes, waits until they have been written to `part`, and then goes on as told. */
const stopsAfter =
  (bytes: number, part: () => string, then: (response: ServerResponse) => void): Answer =>
  async (response, _range, content) => {
    response.writeHead(200, { "content-length": content.length });
    response.write(content.slice(0, bytes));
    await until(() => statSync(part(), { throwIfNoEntry: false })?.size === bytes);
    then(response);
  };

describe("fetching a source", () => {
  test("lays every file where the manifest says, under its own name only", async () => {
    const files = { "a.json": letters, "deep/er/b #1.csv": "x,y\n", "empty.csv": "" };
    const { fetching, laid, seen } = await prepare({ files });
    await fetching();
    expect(laid()).toEqual(files);
    const paths = seen.map(({ path }) => path).sort();
    expect(paths).toEqual([`/acme/reviews/${commit}/a.json`, `/acme/reviews/${commit}/deep/er/b%20%231.csv`]);
    expect(seen.every(({ encoding, range }) => encoding === "identity" && range === undefined)).toBe(true);
  });

  test("asks GitHub's own host where no other is given", async () => {
    const asked: string[] = [];
    const fetch: DownloadWorld["fetch"] = async (url) => {
      asked.push(new Request(url).url);
      return new Response(letters);
    };
    const note = () => undefined;
    const signal = new AbortController().signal;
    await fetchSource("reviews", manifestOf({ "a.json": letters }), makeFolder(), { fetch, note, signal });
    expect(asked).toEqual([`https://raw.githubusercontent.com/acme/reviews/${commit}/a.json`]);
  });

  test("asks nobody for what is there, and says nothing", async () => {
    const { fetching, lay, seen, lines } = await prepare();
    lay("a.json", letters);
    await fetching();
    expect({ seen, lines }).toEqual({ seen: [], lines: [] });
  });

  test("fetches again only what has another size or checksum", async () => {
    const files = { "a.json": letters, "b.json": letters, "c.json": letters };
    const { fetching, lay, laid, seen } = await prepare({ files });
    lay("a.json", letters);
    lay("b.json", letters.slice(1));
    lay("c.json", letters.replace("a", "b"));
    await fetching();
    expect(laid()).toEqual(files);
    expect(seen.map(({ path }) => path.slice(-6)).sort()).toEqual(["b.json", "c.json"]);
  });

  test("asks for six files at a time", async () => {
    const files = Object.fromEntries(Array.from({ length: 15 }, (_, index) => [`${index}.json`, letters + index]));
    let running = 0;
    let most = 0;
    const arrived = Promise.withResolvers<void>();
    const fetch: DownloadWorld["fetch"] = async (...request) => {
      running += 1;
      most = Math.max(most, running);
      if (running === 6) arrived.resolve();
      await arrived.promise;
      await nextTurn();
      const response = await globalThis.fetch(...request);
      running -= 1;
      return response;
    };
    const { fetching, laid } = await prepare({ files, world: { fetch } });
    await fetching();
    expect(laid()).toEqual(files);
    expect(most).toBe(6);
  });

  test("tells of every file where they are few", async () => {
    const files = { "a.json": "a".repeat(1_500_000), "b.json": "b".repeat(1_500_000) };
    const { fetching, lines, base, folder } = await prepare({ files });
    await fetching();
    expect(lines).toEqual([
      `source reviews: fetching 2 files, 3.0 MB, from ${base} to ${folder}`,
      "source reviews: 1 of 2 files, 1.5 of 3.0 MB",
      "source reviews: 2 of 2 files, 3.0 of 3.0 MB",
    ]);
  });

  test("tells of every tenth where they are many", async () => {
    const files = Object.fromEntries(Array.from({ length: 34 }, (_, index) => [`${index}.json`, letters + index]));
    const { fetching, lines } = await prepare({ files });
    await fetching();
    const counts = lines.slice(1).map((line) => Number(/: (\d+) of 34 files/.exec(line)?.[1]));
    expect(counts).toEqual([4, 7, 11, 14, 17, 21, 24, 28, 31, 34]);
  });
});

describe("a part that an earlier try has left", () => {
  test("is gone on with", async () => {
    const { fetching, lay, laid, seen } = await prepare();
    lay("a.json.part", letters.slice(0, 100));
    await fetching();
    expect(seen.map(({ range }) => range)).toEqual(["bytes=100-"]);
    expect(laid()).toEqual({ "a.json": letters });
  });

  test("is whole already", async () => {
    const { fetching, lay, laid, seen } = await prepare();
    lay("a.json.part", letters);
    await fetching();
    expect(seen).toEqual([]);
    expect(laid()).toEqual({ "a.json": letters });
  });

  const elsewhere = { "content-range": `bytes 90-${letters.length - 1}/${letters.length}` };
  const ofAnother = { "content-range": "bytes 100-1999/2000" };
  const zipped = { "content-range": `bytes 100-${letters.length - 1}/${letters.length}`, "content-encoding": "br" };
  test.each<[string, Answer[], number]>([
    ["the server ignores ranges", [ignoresRange], 1],
    ["the server has no such range", [says(416), serves], 2],
    ["the server sends another range", [says(206, elsewhere), serves], 2],
    ["the server has a file of another size", [says(206, ofAnother), serves], 2],
    ["the server does not say which range it sends", [says(206), serves], 2],
    ["the server compresses", [says(206, zipped), serves], 2],
  ])("is written anew where %s", async (_, script, requests) => {
    const { fetching, lay, laid, seen, waits } = await prepare({ scripts: { "a.json": script } });
    lay("a.json.part", letters.slice(0, 100));
    await fetching();
    expect(laid()).toEqual({ "a.json": letters });
    expect(seen.map(({ range }) => range)).toEqual(["bytes=100-", undefined].slice(0, requests));
    expect(waits).toEqual([]);
  });

  test.each([
    ["has other bytes", "?".repeat(100)],
    ["is as long as the file and has other bytes", "?".repeat(letters.length)],
    ["is longer than the file", `${letters}?`],
  ])("is thrown away where it %s", async (_, content) => {
    const { fetching, lay, laid } = await prepare();
    lay("a.json.part", content);
    await fetching();
    expect(laid()).toEqual({ "a.json": letters });
  });

  test("is thrown away where it is a link", async () => {
    const { fetching, laid, fileOf, folder } = await prepare();
    const outside = join(makeFolder(), "own.txt");
    writeFileSync(outside, "mine");
    mkdirSync(join(folder, "copy"), { recursive: true });
    symlinkSync(outside, fileOf("a.json.part"));
    await fetching();
    expect(readFileSync(outside, "utf8")).toBe("mine");
    expect(laid()).toEqual({ "a.json": letters });
  });
});

describe("what the server sends", () => {
  test("is refused where it has another checksum, and nothing of it is left", async () => {
    const wrong = letters.replace("a", "b");
    const { fetching, laid, seen, base } = await prepare({ scripts: { "a.json": [sends(wrong)] } });
    const { message } = await failureOf(fetching(), UsageError);
    expect(message).toBe(
      `source reviews: copy/a.json: expected 1040 bytes with sha256 ${sha256(letters)} from ${base}/acme/reviews/${commit}/a.json, ` +
        `got 1040 bytes with sha256 ${sha256(wrong)} (something on the way changes it: try from elsewhere, or ` +
        `name a folder with a copy of github:acme/reviews@${commit} as dataset.dir or in NITBENCH_DATA)`,
    );
    expect(seen).toHaveLength(1);
    expect(laid()).toEqual({});
  });

  test("is refused where it is shorter, although the server says that it is whole", async () => {
    const { fetching, laid, seen } = await prepare({ scripts: { "a.json": [sends("abc")] } });
    const { message } = await failureOf(fetching(), UsageError);
    expect(message).toContain(`got 3 bytes with sha256 ${sha256("abc")} (`);
    expect(seen).toHaveLength(1);
    expect(laid()).toEqual({});
  });

  test("is cut off where it goes on past the end", async () => {
    let isClosed = false;
    const floods: Answer = (response) => {
      response.on("close", () => (isClosed = true));
      const more = () => {
        while (!response.destroyed && response.write(letters));
        response.once("drain", more);
      };
      more();
    };
    const { fetching, laid } = await prepare({ scripts: { "a.json": [floods] } });
    const { message } = await failureOf(fetching(), UsageError);
    expect(message).toContain("got more than 1040 bytes (");
    expect(laid()).toEqual({});
    await until(() => isClosed);
  });

  test("is never written past the end", async () => {
    const sizes: number[] = [];
    const oneMore: Answer = async (response, _range, content) => {
      response.write(content);
      await until(() => statSync(part, { throwIfNoEntry: false })?.size === content.length);
      response.write("?");
      for (let turn = 0; turn < 50; turn += 1) {
        await nextTurn();
        sizes.push(statSync(part, { throwIfNoEntry: false })?.size ?? 0);
      }
      response.end();
    };
    const { fetching, fileOf } = await prepare({ scripts: { "a.json": [oneMore] } });
    const part = fileOf("a.json.part");
    await failureOf(fetching(), UsageError);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(letters.length);
  });

  test.each([404, 410])("is nothing where the commit or the path is gone (%i)", async (status) => {
    const { fetching, seen, laid } = await prepare({ scripts: { "a.json": [says(status)] } });
    const { message } = await failureOf(fetching(), UsageError);
    expect(message).toMatch(
      new RegExp(`^source reviews: copy/a\\.json: http\\S+ answered ${status}: the commit or the path is gone \\(`),
    );
    expect(seen).toHaveLength(1);
    expect(Object.values(laid()).join("")).toBe("");
  });

  test("is not looked for where a redirect leads", async () => {
    const other = await startServer({});
    const { fetching, seen } = await prepare({ scripts: { "a.json": [says(302, { location: `${other.base}/x` })] } });
    const { message } = await failureOf(fetching(), IncompleteError);
    expect(message).toContain("answered 302 (check the network and its proxy, or name a folder");
    expect(seen).toHaveLength(1);
    expect(other.seen).toEqual([]);
  });

  test("that one file is gone stops the others", async () => {
    const files = { "a.json": letters, "b.json": letters };
    const { fetching } = await prepare({ files, scripts: { "a.json": [says(404)], "b.json": [never] } });
    const { message } = await failureOf(fetching(), UsageError);
    expect(message).toContain("a.json answered 404");
  });
});

describe("a failure that may pass", () => {
  test("is waited for, longer each time, and counts only when it stays", async () => {
    const { fetching, seen, waits, laid } = await prepare({ scripts: { "a.json": [says(503), says(500), serves] } });
    await fetching();
    expect(laid()).toEqual({ "a.json": letters });
    expect(seen).toHaveLength(3);
    expect(waits).toEqual([500, 1000]);
  });

  test("is waited for as long as the server asks, within reason", async () => {
    const script = [says(429, { "retry-after": "3" }), says(429, { "retry-after": "9999" }), serves];
    const { fetching, waits } = await prepare({ scripts: { "a.json": script } });
    await fetching();
    expect(waits).toEqual([3000, 30_000]);
  });

  test("ends the run as incomplete when it stays", async () => {
    const { fetching, seen, waits } = await prepare({ scripts: { "a.json": [says(503)] } });
    const { message } = await failureOf(fetching(), IncompleteError);
    expect(message).toMatch(
      / answered 503, 5 times \(try later, or name a folder with a copy of github:acme\/reviews@/,
    );
    expect(seen).toHaveLength(5);
    expect(waits).toEqual([500, 1000, 2000, 4000]);
  });

  test("goes on after the bytes that came before the connection broke", async () => {
    const breaks = stopsAfter(
      300,
      () => part,
      (response) => response.destroy(),
    );
    const { fetching, fileOf, seen, laid, waits } = await prepare({ scripts: { "a.json": [breaks, serves] } });
    const part = fileOf("a.json.part");
    await fetching();
    expect(seen.map(({ range }) => range)).toEqual([undefined, "bytes=300-"]);
    expect(laid()).toEqual({ "a.json": letters });
    expect(waits).toEqual([500]);
  });

  test("does not end a fetch that comes further each time, however often the connection breaks", async () => {
    const sendsSome: Answer = (response, range, content) => {
      const from = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
      const headers = { "content-range": `bytes ${from}-${content.length - 1}/${content.length}` };
      response.writeHead(range === undefined ? 200 : 206, range === undefined ? {} : headers);
      response.end(content.slice(from, from + 100));
    };
    const { fetching, seen, laid, waits } = await prepare({ scripts: { "a.json": [sendsSome] } });
    await fetching();
    expect(laid()).toEqual({ "a.json": letters });
    expect(seen).toHaveLength(Math.ceil(letters.length / 100));
    expect(new Set(waits)).toEqual(new Set([500]));
  });

  test("ends the run where the same bytes come again and again", async () => {
    const startsOver: Answer = (response, _range, content) => {
      response.write(content.slice(0, 300));
      response.end();
    };
    const { fetching, seen } = await prepare({ scripts: { "a.json": [startsOver] } });
    const { message } = await failureOf(fetching(), IncompleteError);
    expect(message).toContain(`ended after 300 of ${letters.length} bytes, 5 times`);
    expect(seen).toHaveLength(5);
  });

  test("starts over where the rest is refused after that", async () => {
    const breaks = stopsAfter(
      300,
      () => part,
      (response) => response.destroy(),
    );
    const { fetching, fileOf, seen, laid } = await prepare({ scripts: { "a.json": [breaks, says(416), serves] } });
    const part = fileOf("a.json.part");
    await fetching();
    expect(seen.map(({ range }) => range)).toEqual([undefined, "bytes=300-", undefined]);
    expect(laid()).toEqual({ "a.json": letters });
  });

  test("goes on where the end came early and nobody had said where it is", async () => {
    const ends: Answer = (response, _range, content) => {
      response.write(content.slice(0, 300));
      response.end();
    };
    const { fetching, seen, laid } = await prepare({ scripts: { "a.json": [ends, serves] } });
    await fetching();
    expect(seen.map(({ range }) => range)).toEqual([undefined, "bytes=300-"]);
    expect(laid()).toEqual({ "a.json": letters });
  });

  test("asks again where the server falls silent", async () => {
    const { fetching, seen, laid } = await prepare({ scripts: { "a.json": [never, serves] }, world: { stallMs: 20 } });
    await fetching();
    expect(seen).toHaveLength(2);
    expect(laid()).toEqual({ "a.json": letters });
  });
});

describe("no network", () => {
  const advice = `(check the network and its proxy, or name a folder with a copy of github:acme/reviews@${commit} as dataset.dir or in NITBENCH_DATA)`;

  test("ends the run as incomplete at once where nobody listens", async () => {
    const { fetching, close, base, waits } = await prepare();
    await close();
    const { message } = await failureOf(fetching(), IncompleteError);
    const host = base.slice("http://".length);
    expect(message).toBe(`source reviews: copy/a.json: cannot reach ${host}: connect ECONNREFUSED ${host} ${advice}`);
    expect(waits).toEqual([]);
  });

  test.each(["ENOTFOUND", "EAI_AGAIN", "ENETUNREACH", "UND_ERR_ABORTED"])("%s is not tried again", async (code) => {
    let asked = 0;
    const fetch: DownloadWorld["fetch"] = async () => {
      asked += 1;
      throw new TypeError("fetch failed", { cause: Object.assign(new Error(""), { code }) });
    };
    const { fetching } = await prepare({ world: { fetch } });
    const { message } = await failureOf(fetching(), IncompleteError);
    expect(message).toContain(`: ${code} ${advice}`);
    expect(asked).toBe(1);
  });
});

describe("an interrupt", () => {
  test("keeps what has come, and the next call goes on from there", async () => {
    const holds = stopsAfter(
      300,
      () => part,
      () => abort.abort(new Error("interrupted")),
    );
    const { fetching, fileOf, abort, laid, seen, files, base, folder } = await prepare({
      scripts: { "a.json": [holds, serves] },
    });
    const part = fileOf("a.json.part");
    const error = await failureOf(fetching());
    expect(error.name).toBe("InterruptedError");
    expect(error.message).toBe("interrupted; what has come of source reviews is kept (run the command again to go on)");
    expect(laid()).toEqual({ "a.json.part": letters.slice(0, 300) });

    const signal = new AbortController().signal;
    await fetchSource("reviews", manifestOf(files), folder, { fetch, note: () => undefined, signal, base });
    expect(seen.map(({ range }) => range)).toEqual([undefined, "bytes=300-"]);
    expect(laid()).toEqual(files);
  });

  test("ends a wait for another try", async () => {
    const { fetching, abort } = await prepare({
      scripts: { "a.json": [says(503)] },
      world: {
        wait: (_ms, signal) => {
          queueMicrotask(() => abort.abort(new Error("interrupted")));
          return once(signal, "abort").then(() => signal.throwIfAborted());
        },
      },
    });
    expect((await failureOf(fetching())).name).toBe("InterruptedError");
  });
});

describe("several processes at once", () => {
  /** Sends in small pieces, with a turn between them. */
  const trickles: Answer = async (response, range, content) => {
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
    const headers = { "content-range": `bytes ${from}-${content.length - 1}/${content.length}` };
    response.writeHead(range === undefined ? 200 : 206, range === undefined ? {} : headers);
    for (let at = from; at < content.length; at += 64) {
      response.write(content.slice(at, at + 64));
      await nextTurn();
    }
    response.end();
  };

  test.each<[string, Answer]>([
    ["with ranges", trickles],
    ["without ranges", ignoresRange],
  ])("may fetch the same files %s", async (_, answer) => {
    const files = Object.fromEntries(Array.from({ length: 20 }, (__, index) => [`${index}.json`, letters + index]));
    const scripts = Object.fromEntries(Object.keys(files).map((path) => [path, [answer]]));
    const { fetching, lay, laid } = await prepare({ files, scripts });
    for (const [path, content] of Object.entries(files).slice(0, 10)) lay(`${path}.part`, content.slice(0, 500));
    await Promise.all([fetching(), fetching(), fetching()]);
    expect(laid()).toEqual(files);
  });

  test("may go on with a part that another is writing", async () => {
    const second = stopsAfter(
      300,
      () => part,
      (response) => {
        void other().then(() => response.end(letters.slice(300)));
      },
    );
    const { fetching, fileOf, seen, laid } = await prepare({ scripts: { "a.json": [second, serves] } });
    const part = fileOf("a.json.part");
    const other = fetching;
    await fetching();
    expect(seen.map(({ range }) => range)).toEqual([undefined, "bytes=300-"]);
    expect(laid()).toEqual({ "a.json": letters });
  });
});

describe("the cache folder", () => {
  test("gets its own file where a link to another one stands", async () => {
    const { fetching, laid, fileOf, folder } = await prepare();
    const outside = join(makeFolder(), "own.txt");
    writeFileSync(outside, "mine");
    mkdirSync(join(folder, "copy"), { recursive: true });
    symlinkSync(outside, fileOf("a.json"));
    await fetching();
    expect(readFileSync(outside, "utf8")).toBe("mine");
    expect(laid()).toEqual({ "a.json": letters });
  });

  test("holds no links to folders outside of it", async () => {
    const { fetching, folder } = await prepare();
    const outside = makeFolder();
    mkdirSync(folder, { recursive: true });
    symlinkSync(outside, join(folder, "copy"));
    const { message } = await failureOf(fetching(), UsageError);
    expect(message).toBe(`${join(folder, "copy")}: is a link (remove it)`);
    expect(filesBelow(outside)).toEqual([]);
  });

  test("may itself be reached through a link", async () => {
    const { fetching, folder, laid } = await prepare();
    const outside = makeFolder();
    mkdirSync(dirname(folder), { recursive: true });
    symlinkSync(outside, folder);
    await fetching();
    expect(laid()).toEqual({ "a.json": letters });
  });

  test.each([
    ["cannot be made", "cache"],
    ["cannot be written", "cache/reviews/copy"],
  ])("is refused where it %s", async (_, inTheWay) => {
    const { fetching, folder } = await prepare();
    const file = join(dirname(dirname(folder)), inTheWay);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, "");
    const { message } = await failureOf(fetching(), UsageError);
    expect(message.startsWith(`source reviews: cannot write to ${folder} (`)).toBe(true);
    expect(message).toMatch(/; mend that, or set XDG_CACHE_HOME to another folder\)$/);
  });
});
