import type * as Package from "node-llama-cpp";
import type { Llama, LlamaLogLevel } from "node-llama-cpp";
import { UsageError } from "../../core/errors.ts";

export type EnginePackage = typeof Package;

/** The embedded engine: one for the process, quiet, on whatever accelerator its installed binaries know. */
export interface Engine {
  package: EnginePackage;
  llama: Llama;
  /** Versions of the package and of llama.cpp, as reports name them. */
  version: string;
  /**
   * Does what loads something. Only one thing is loaded at a time, so that what the engine's log says is about it.
   * @throws EngineError with the log's reason in place of the engine's own errors
   */
  load<T>(work: () => Promise<T>): Promise<T>;
}

/** What the engine said of something that it would not load. */
export class EngineError extends Error {
  constructor(message: string, cause: unknown) {
    super(message, { cause });
    this.name = "EngineError";
  }
}

/** How long the engine's log may lag behind its errors. */
const logLagMs = 200;

let engine: Promise<Engine> | undefined;

/**
 * The engine of this process, started when it is first asked for.
 * @throws UsageError when its package or its binary for this machine is not installed
 */
export function startEngine(): Promise<Engine> {
  engine ??= openEngine().catch((error: unknown) => {
    engine = undefined;
    throw error;
  });
  return engine;
}

/**
 * The package of the engine; loading it takes a moment, so it is loaded on use.
 * @throws UsageError when it is not installed
 */
export async function loadPackage(): Promise<EnginePackage> {
  try {
    return await import("node-llama-cpp");
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND";
    const what = isMissing ? "is not installed" : `cannot be loaded (${firstLine(error)})`;
    throw new UsageError(
      `the embedded engine ${what} (pnpm add node-llama-cpp, or serve the model with llama-server and name it as openai:NAME@http://127.0.0.1:8080/v1)`,
    );
  }
}

async function openEngine(): Promise<Engine> {
  const engineOf = await loadPackage();
  const log: string[] = [];
  const options = {
    build: "never",
    skipDownload: true,
    gpu: "auto",
    progressLogs: false,
    logLevel: engineOf.LlamaLogLevel.warn,
    logger: (level: LlamaLogLevel, line: string) => {
      if (level === engineOf.LlamaLogLevel.error || level === engineOf.LlamaLogLevel.fatal) log.push(line);
    },
  } as const;
  const llama = await engineOf.getLlama(options).catch((error: unknown) => {
    throw new UsageError(
      `the embedded engine has no binary for ${process.platform}-${process.arch}: ${firstLine(error)} (install one of the @node-llama-cpp/ packages, or serve the model with llama-server)`,
    );
  });
  let turn: Promise<unknown> = Promise.resolve();

  async function loadAlone<T>(work: () => Promise<T>): Promise<T> {
    log.length = 0;
    try {
      return await work();
    } catch (error) {
      throw new EngineError((await reasonIn(log)) ?? firstLine(error), error);
    }
  }

  return {
    package: engineOf,
    llama,
    version: `node-llama-cpp ${await engineOf.getModuleVersion()}, llama.cpp ${llama.llamaCppRelease.release}`,
    load: (work) => {
      const done = turn.then(() => loadAlone(work));
      turn = done.catch(() => undefined);
      return done;
    },
  };
}

/** The first line that says more than that something failed; null where none comes. The engine logs from its threads. */
async function reasonIn(log: readonly string[]): Promise<string | null> {
  for (let waitedMs = 0; waitedMs < logLagMs; waitedMs += 10) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    const line = log.map(sayReason).find((reason) => reason !== "");
    if (line !== undefined) return line;
  }
  return null;
}

/** Drops the names of functions and what the message around it says already; empty where nothing is left. */
function sayReason(line: string): string {
  const reason = line
    .trim()
    .replace(/^\w+: /, "")
    .replace(/^(?:error loading model|failed to apply lora adapter): /, "");
  return /^failed to (?:load|open) model$/.test(reason) ? "" : reason;
}

/** An error's message on one line. */
export function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split("\n", 1)[0] ?? "";
}
