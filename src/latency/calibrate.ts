import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Level } from "../core/latency/settings.ts";
import { streamReaders } from "../core/latency/streams/index.ts";
import type { CalibrationTimes } from "../core/latency/trust.ts";
import { fewestForQuantile } from "../core/stats/quantile.ts";
import type { LatencyClock } from "./clock.ts";
import { type Exchange, openLine } from "./exchange.ts";

/** How the client's own server answers: first piece, gap between pieces (milliseconds), and how many. */
export interface Script {
  firstMs: number;
  gapMs: number;
  pieces: number;
}

/** About as an engine streams to several at once. */
const usualScript: Script = { firstMs: 50, gapMs: 5, pieces: 10 };
const timeoutMs = 5000;
/** A question of the size that a small diff makes. */
const body = Buffer.from(JSON.stringify({ prompt: "x".repeat(4096) }));

/** The client's own server, in a process of its own. */
export interface OwnServer extends AsyncDisposable {
  url: string;
}

/** Starts it on a free port of this machine. */
export async function startOwnServer({ firstMs, gapMs, pieces }: Script = usualScript): Promise<OwnServer> {
  // Where the program was built, so was this file.
  const source = new URL("./calibration-server.ts", import.meta.url);
  const file = fileURLToPath(source).replace(/\.ts$/, import.meta.url.slice(-3));
  const args = [file, `--first=${firstMs}`, `--gap=${gapMs}`, `--pieces=${pieces}`];
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "exit");
  const port = await Promise.race([once(child.stdout, "data").then(([chunk]) => String(chunk).trim()), ended]);
  if (typeof port !== "string") throw new Error("the calibration server ended before it listened");
  return {
    url: `http://127.0.0.1:${port}/`,
    async [Symbol.asyncDispose]() {
      child.kill();
      await ended;
    },
  };
}

/** As many in flight as a level has; of an open loop about as many as there would be at its rate. */
export function calibrationConcurrency(level: Level, { firstMs, gapMs, pieces }: Script = usualScript): number {
  if (level.mode === "closed") return level.concurrency;
  return Math.max(1, Math.ceil((level.rate * (firstMs + gapMs * pieces)) / 1000));
}

/**
 * Times requests to the client's own server with so many in flight, as reviewers are timed, after a warm-up of as many:
 * four rounds of them, and as many as a p95 takes. What fails counts as its whole limit, for nobody but the client and
 * this machine can have failed.
 * @param most no more than will be measured: few requests have no p95 that the client could spoil
 * @throws the signal's reason once the run is stopped
 */
export async function calibrate(
  url: string,
  concurrency: number,
  most: number,
  clock: LatencyClock,
  signal: AbortSignal,
): Promise<CalibrationTimes[]> {
  const line = openLine(timeoutMs, clock.now);
  const times: CalibrationTimes[] = [];
  const envelope = { url: new URL(url), headers: { "content-type": "application/json" }, body };
  let left = Math.min(most, Math.max(fewestForQuantile(0.95), 4 * concurrency)) + concurrency;
  let warming = concurrency;
  async function slot(): Promise<void> {
    while (left > 0 && !signal.aborted) {
      left -= 1;
      const isWarmup = warming > 0;
      warming -= 1;
      const read = readTimes(await line.send(envelope, signal));
      if (!isWarmup) times.push(read);
    }
  }
  try {
    await Promise.all(Array.from({ length: concurrency }, slot));
  } finally {
    line.close();
  }
  signal.throwIfAborted();
  return times;
}

const failed = { firstTokenMs: timeoutMs, endToEndMs: timeoutMs, trueFirstTokenMs: 0, trueEndToEndMs: 0 };

function readTimes({ failure, body: said, dispatchedMs }: Exchange): CalibrationTimes {
  const { pieces, error } = streamReaders.chat(said);
  const [first, last] = [pieces[0], pieces.at(-1)];
  if (failure !== null || error !== null || first === undefined || last === undefined) return failed;
  return {
    firstTokenMs: first.atMs - dispatchedMs,
    endToEndMs: last.atMs - dispatchedMs,
    trueFirstTokenMs: Number(first.text),
    trueEndToEndMs: Number(last.text),
  };
}
