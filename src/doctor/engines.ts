import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { UsageError } from "../core/errors.ts";
import { isLoopback } from "../providers/engines/server/address.ts";
import { findProgram } from "../providers/engines/server/find-program.ts";

/** What is known of one engine on this machine. */
export interface EngineState {
  name: "embedded" | "vllm" | "ollama" | "llama-server";
  /** Null where it was not found; `version` is null where it does not say. */
  installed: { version: string | null; path: string } | null;
  /** The address at which it would answer by default; null for the embedded one. */
  address: string | null;
  /** Whether it answers there; null where nothing does, or something else. */
  answering: { version: string | null } | null;
  /** How to get it. */
  remedy: string;
}

/** What looking for engines needs of the outside. */
export interface EngineWorld {
  fetch: typeof globalThis.fetch;
  env: Readonly<Record<string, string | undefined>>;
  signal: AbortSignal;
  /** Addresses in place of the engines' own; only ever this machine's. */
  addresses?: Partial<Record<Server, string>>;
}

type Server = Exclude<EngineState["name"], "embedded">;

const ownAddresses: Record<Server, string> = {
  vllm: "http://127.0.0.1:8000",
  ollama: "http://127.0.0.1:11434",
  "llama-server": "http://127.0.0.1:8080",
};
const remedies: Record<EngineState["name"], string> = {
  embedded: "install this program's dependencies again, optional ones too",
  vllm: "pip install vllm (Linux with a GPU)",
  ollama: "https://ollama.com/download",
  "llama-server": "https://github.com/ggml-org/llama.cpp/releases",
};
const answerTimeoutMs = 500;
const versionTimeoutMs = 3000;

/** Looks which engines are installed, and which answer at their own ports of this machine. Never throws. */
export async function findEngines(world: EngineWorld): Promise<EngineState[]> {
  const embedded: EngineState = {
    name: "embedded",
    installed: findEmbedded(),
    address: null,
    answering: null,
    remedy: remedies.embedded,
  };
  return [
    embedded,
    ...(await Promise.all((["vllm", "ollama", "llama-server"] as const).map((name) => look(name, world)))),
  ];
}

async function look(name: Server, world: EngineWorld): Promise<EngineState> {
  const address = world.addresses?.[name] ?? (name === "ollama" ? await findOwnOllama(world) : ownAddresses[name]);
  const [installed, answering] = await Promise.all([findInstalled(name, world), findAnswering(name, address, world)]);
  return { name, installed, address, answering, remedy: remedies[name] };
}

/** Where reviewers find Ollama too, as long as that is this machine. */
async function findOwnOllama({ env }: EngineWorld): Promise<string> {
  if ((env["OLLAMA_HOST"] ?? "").trim() === "") return ownAddresses.ollama;
  const { findOllama } = await import("../providers/ollama/server.ts");
  try {
    const ref = { ref: "ollama:", kind: "ollama", target: "" } as const;
    const endpoint = findOllama(ref, { contract: "findings", timeoutMs: answerTimeoutMs }, env);
    return isLoopback(endpoint) ? endpoint.baseUrl : ownAddresses.ollama;
  } catch (error) {
    if (error instanceof UsageError) return ownAddresses.ollama;
    throw error;
  }
}

/** The version is that of the package: the engine itself is not loaded. */
function findEmbedded(): EngineState["installed"] {
  const home = findPackage("node-llama-cpp", import.meta.url);
  if (home === null) return null;
  const system = { darwin: "mac", win32: "win" }[process.platform as string] ?? process.platform;
  const binaries = findPackage("@node-llama-cpp", join(home, "package.json"));
  const variants =
    binaries === null ? [] : readdirSync(binaries).filter((one) => one.startsWith(`${system}-${process.arch}`));
  if (variants.length === 0) return null;
  const { version } = JSON.parse(readFileSync(join(home, "package.json"), "utf8")) as { version?: string };
  return { version: `node-llama-cpp ${version ?? ""} (${variants.sort().join(", ")})`, path: home };
}

function findPackage(name: string, from: string): string | null {
  const folders = createRequire(from).resolve.paths(name) ?? [];
  const found = folders.map((folder) => join(folder, name)).find((folder) => existsSync(folder));
  return found === undefined ? null : realpathSync(found);
}

async function findInstalled(name: Server, { env, signal }: EngineWorld): Promise<EngineState["installed"]> {
  const path = findProgram(name, env);
  if (path === null) return null;
  if (name === "vllm") return { version: readVllmVersion(path), path };
  const said = await runVersion(path, env, signal);
  const [, version = null] = (name === "ollama" ? /(\d+\.\d+[\w.+-]*)/ : /version:\s*(\d\S*)/).exec(said) ?? [];
  return { version, path };
}

/** Asking vLLM itself takes as long as loading PyTorch; the folder of its package has the version in its name. */
function readVllmVersion(path: string): string | null {
  for (const bin of new Set([dirname(path), dirname(realpathSync(path))])) {
    const lib = join(bin, "..", "lib");
    const pythons = existsSync(lib) ? readdirSync(lib).filter((name) => name.startsWith("python")) : [];
    for (const packages of pythons.flatMap((name) =>
      ["site-packages", "dist-packages"].map((one) => join(lib, name, one)),
    )) {
      const names = existsSync(packages) ? readdirSync(packages) : [];
      const version = names.map((name) => /^vllm-(.+)\.dist-info$/.exec(name)?.[1]).find((one) => one !== undefined);
      if (version !== undefined) return version;
    }
  }
  return null;
}

async function runVersion(path: string, env: EngineWorld["env"], signal: AbortSignal): Promise<string> {
  return await new Promise((resolve) => {
    const options = { timeout: versionTimeoutMs, env: { ...env }, signal, killSignal: "SIGKILL" } as const;
    execFile(path, ["--version"], options, (_, stdout, stderr) => resolve(`${stdout}\n${stderr}`));
  });
}

/** What each server says of itself at a path that it alone has. */
const questions: Record<Server, { path: string; versionOf: (body: Record<string, unknown>) => unknown }> = {
  vllm: { path: "/version", versionOf: (body) => body["version"] },
  ollama: { path: "/api/version", versionOf: (body) => body["version"] },
  "llama-server": { path: "/props", versionOf: (body) => body["build_info"] },
};

async function findAnswering(
  name: Server,
  address: string,
  { fetch, signal }: EngineWorld,
): Promise<EngineState["answering"]> {
  const { path, versionOf } = questions[name];
  try {
    const patience = AbortSignal.any([signal, AbortSignal.timeout(answerTimeoutMs)]);
    const response = await fetch(`${address}${path}`, { redirect: "manual", signal: patience });
    const body: unknown = await response.json();
    if (!response.ok || typeof body !== "object" || body === null) return null;
    const version = versionOf(body as Record<string, unknown>);
    return typeof version === "string" ? { version: version.slice(0, 60) } : null;
  } catch {
    return null;
  }
}
