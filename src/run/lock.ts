import { randomUUID } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import lockfile from "proper-lockfile";
import { z } from "zod";
import { UsageError } from "../core/errors.ts";

const Owner = z.object({ pid: z.int().positive(), host: z.string() });
type Owner = z.infer<typeof Owner>;

/** The right to write into a folder, kept until released. */
export interface FolderLock {
  /** True once another process took the folder over, which happens after this one was suspended for long. */
  isLost: () => boolean;
  release: () => Promise<void>;
}

/**
 * Takes the folder for this process alone. The lock of a process that has died is taken over: at once when it ran on
 * this machine, else when its lock has not been renewed for 10 seconds.
 * @throws UsageError when another process writes there
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const lockfilePath = join(folder, "journal.lock");
  const ownerFile = join(folder, "journal.owner");
  let isLost = false;
  const options = { lockfilePath, stale: 10_000, onCompromised: () => (isLost = true) };
  const take = async () => await lockfile.lock(folder, options).catch((error: unknown) => passUnlessHeld(error));

  let unlock = await take();
  if (unlock === null && (await removeDeadLock(ownerFile, lockfilePath))) unlock = await take();
  if (unlock === null) throw await heldError(folder, ownerFile);

  const release = unlock;
  await writeFile(ownerFile, JSON.stringify({ pid: process.pid, host: hostname() } satisfies Owner));
  return {
    isLost: () => isLost,
    release: async () => {
      if (isLost) return;
      await rm(ownerFile, { force: true });
      await release();
    },
  };
}

function passUnlessHeld(error: unknown): null {
  if (error instanceof Error && "code" in error && error.code === "ELOCKED") return null;
  throw error;
}

/**
 * Removes the lock of a process that is dead for certain. The owner file is moved away first and read again: of two
 * processes that see the same dead owner only one gets it, and a new owner's file is put back.
 */
async function removeDeadLock(ownerFile: string, lockfilePath: string): Promise<boolean> {
  const owner = await readOwner(ownerFile);
  if (owner === null || isAlive(owner)) return false;
  const claimed = `${ownerFile}.${randomUUID()}`;
  const isMine = await rename(ownerFile, claimed).then(
    () => true,
    () => false,
  );
  if (!isMine) return false;
  const now = await readOwner(claimed);
  if (now === null || now.pid !== owner.pid) {
    await rename(claimed, ownerFile);
    return false;
  }
  await rm(lockfilePath, { recursive: true, force: true });
  await rm(claimed, { force: true });
  return true;
}

async function heldError(folder: string, ownerFile: string): Promise<UsageError> {
  const owner = await readOwner(ownerFile);
  const who = owner === null ? "another process" : `process ${owner.pid} on ${owner.host}`;
  return new UsageError(
    `${folder}: ${who} is writing this run (wait for it or stop it, or choose another run with --name; the lock of a dead process ends by itself within 10 s)`,
  );
}

async function readOwner(file: string): Promise<Owner | null> {
  try {
    return Owner.parse(JSON.parse(await readFile(file, "utf8")));
  } catch {
    return null;
  }
}

/** A process of another machine counts as alive: it cannot be asked. */
function isAlive(owner: Owner): boolean {
  if (owner.host !== hostname()) return true;
  try {
    process.kill(owner.pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}
