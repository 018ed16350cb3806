import type { Provider, ProviderWorld } from "./provider.ts";

/** Something on this machine's disk that an engine is to serve, looked through and found usable. */
export interface ServableModel {
  /** The reviewer's reference, as it was written. */
  ref: string;
  /** A PEFT folder, a GGUF adapter, or a folder with a whole model; a whole GGUF model needs no engine of this kind. */
  kind: "adapter" | "gguf-adapter" | "model";
  /** Absolute path of the folder, or of the GGUF file. */
  path: string;
  /** SHA-256 of what decides how it answers, in hexadecimal. */
  hash: string;
  /** The name under which an engine is to load it, so that none is taken for another. */
  loadName: string;
  /** What it was trained on, as it says itself: an id of the Hub or a path; null where it does not say. */
  base: string | null;
  /** The rank of an adapter; null for a whole model, and where it is not known. */
  rank: number | null;
}

/** What the suite says about serving. */
export interface EngineSettings {
  baseUrl?: string;
  /** The NAME of the environment variable that holds the key of a server. */
  keyVariable?: string;
  timeoutMs: number;
  /** The base to put an adapter on, in place of the one that it names: a GGUF file, or a name that the engine knows. */
  base?: string;
}

/** What is to be said of a file or a folder that is no longer what was looked through. */
export function replaced(path: string): string {
  return `${path} was replaced while it was loaded or measured: nobody knows which one was asked (run it again once nothing writes there)`;
}

/** The world as an engine gets it. */
export interface EngineWorld extends ProviderWorld {
  /** Says one line about what is going on, such as that a server is being started. */
  note: (line: string) => void;
  /**
   * Writes the adapter as a GGUF adapter for the base in this GGUF file, once, and gives its path.
   * @throws UsageError where it has no such form, or does not fit the base
   */
  toGguf: (model: ServableModel, baseFile: string) => Promise<string>;
  /** SHA-256, in hexadecimal, of a file's contents, or of the model in a folder; that of a large file may be kept. */
  digest: (path: string) => Promise<string>;
}

/** A model that is being served. */
export interface Served {
  provider: Provider;
  /** The same engine without the adapter, asked in the same way; null for a whole model. */
  base: Provider | null;
  /** Takes back whatever serving it changed: unloads, removes, stops what was started. */
  close(): Promise<void>;
  /** What of who answers shows only once it is served, such as the context of a server that was started; added to the identity. */
  identity?: string;
}

/** The base that an adapter is to be put on. */
export interface OfferedBase {
  /** As the engine calls it. */
  name: string;
  /** What its weights are: SHA-256 of their file, or what the engine calls their digest; null where nobody says. */
  digest: string | null;
  /** The file, or the folder, of this machine that has that SHA-256; null where it is none. */
  file: string | null;
}

/** An engine that can serve a model; nothing was changed yet. */
export interface Offer {
  /** The engine's name, such as `vllm`. */
  engine: string;
  /** All that says who will answer, as one line without a secret; the model's own digest is added to it. */
  identity: string;
  /** Null for a whole model. */
  base: OfferedBase | null;
  /** Hosts that will receive code; empty where all stays on this machine. */
  hosts: readonly string[];
  /** Requests that it works on at once, where that is fewer than a suite may ask for. */
  concurrency?: number;
  /** @throws ProviderError in one line of advice where it cannot be served after all; nothing is left behind then */
  start(signal: AbortSignal): Promise<Served>;
}

/** Why an engine does not serve a model, in one line, which ends with what would make it in parentheses. */
export interface Declined {
  because: string;
}

/** A way to serve models from disk. One is made for a run, so that several models share what it starts. */
export interface Engine {
  readonly name: string;
  /** Looks, and asks servers that run; starts and changes nothing. */
  offer(model: ServableModel, settings: EngineSettings, world: EngineWorld): Promise<Offer | Declined>;
  /** Stops whatever it started and several models shared. */
  close?(): Promise<void>;
}
