import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { calm, makeCase, openProvider, requestFor } from "./fixture.ts";

const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/review`;
}

/** A server that reads what it is sent and then answers. */
function serveAnswer(status: number, headers: Record<string, string>, body: string | Buffer = ""): Promise<string> {
  return serve((request, response) => {
    request.resume().on("end", () => response.writeHead(status, headers).end(body));
  });
}

async function readAll(request: IncomingMessage): Promise<string> {
  return Buffer.concat(await request.toArray()).toString();
}

async function ask(url: string, settings: { timeoutMs?: number; keyVariable?: string } = {}, env = {}, signal = calm) {
  const provider = await openProvider(url, settings, { env });
  return provider.generate(requestFor(makeCase({ title: "Add ü" })), signal);
}

const json = { "content-type": "application/json" };

describe("http", () => {
  test("posts the blind case and its prompt as JSON", async () => {
    let seen: { method: string | undefined; type: string | undefined; body: unknown } | undefined;
    const url = await serve(async (request, response) => {
      seen = {
        method: request.method,
        type: request.headers["content-type"],
        body: JSON.parse(await readAll(request)),
      };
      response.end("ok");
    });
    await ask(url);
    const { case: blind, prompt } = requestFor(makeCase({ title: "Add ü" }));
    expect(seen).toEqual({ method: "POST", type: "application/json", body: { ...blind, prompt } });
  });

  test.each([
    ["a review that is text", JSON.stringify({ review: "Wrong." }), "Wrong."],
    [
      "a review that is findings",
      '{"review": {"findings": [{"message": "Wrong."}]}}',
      '{"findings":[{"message":"Wrong."}]}',
    ],
    ["a review of another shape", '{"review": 7}', '{"review": 7}'],
    ["JSON without a review", '{"findings": []}', '{"findings": []}'],
    ["what is not JSON", "{oops", "{oops"],
    ["nothing", "", ""],
  ])("%s is answered as its text", async (_, body, text) => {
    expect(await ask(await serveAnswer(200, json, body))).toMatchObject({ text, outcome: "completed" });
  });

  test("plain text is taken as it is, even where it looks like JSON", async () => {
    const url = await serveAnswer(200, { "content-type": "text/plain; charset=utf-8" }, '{"review": "x"}');
    expect((await ask(url)).text).toBe('{"review": "x"}');
  });

  test("invalid UTF-8 is replaced", async () => {
    const url = await serveAnswer(200, json, Buffer.from([0x61, 0xff, 0xc3, 0xbc]));
    expect((await ask(url)).text).toBe("a\ufffdü");
  });

  test("a body above 32 MB is cut and the outcome truncated", async () => {
    const url = await serve((request, response) => {
      request.resume();
      const more = () => void response.write("x".repeat(1 << 20), (error) => (error ? undefined : more()));
      more();
    });
    const { text, outcome } = await ask(url);
    expect([text.length, outcome]).toEqual([32 * 1024 * 1024, "truncated"]);
  });

  test.each([
    ["seconds", { "retry-after": "3" }, 3000],
    ["a date", { date: "Fri, 06 Nov 2026 10:00:00 GMT", "retry-after": "Fri, 06 Nov 2026 10:00:07 GMT" }, 7000],
    [
      "a date that is past",
      { date: "Fri, 06 Nov 2026 10:00:00 GMT", "retry-after": "Fri, 06 Nov 2026 09:00:00 GMT" },
      0,
    ],
    ["neither", { "retry-after": "soon" }, null],
  ])("reads Retry-After as %s", async (_, headers, retryAfterMs) => {
    for (const status of [429, 503]) {
      const url = await serveAnswer(status, headers);
      await expect(ask(url)).rejects.toMatchObject({ status, isRetryable: true, retryAfterMs });
    }
  });

  test.each([
    [500, true],
    [502, true],
    [408, true],
    [400, false],
    [401, false],
    [404, false],
  ])("status %d: worth another try is %s", async (status, isRetryable) => {
    const url = await serveAnswer(status, {}, "because\nof this");
    const message = `${url} answered ${status}: because`;
    await expect(ask(url)).rejects.toMatchObject({ message, status, isRetryable });
  });

  test("does not follow a redirect, so that no other host gets the code", async () => {
    let hasCode = false;
    const other = await serve((_, response: ServerResponse) => {
      hasCode = true;
      response.end();
    });
    const url = await serveAnswer(307, { location: other });
    await expect(ask(url)).rejects.toMatchObject({
      message: `${url} answered 307, a redirect to ${other} (name that address instead)`,
      isRetryable: false,
    });
    expect(hasCode).toBe(false);
  });

  test("a refused connection is worth another try, and the probe tells it too", async () => {
    const url = await serveAnswer(200, {});
    await new Promise((resolve) => servers.pop()?.close(resolve));
    const message = `${url} refused the connection (is the server running there?)`;
    await expect(ask(url)).rejects.toMatchObject({ message, isRetryable: true });
    await expect((await openProvider(url)).probe?.(calm)).rejects.toMatchObject({ message });
  });

  test("a host without an address is worth another try", async () => {
    await expect(ask("http://nowhere.invalid/review")).rejects.toMatchObject({
      message: expect.stringMatching(/^http:\/\/nowhere\.invalid\/review (was not found|could not be looked up)/),
      isRetryable: true,
    });
  });

  test("a connection that breaks in the middle of an answer is worth another try", async () => {
    const url = await serve((_, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("half", () => response.destroy());
    });
    await expect(ask(url)).rejects.toMatchObject({
      message: expect.stringContaining("broke the connection"),
      isRetryable: true,
    });
  });

  test("a server that never answers is given up after the time-out", async () => {
    const url = await serve(() => undefined);
    const message = `${url} did not answer within 100 ms`;
    await expect(ask(url, { timeoutMs: 100 })).rejects.toMatchObject({ message, isRetryable: true });
  });

  test("an abort ends the request and throws the signal's reason", async () => {
    const controller = new AbortController();
    const reason = new Error("interrupted");
    const url = await serve(() => controller.abort(reason));
    await expect(ask(url, {}, {}, controller.signal)).rejects.toBe(reason);
  });

  test("the probe is content with any answer and asks for no review", async () => {
    const methods: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      methods.push(request.method);
      response.writeHead(405).end();
    });
    await (await openProvider(url)).probe?.(calm);
    expect(methods).toEqual(["HEAD"]);
  });

  test.each<[string, RequestListener]>([
    ["breaks the connection", (request) => void request.socket.destroy()],
    ["answers what is not HTTP", (request) => void request.socket.end("hello\n")],
    ["keeps it waiting", () => undefined],
  ])("the probe counts a server as reached that %s", async (_, listener) => {
    const provider = await openProvider(await serve(listener), { timeoutMs: 50 });
    await expect(provider.probe?.(calm)).resolves.toBeUndefined();
  });

  test("the probe tells of a host that is not found, and ends with its signal", async () => {
    const lost = await openProvider("http://nowhere.invalid/review");
    await expect(lost.probe?.(calm)).rejects.toMatchObject({ isRetryable: true });
    const reason = new Error("interrupted");
    const provider = await openProvider(await serve(() => undefined));
    await expect(provider.probe?.(AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  test("a port that fetch blocks is told as such, and is not worth another try", async () => {
    const blocked = {
      message: expect.stringContaining(
        "http://127.0.0.1:9/review cannot be reached: fetch refuses this port (use another",
      ),
      isRetryable: false,
    };
    await expect(ask("http://127.0.0.1:9/review")).rejects.toMatchObject(blocked);
    await expect((await openProvider("http://127.0.0.1:9/review")).probe?.(calm)).rejects.toMatchObject(blocked);
  });

  test("sends the key of the named variable and keeps it out of what it tells", async () => {
    let sent: string | undefined;
    const url = await serve((request, response) => {
      sent = request.headers.authorization;
      response.writeHead(401).end(`no such key: ${sent}`);
    });
    const failed = ask(url, { keyVariable: "REVIEW_KEY" }, { REVIEW_KEY: "s3cret\n" });
    await expect(failed).rejects.toMatchObject({ message: `${url} answered 401: no such key: Bearer [key]` });
    expect(sent).toBe("Bearer s3cret");
  });

  test("a named variable that is not set is a usage error", async () => {
    const opening = openProvider("http://127.0.0.1:1/", { keyVariable: "REVIEW_KEY" }, { env: {} });
    await expect(opening).rejects.toThrow("the variable REVIEW_KEY is not set");
  });

  test("names the host that gets the code", async () => {
    expect((await openProvider("http:http://127.0.0.1:8080/review")).hosts).toEqual(["127.0.0.1:8080"]);
  });
});
