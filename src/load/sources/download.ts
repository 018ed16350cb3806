import { createHash } from "node:crypto";
import { constants, readFileSync, statSync } from "node:fs";
import { type FileHandle, lstat, open, rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import writeFileAtomic from "write-file-atomic";
import { IncompleteError, UsageError } from "../../core/errors.ts";

const tries = 5;
const firstWaitMs = 500;
const longestWaitMs = 30_000;
const longestSilenceMs = 60_000;

/** What fetching needs of the outside. */
export interface DownloadWorld {
  fetch: typeof globalThis.fetch;
  /** Tells a person how far it has come, one line each. */
  note: (line: string) => void;
  signal: AbortSignal;
  /** The address below which OWNER/NAME/COMMIT/PATH lies; GitHub's where it is left out, as all but tests do. */
  base?: string;
  /** Waits before another try; by the machine's clock where it is left out. */
  wait?: (ms: number, signal: AbortSignal) => Promise<unknown>;
  /** How long a server may send nothing before it is asked again, in milliseconds; a minute where it is left out. */
  stallMs?: number;
}

/** What is asked for, of whom, and how messages speak of it. */
export interface Transfer {
  url: string;
  bytes: number;
  /** What messages call it. */
  subject: string;
  /** What else the user can do where it cannot be had, such as `name a folder with a copy`. */
  advice: string;
  headers?: Readonly<Record<string, string>>;
  /** Whether another address that the server names is asked; no where it is left out. */
  followsRedirects?: boolean;
  /** The error for an answer that is neither the file nor a failure that may pass; null for the usual one. */
  explain?: (status: number) => Error | null;
  /** Is told how many bytes of the file there are, as they come. */
  onProgress?: (bytes: number) => void;
}

/** One file to fetch. */
export interface Download extends Pick<Transfer, "url" | "bytes" | "subject"> {
  /** Where it is to stand. */
  file: string;
  sha256: string;
  /** The source and its commit, as a suite names it. */
  reference: string;
}

/** A failure that may pass: asking again is worth it. `waitMs` is what the server asked for, null where it did not. */
class PassingError extends Error {
  readonly waitMs: number | null;
  constructor(message: string, waitMs: number | null = null) {
    super(message);
    this.waitMs = waitMs;
  }
}

/** Whether a file is there and is the one that the checksum belongs to. */
export function isSound(file: string, { bytes, sha256 }: Pick<Download, "bytes" | "sha256">): boolean {
  const found = statSync(file, { throwIfNoEntry: false });
  return found?.isFile() === true && found.size === bytes && digestOf(readFileSync(file)) === sha256;
}

/**
 * Fetches one file by way of FILE.part, from where an earlier try has left that. Several processes may do so at once
 * without a lock, which would have to be told from one that a dead process left: to the part they write the same bytes
 * at the same places, and what gets the file's name is written anew, whole, of the bytes that were checked.
 * @throws UsageError for a file that is gone or another one; IncompleteError where the server cannot be reached
 */
export async function downloadFile(download: Download, world: DownloadWorld): Promise<void> {
  const part = `${download.file}.part`;
  let fetched = await fetchPart(part, download, world);
  if (fetched.content === null) await rm(part, { force: true });
  // What was there before may have been damaged.
  if (fetched.content === null && fetched.isResumed) fetched = await fetchPart(part, download, world);
  if (fetched.content !== null) {
    // It would be followed.
    if ((await lstat(download.file).catch(() => null))?.isSymbolicLink()) await rm(download.file, { force: true });
    await writeFileAtomic(download.file, fetched.content, { fsync: false });
  }
  await rm(part, { force: true });
  if (fetched.content === null)
    throw new UsageError(
      `${download.subject}: expected ${download.bytes} bytes with sha256 ${download.sha256} from ${download.url}, got ${fetched.got} (something on the way changes it: try from elsewhere, or ${adviceFor(download)})`,
    );
}

/** `content` is null where what came is not the file, and `got` says what it is; `isResumed` where some was there before. */
type FetchedPart = { isResumed: boolean } & ({ content: Buffer } | { content: null; got: string });

async function fetchPart(part: string, download: Download, world: DownloadWorld): Promise<FetchedPart> {
  const found = await lstat(part).catch(() => null);
  // A link could lead anywhere.
  if (found?.isFile() === false) await rm(part, { force: true });
  const handle = await open(part, constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0));
  try {
    const { size } = await handle.stat();
    const isResumed = size > 0;
    const transfer = { ...download, advice: adviceFor(download) };
    const goesOn = await fillPart({ handle, at: size }, transfer, world);
    if (goesOn) return { isResumed, content: null, got: `more than ${download.bytes} bytes` };
    const content = await handle.readFile();
    const digest = digestOf(content);
    if (digest === download.sha256) return { isResumed, content };
    return { isResumed, content: null, got: `${content.length} bytes with sha256 ${digest}` };
  } finally {
    await handle.close();
  }
}

