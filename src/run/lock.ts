import { hash } from "node:crypto";
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { UsageError } from "../core/errors.ts";

const renewEveryMs = 5000;
const longestSilenceMs = 30_000;

/** The right to write into a folder, kept until released. */
export interface FolderLock {
  /** True once a process of another machine took the folder over, after this one was suspended for long. */
  isLost: () => boolean;
  /** Frees the folder; a second call does nothing. */
  release: () => void;
}

/**
 * Takes the folder for this process alone. A process of this machine keeps it as long as it lives and loses it at once
 * when it is dead; one of another machine, which cannot be asked, loses it when it has not renewed its lock for long.
 *
 * The lock is a folder `journal.lock` with one empty file, whose name says whose it is. It gets there whole by one
 * rename, and changes hands by another, which names the owner it is taken from: only one of many can succeed.
 * @param staleMs how old the last renewal by another machine must be
 * @throws UsageError when another process writes there; what the system says when nobody can
 */
export function lockFolder(folder: string, staleMs = longestSilenceMs): FolderLock {
  const lock = join(folder, "journal.lock");
  const own = nameOf(process.pid);
  const prepared = mkdtempSync(`${lock}.`);
  try {
    const file = join(prepared, own);
    writeFileSync(file, "");
    // Compared with times that the same disk gave, so that no clock of a machine matters.
    const isOld = (name: string) => statSync(file).ctimeMs - renewedAtMs(join(lock, name)) >= staleMs;
    for (let turn = 0; turn < 3; turn += 1) {
      if (works(() => renameSync(prepared, lock))) return hold(join(lock, own), staleMs);
      const owner = ownerIn(lock);
      // Whoever had it is just letting go, or died while it did.
      if (owner === null) works(() => rmdirSync(lock));
      else if (!isGone(owner, isOld)) throw heldError(folder, owner);
      else if (works(() => renameSync(join(lock, owner), join(lock, own)))) return hold(join(lock, own), staleMs);
    }
    throw heldError(folder, ownerIn(lock));
  } finally {
    rmSync(prepared, { recursive: true, force: true });
  }
}

function hold(file: string, staleMs: number): FolderLock {
  let isLost = false;
  let isReleased = false;
  let renewedMs = Date.now();
  const renew = () => {
    try {
      utimesSync(file, new Date(), new Date());
      renewedMs = Date.now();
    } catch (error) {
      // A disk that cannot be reached for a while takes nothing away.
      isLost ||= isMissing(error);
    }
  };
  const timer = setInterval(renew, renewEveryMs).unref();
  return {
    isLost: () => {
      // Timers do not run while the machine sleeps, and others may have come by then.
      if (Date.now() - renewedMs >= staleMs / 2) renew();
      return isLost;
    },
    release: () => {
      clearInterval(timer);
      if (!isReleased && works(() => unlinkSync(file))) works(() => rmdirSync(dirname(file)));
      isReleased = true;
    },
  };
}

/** A process as the name of a file: its number, when it began, where such numbers hold, and the host for people. */
function nameOf(pid: number): string {
  return `${pid}.${beginOf(pid) ?? ""}.${placeOfNumbers()}.${hostname()
    .replace(/[^\w.-]/g, "_")
    .slice(0, 100)}`;
}

const nameForm = /^(?<pid>\d+)\.(?<begin>\d*)\.(?<place>[0-9a-f]{12})\.(?<host>.+)$/;

function isGone(owner: string, isOld: (owner: string) => boolean): boolean {
  const { pid, begin, place } = nameForm.exec(owner)?.groups ?? {};
  if (place !== placeOfNumbers()) return isOld(owner);
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ESRCH") return true;
  }
  const now = beginOf(Number(pid));
  return now !== null && now !== begin;
}

/** When a process began, in the system's own count; empty for one that has ended, null where the system does not tell. */
function beginOf(pid: number): string | null {
  const told = textOf(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  const [state, ...fields] = told.slice(told.lastIndexOf(")") + 2).split(" ");
  return state === "Z" || state === "X" ? "" : (fields[18] ?? null);
}

/** Tells apart machines, their starts and, on Linux, their containers, each of which numbers its processes anew. */
function placeOfNumbers(): string {
  const start = textOf(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8"));
  const container = textOf(() => readlinkSync("/proc/self/ns/pid"));
  return hash("sha256", `${hostname()} ${start} ${container}`).slice(0, 12);
}

function ownerIn(lock: string): string | null {
  try {
    return readdirSync(lock)[0] ?? null;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** When the disk says that a lock was taken or renewed; long ago for one that is not there. */
function renewedAtMs(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.ctimeMs ?? 0;
}

function heldError(folder: string, owner: string | null): UsageError {
  const { pid, host } = nameForm.exec(owner ?? "")?.groups ?? {};
  const who = pid === undefined ? "another process" : `process ${pid} on ${host}`;
  return new UsageError(
    `${folder}: ${who} is writing this run (wait for it or stop it, or choose another run with --name; what a dead process of another machine has locked is free after ${longestSilenceMs / 1000} s)`,
  );
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

function works(change: () => void): boolean {
  try {
    change();
    return true;
  } catch {
    return false;
  }
}

function textOf(read: () => string): string {
  try {
    return read();
  } catch {
    return "";
  }
}
