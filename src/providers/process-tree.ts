import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

const pollMs = 50;
const isWindows = process.platform === "win32";

/** What a program must be started with, so that it is ended with all that it has started. */
export const asTree = { detached: !isWindows, windowsHide: true } as const;

/**
 * Ends a program and whatever it started: SIGTERM, then SIGKILL for what is left after `graceMs` milliseconds, or after
 * `orphansMs` without the program itself. It must have been started with `asTree`.
 */
export async function endTree(child: ChildProcess, graceMs: number, orphansMs = graceMs): Promise<void> {
  signalTree(child, "SIGTERM");
  let alone = 0;
  for (let waited = 0; waited < graceMs && alone < orphansMs && signalTree(child, 0); waited += pollMs) {
    await delay(pollMs);
    if (!hasEnded(child)) continue;
    if (!isGroupAlive(child)) return;
    alone += pollMs;
  }
  signalTree(child, "SIGKILL");
}

/** Whether the program itself has ended, or never began. */
export function hasEnded({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid === undefined || exitCode !== null || signalCode !== null;
}

/** Whether anything of the group still runs. In a container often nobody fetches what has ended: that can be signalled for ever. */
function isGroupAlive({ pid }: ChildProcess): boolean {
  if (process.platform !== "linux") return true;
  try {
    return readdirSync("/proc").some((name) => /^\d+$/.test(name) && runsInGroup(name, String(pid)));
  } catch {
    return true;
  }
}

function runsInGroup(process: string, group: string): boolean {
  try {
    const stat = readFileSync(`/proc/${process}/stat`, "latin1");
    // The name before these may hold anything, also spaces and parentheses.
    const [state = "", , itsGroup] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return itsGroup === group && !/[ZX]/.test(state);
  } catch {
    return false;
  }
}

/** Signals the whole process group (on Windows the tree, always by force); false when none of it is left. */
export function signalTree(child: ChildProcess, signal: "SIGTERM" | "SIGKILL" | 0): boolean {
  if (child.pid === undefined) return false;
  if (isWindows) {
    if (signal === "SIGTERM") spawn("taskkill", ["/pid", String(child.pid), "/t", "/f"], { windowsHide: true });
    return child.exitCode === null;
  }
  try {
    return process.kill(-child.pid, signal);
  } catch {
    return false;
  }
}