function digestOf(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

/** A part that is being written: `at` is where the next byte goes. */
export interface Part {
  handle: FileHandle;
  at: number;
}

/**
 * Asks until all bytes are there, or the server has no more; whether they are the right ones is the caller's to see.
 * @returns whether it had more than there may be
 * @throws UsageError for a file that is gone; IncompleteError where the server cannot be reached; what the system says
 */
export async function fillPart(part: Part, download: Transfer, world: DownloadWorld): Promise<boolean> {
  const { wait = (ms, signal) => sleep(ms, undefined, { signal }) } = world;
  let furthest = part.at;
  for (let failures = 0; part.at < download.bytes;) {
    try {
      const end = await receive(part, download, world);
      if (end !== "refuses range") return end === "goes on";
      part.at = 0;
    } catch (error) {
      if (!(error instanceof PassingError)) throw error;
      failures = part.at > furthest ? 1 : failures + 1;
      furthest = Math.max(furthest, part.at);
      if (failures === tries)
        throw new IncompleteError(
          `${download.subject}: ${download.url} ${error.message}, ${tries} times (try later, or ${download.advice})`,
        );
      const ownMs = firstWaitMs * 2 ** (failures - 1);
      await wait(Math.min(longestWaitMs, error.waitMs ?? ownMs), world.signal);
    }
  }
  return false;
}

/** One request: writes what comes, never past the end of the file. @throws PassingError when asking again may help */
async function receive(
  part: Part,
  download: Transfer,
  world: DownloadWorld,
): Promise<"ends" | "goes on" | "refuses range"> {
  const limit = limitSilence(world);
  try {
    const from = part.at;
    // Ranges count the bytes that are sent, so they must not be compressed.
    const range = from === 0 ? {} : { range: `bytes=${from}-` };
    const headers = { ...download.headers, "accept-encoding": "identity", ...range };
    const redirect = download.followsRedirects === true ? "follow" : "manual";
    const response = await world.fetch(download.url, { headers, redirect, signal: limit.signal });
    const { status } = response;
    const isRest = from > 0 && status === 206 && continues(response, from, download.bytes);
    if (status !== 200 && !isRest) {
      await response.body?.cancel();
      if (from > 0 && (status === 206 || status === 416)) return "refuses range";
      throw rejection(response, download);
    }
    if (!isRest) part.at = 0;
    for await (const chunk of response.body ?? []) {
      limit.renew();
      if (part.at + chunk.length > download.bytes) return "goes on";
      await writeAll(part, chunk);
      download.onProgress?.(part.at);
    }
    const told = Number(response.headers.get("content-length") ?? Number.NaN);
    if (part.at < download.bytes && told !== part.at)
      throw new PassingError(`ended after ${part.at} of ${download.bytes} bytes`);
    return "ends";
  } catch (error) {
    throw explainFailure(error, download, limit.isOver());
  } finally {
    limit.clear();
  }
}

function continues({ headers }: Response, from: number, bytes: number): boolean {
  const [, first, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get("content-range") ?? "") ?? [];
  const isPlain = (headers.get("content-encoding") ?? "identity") === "identity";
  return isPlain && Number(first) === from && (total === "*" || Number(total) === bytes);
}

async function writeAll(part: Part, chunk: Uint8Array): Promise<void> {
  for (let done = 0; done < chunk.length;) {
    const { bytesWritten } = await part.handle.write(chunk, done, chunk.length - done, part.at);
    done += bytesWritten;
    part.at += bytesWritten;
  }
}

function rejection({ status, headers }: Response, download: Transfer): Error {
  const own = download.explain?.(status) ?? null;
  if (own !== null) return own;
  if (status === 404 || status === 410)
    return new UsageError(
      `${download.subject}: ${download.url} answered ${status}: the commit or the path is gone (${download.advice})`,
    );
  if (status >= 500 || [408, 425, 429].includes(status)) {
    const seconds = Number.parseInt(headers.get("retry-after") ?? "", 10);
    return new PassingError(`answered ${status}`, Number.isNaN(seconds) ? null : seconds * 1000);
  }
  return new IncompleteError(
    `${download.subject}: ${download.url} answered ${status} (check the network and its proxy, or ${download.advice})`,
  );
}

/** How connections end that were there, or were about to be. */
const passingCodes: ReadonlySet<string> = new Set([
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "UND_ERR_SOCKET",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
  "UND_ERR_RES_CONTENT_LENGTH_MISMATCH",
]);

function explainFailure(error: unknown, download: Transfer, isStalled: boolean): unknown {
  if (isStalled) return new PassingError("stopped sending");
  if (!(error instanceof TypeError) || !(error.cause instanceof Error)) return error;
  const { cause } = error;
  const code = "code" in cause && typeof cause.code === "string" ? cause.code : "";
  if (passingCodes.has(code) || code.startsWith("HPE_")) return new PassingError(`broke the connection (${code})`);
  return new IncompleteError(
    `${download.subject}: cannot reach ${new URL(download.url).host}: ${cause.message || code} (check the network and its proxy, or ${download.advice})`,
  );
}

function adviceFor({ reference }: Download): string {
  return `name a folder with a copy of ${reference} as dataset.dir or in NITBENCH_DATA`;
}

/** A signal that is aborted with the world's, or when nothing comes for long. */
function limitSilence({ signal, stallMs = longestSilenceMs }: DownloadWorld) {
  const silence = new AbortController();
  const start = () => setTimeout(() => silence.abort(), stallMs);
  let timer = start();
  return {
    signal: AbortSignal.any([signal, silence.signal]),
    isOver: () => silence.signal.aborted,
    renew: () => {
      clearTimeout(timer);
      timer = start();
    },
    clear: () => clearTimeout(timer),
  };
}
