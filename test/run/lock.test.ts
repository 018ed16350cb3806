import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, renameSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { UsageError } from "../../src/core/errors.ts";
import { type FolderLock, lockFolder } from "../../src/run/lock.ts";
import { messageOf } from "../fixtures/complaint.ts";
import { temporaryFolders } from "../fixtures/temporary.ts";

const makeFolder = temporaryFolders();
const locks: FolderLock[] = [];
const children: ChildProcess[] = [];
afterEach(async () => {
  for (const lock of locks.splice(0)) lock.release();
  for (const child of children.splice(0)) await kill(child);
});

function take(folder: string, staleMs?: number): FolderLock {
  const lock = lockFolder(folder, staleMs);
  locks.push(lock);
  return lock;
}

const refusal = (folder: string, staleMs?: number) => messageOf(() => take(folder, staleMs), UsageError);

const lockFile = (folder: string) => join(folder, "journal.lock", readdirSync(join(folder, "journal.lock"))[0] ?? "");

/** A process of its own that runs a script in which `lockFolder` is known. */
function startScript(script: string): ChildProcess {
  const from = JSON.stringify(new URL("../../src/run/lock.ts", import.meta.url).href);
  const code = `import { lockFolder } from ${from};\n${script}`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  return child;
}

async function startHolder(...folders: string[]): Promise<ChildProcess> {
  const child = startScript(
    `for (const folder of ${JSON.stringify(folders)}) await lockFolder(folder);
    setInterval(() => process.stdout.write("locked"), 10);`,
  );
  await once(child.stdout!, "data");
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

/** Writes the lock of a process that is none of ours, by its name. */
function writeLock(name: string): string {
  const folder = makeFolder();
  mkdirSync(join(folder, "journal.lock"));
  writeFileSync(join(folder, "journal.lock", name), "");
  return folder;
}

const elsewhere = `77.12345.${"0".repeat(12)}.far-away`;

describe("a folder", () => {
  test("is one process's alone, and another is told whose and what to do", () => {
    const folder = makeFolder();
    take(folder);
    const host = hostname().replace(/[^\w.-]/g, "_");
    expect(refusal(folder)).toMatch(
      `${folder}: process ${process.pid} on ${host} is writing this run (wait for it or stop it, or choose another run with --name`,
    );
  });

  test("is free once it is released, with nothing left in it; a second release takes nobody's", () => {
    const folder = makeFolder();
    const first = take(folder);
    first.release();
    expect(readdirSync(folder)).toEqual([]);
    const second = take(folder);
    first.release();
    expect(refusal(folder)).toContain("is writing this run");
    expect(second.isLost()).toBe(false);
  });

  test("holds nothing but the lock, before a refusal and after it", () => {
    const folder = makeFolder();
    take(folder);
    expect(readdirSync(folder)).toEqual(["journal.lock"]);
    refusal(folder);
    expect(readdirSync(folder)).toEqual(["journal.lock"]);
  });
});

describe("a process of this machine", () => {
  test("keeps its lock as long as it lives, however long it has not renewed it", async () => {
    const folder = makeFolder();
    const child = await startHolder(folder);
    child.kill("SIGSTOP");
    utimesSync(join(folder, "journal.lock"), 0, 0);
    utimesSync(lockFile(folder), 0, 0);
    expect(refusal(folder, 0)).toContain(`process ${child.pid} on`);
  });

  test("loses it at once when it is killed", async () => {
    const folder = makeFolder();
    await kill(await startHolder(folder));
    expect(take(folder).isLost()).toBe(false);
    expect(refusal(folder)).toContain(`process ${process.pid} on`);
  });

  test.skipIf(process.platform !== "linux")("is not taken for another one that has its number now", () => {
    const folder = makeFolder();
    take(folder);
    const [pid, start, ...rest] = lockFile(folder).split("/").at(-1)!.split(".");
    renameSync(lockFile(folder), join(folder, "journal.lock", [pid, Number(start) - 1, ...rest].join(".")));
    expect(take(folder).isLost()).toBe(false);
  });

  test("is followed by one process only, however many come at the same moment", async () => {
    const folders = Array.from({ length: 100 }, makeFolder);
    await kill(await startHolder(...folders));
    const startAtMs = Date.now() + 1500;
    const script = `let taken = [];
      for (const [index, folder] of ${JSON.stringify(folders)}.entries()) {
        while (Date.now() < ${startAtMs} + 5 * index);
        try { await lockFolder(folder); taken.push(index); } catch (error) { if (error.name !== "UsageError") throw error; }
      }
      process.stdout.write(JSON.stringify(taken));
      setInterval(() => {}, 1000);`;
    const racers = [1, 2].map(() => startScript(script));
    const taken = await Promise.all(
      racers.map(async (racer) => JSON.parse(String((await once(racer.stdout!, "data"))[0])) as number[]),
    );
    expect(taken.flat().sort((a, b) => a - b)).toEqual(folders.map((_, index) => index));
  });
});

describe("a process of another machine", () => {
  test("keeps its lock while it renews it", () => {
    expect(refusal(writeLock(elsewhere))).toContain("process 77 on far-away is writing this run");
  });

  test("loses it when it has not renewed it for long", () => {
    const folder = writeLock(elsewhere);
    take(folder, 0);
    expect(refusal(folder, 0)).toContain(`process ${process.pid} on`);
  });

  test("is thought of as well where a lock says nothing that can be read", () => {
    expect(refusal(writeLock("something"))).toContain("another process is writing this run");
    expect(take(writeLock("something"), 0).isLost()).toBe(false);
  });
});

describe("who has lost a folder", () => {
  test("is told, and leaves the lock of the next one alone", () => {
    const folder = makeFolder();
    const lock = take(folder, 0);
    expect(lock.isLost()).toBe(false);
    renameSync(lockFile(folder), join(folder, "journal.lock", elsewhere));
    expect(lock.isLost()).toBe(true);
    lock.release();
    expect(readdirSync(join(folder, "journal.lock"))).toEqual([elsewhere]);
  });
});

test("an empty lock, as a process leaves it that dies while it ends, is free", () => {
  const folder = makeFolder();
  mkdirSync(join(folder, "journal.lock"));
  expect(take(folder).isLost()).toBe(false);
});
