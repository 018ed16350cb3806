import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { EngineWorld } from "../../../core/engine.ts";
import { type Provider, ProviderError } from "../../../core/provider.ts";
import { asTree, endTree, hasEnded, signalTree } from "../../process-tree.ts";
import { lineOf } from "./line.ts";
import { openServerLog, type ServerLog } from "./log.ts";

/** A server to start on this machine. */
export interface ServerCommand {
  /** The program's name, as messages have it. */
  name: string;
  /** Its path. */
  program: string;
  args: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  /** The port that it is told to listen on. */
  port: number;
}

/** How long a server is waited for, in milliseconds. */
export interface Patience {
  /** Until it must be ready. */
  readyMs: number;
  /** Between two looks whether it is, at most: the first come sooner. */
  pollMs: number;
  /** Between two lines that say that it is still waited for. */
  noteMs: number;
  /** Between asking it to end and ending it by force. */
  graceMs: number;
}

/** A server that was started and is ready. */
export interface ServerProcess {
  readonly port: number;
  /** Why it runs no more, in one line; null while it runs. */
  whyEnded(): string | null;
  /** Ends it with all that it started. */
  stop(): Promise<void>;
}

const healthTimeoutMs = 2000;
const firstPauseMs = 20;
/** What a server leaves behind when it ends is given no longer, even where nobody fetches processes that have ended. */
const orphansMs = 2000;

/**
 * Starts a server and waits until its `/health` answers well. Its output goes to a log below `.nitbench/logs`. It ends
 * with this process, whatever ends that in good order.
 * @throws ProviderError where it cannot be started, ends early or is not ready in time, with what its log says of it; the
 *   signal's reason when that is aborted. It is ended by then
 */
export async function startServer(
  command: ServerCommand,
  patience: Patience,
  world: EngineWorld,
  signal: AbortSignal,
): Promise<ServerProcess> {
  signal.throwIfAborted();
  const { name, program, args, env, port } = command;
  const log = openServerLog(`${name}-${port}`);
  world.note(`${name}: starting \`${lineOf(name, args)}\` (log: ${log.path})`);
  const child = spawn(program, args, { ...asTree, env: { ...env }, stdio: ["ignore", log.descriptor, log.descriptor] });
  closeSync(log.descriptor);

  let ended: string | null = null;
  let ending: Promise<void> | undefined;
  const atExit = () => signalTree(child, "SIGKILL");
  const end = () => (ending ??= endWhole(child, patience.graceMs).finally(() => process.off("exit", atExit)));
  process.on("exit", atExit);
  child.on("error", (error) => (ended ??= `could not be started: ${error.message}`));
  child.on("exit", (code, killedBy) => {
    ended ??= code === null ? `was ended by ${killedBy}` : `ended with exit code ${code}`;
    // What it started may have outlived it.
    void end();
  });

  const running: ServerProcess = {
    port,
    whyEnded: () => (ended === null ? null : `${name} ${ended}${saidIn(log, log.tellingLine())}`),
    stop: end,
  };
  try {
    await waitUntilReady(running, name, log, patience, world, signal);
    return running;
  } catch (error) {
    await running.stop();
    throw error;
  }
}

async function endWhole(child: ChildProcess, graceMs: number): Promise<void> {
  await endTree(child, graceMs, orphansMs);
  if (!hasEnded(child)) await once(child, "exit");
}

async function waitUntilReady(
  server: ServerProcess,
  name: string,
  log: ServerLog,
  { readyMs, pollMs, noteMs }: Patience,
  { fetch, now, note }: EngineWorld,
  signal: AbortSignal,
): Promise<void> {
  const startMs = now();
  let notedMs = startMs;
  let pauseMs = Math.min(pollMs, firstPauseMs);
  for (;;) {
    const isReady = await isHealthy(`http://127.0.0.1:${server.port}/health`, fetch, signal);
    signal.throwIfAborted();
    // Looked at last: what answers may be another server, to which this one lost its port.
    const why = server.whyEnded();
    if (why !== null) throw new ProviderError(why, { isRetryable: false });
    const passed = `${Math.round((now() - startMs) / 1000)} s`;
    if (isReady) {
      note(`${name}: ready after ${passed}`);
      return;
    }
    if (now() - startMs > readyMs) {
      const message = `${name} was not ready within ${passed}${saidIn(log, log.lastLine())}`;
      throw new ProviderError(message, { isRetryable: false });
    }
    if (now() - notedMs >= noteMs) {
      notedMs = now();
      note(`${name}: still starting after ${passed}${saidIn(log, log.lastLine())}`);
    }
    await delay(pauseMs, undefined, { signal }).catch(() => undefined);
    pauseMs = Math.min(pollMs, pauseMs * 1.5);
  }
}

async function isHealthy(url: string, fetch: typeof globalThis.fetch, signal: AbortSignal): Promise<boolean> {
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(healthTimeoutMs)]);
    const response = await fetch(url, { redirect: "manual", signal: limit });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

function saidIn({ path }: ServerLog, line: string): string {
  return line === "" ? ` (log: ${path})` : `: ${line} (log: ${path})`;
}

/** The same provider, which says that its server is gone where that is why it cannot be asked. */
export function onServer(provider: Provider, server: ServerProcess): Provider {
  return {
    ...provider,
    async generate(request, signal) {
      try {
        return await provider.generate(request, signal);
      } catch (error) {
        const why = error instanceof ProviderError ? server.whyEnded() : null;
        if (why === null) throw error;
        throw new ProviderError(why, { isRetryable: false, cause: error });
      }
    },
  };
}
