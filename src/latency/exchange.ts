import { Agent as PlainAgent, type ClientRequest, type IncomingMessage, request as plainRequest } from "node:http";
import { Agent as SecureAgent, request as secureRequest } from "node:https";
import type { Socket } from "node:net";
import type { StampedBytes } from "../core/latency/streams/stream.ts";

/** The most of one answer that is read, in bytes. */
const mostBytes = 32 * 1024 * 1024;

/** A request as it goes over the wire; its body is written already. */
export interface Envelope {
  url: URL;
  headers: Readonly<Record<string, string>>;
  body: Buffer;
}

/** One request and what came of it, unread. All readings are of one clock, in milliseconds. */
export interface Exchange {
  dispatchedMs: number;
  firstByteMs: number | null;
  endMs: number;
  /** HTTP status; null where there was none. */
  status: number | null;
  /** Where a redirect leads; null for all else. */
  location: string | null;
  /** How the body is compressed, which nobody asked for; null where it is not. */
  encoding: string | null;
  body: StampedBytes[];
  /** Why there is no whole answer; null where there is one, of whatever status. */
  failure: { isTimeout: boolean; message: string } | null;
}

/** Connections to one reviewer, kept open between requests. */
export interface Line {
  /** Sends at once and never throws: whatever goes wrong is told. Nothing is sent again, and no redirect is followed. */
  send(envelope: Envelope, signal: AbortSignal): Promise<Exchange>;
  close(): void;
}

/**
 * Opens a line. Readings are taken when the socket hands its bytes over, before HTTP or anything else is parsed.
 * @param timeoutMs limit of one request from its dispatch to its last byte
 */
export function openLine(timeoutMs: number, now: () => number): Line {
  const options = { keepAlive: true, maxSockets: Infinity, maxFreeSockets: Infinity };
  const agents = { "http:": new PlainAgent(options), "https:": new SecureAgent(options) };

  function send({ url, headers, body }: Envelope, signal: AbortSignal): Promise<Exchange> {
    return new Promise((resolve) => {
      const isSecure = url.protocol === "https:";
      const exchange: Exchange = {
        dispatchedMs: now(),
        firstByteMs: null,
        endMs: 0,
        status: null,
        location: null,
        encoding: null,
        body: [],
        failure: null,
      };
      let lastByteMs = exchange.dispatchedMs;
      let bytes = 0;
      let isSettled = false;
      let ownSocket: Socket | null = null;
      const stamp = () => {
        lastByteMs = now();
        exchange.firstByteMs ??= lastByteMs;
      };
      const settle = (failure: Exchange["failure"]) => {
        if (isSettled) return;
        isSettled = true;
        clearTimeout(timer);
        signal.removeEventListener("abort", abort);
        ownSocket?.off("data", stamp);
        exchange.failure = failure;
        exchange.endMs = failure === null ? lastByteMs : now();
        resolve(exchange);
        // Whatever of the answer was not read is not wanted any more.
        if (failure !== null) outgoing.destroy();
      };
      const fail = (message: string, isTimeout = false) => settle({ isTimeout, message });
      const abort = () => fail("given up: the run was stopped");
      const open = isSecure ? secureRequest : plainRequest;
      const outgoing: ClientRequest = open(url, {
        method: "POST",
        headers: { ...headers, "content-length": String(body.length) },
        agent: isSecure ? agents["https:"] : agents["http:"],
      });
      const timer = setTimeout(
        () => fail(`no whole answer within ${timeoutMs / 1000} s`, true),
        Math.min(timeoutMs, 2 ** 31 - 1),
      );
      outgoing.on("socket", (socket) => {
        ownSocket = socket;
        socket.prependListener("data", stamp);
        if (isSettled) socket.off("data", stamp);
      });
      outgoing.on("response", (response: IncomingMessage) => {
        exchange.status = response.statusCode ?? null;
        exchange.location = response.headers.location ?? null;
        exchange.encoding = response.headers["content-encoding"] ?? null;
        response.on("data", (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > mostBytes) return fail("an answer of over 32 MB");
          exchange.body.push({ atMs: lastByteMs, bytes: chunk });
        });
        response.on("end", () => settle(response.complete ? null : { isTimeout: false, message: brokeOff }));
        response.on("error", () => fail(brokeOff));
        response.on("close", () => fail(brokeOff));
      });
      outgoing.on("error", (error) => fail(exchange.status === null ? explain(error, outgoing) : brokeOff));
      outgoing.on("close", () => fail(exchange.status === null ? closed(outgoing) : brokeOff));
      if (signal.aborted) abort();
      else signal.addEventListener("abort", abort, { once: true });
      outgoing.end(body);
    });
  }

  return {
    send,
    close() {
      agents["http:"].destroy();
      agents["https:"].destroy();
    },
  };
}

/** A server may close a connection that it keeps open at any moment, and this is not asked again. */
function closed({ reusedSocket }: ClientRequest): string {
  return reusedSocket
    ? "the server closed a connection that was kept open, without an answer"
    : "the connection was closed without an answer";
}

const brokeOff = "the connection broke in the middle of the answer";

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  EPROTO: "what answers there does not speak TLS (write http:// if it speaks plain HTTP)",
  ENOTFOUND: "no host of that name",
  EAI_AGAIN: "the host's name could not be looked up",
  EHOSTUNREACH: "no route to the host",
  ENETUNREACH: "no route to the network",
  ETIMEDOUT: "the connection timed out",
  EMFILE: "this machine lets no more files be open (raise ulimit -n, or lower the load)",
  EADDRNOTAVAIL: "this machine has no port left to connect from (lower the load)",
};

/** In words of our own: those of the system may quote the request. */
function explain(error: Error, outgoing: ClientRequest): string {
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (code === "ECONNRESET" || code === "EPIPE") return closed(outgoing);
  if (code.startsWith("HPE_")) return "what answers there does not speak HTTP";
  return reasons[code] ?? `the connection failed${code === "" ? "" : ` (${code})`}`;
}
