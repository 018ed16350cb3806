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

/** The world as an engine gets it. */
export interface EngineWorld extends ProviderWorld {
  /** Says one line about what is going on, such as that a server is being started. */
  note: (line: string) => void;
  /**
   * Writes the adapter as a GGUF adapter for the base in this GGUF file, once, and gives its path.
   * @throws UsageError where it has no such form, or does not fit the base
   */
  toGguf: (model: ServableModel, baseFile: string) => Promise<string>;
  /** SHA-256 of a file's contents, in hexadecimal. */
  digest: (file: string) => Promise<string>;
}

/** A model that is being served. */
export interface Served {
  provider: Provider;
  /** The same engine without the adapter, asked in the same way; null for a whole model. */
  base: Provider | null;
  /** Takes back whatever serving it changed: unloads, removes, stops what was started. */
  close(): Promise<void>;
}

/** An engine that can serve a model; nothing was changed yet. */
export interface Offer {
  /** The engine's name, such as `vllm`. */
  engine: string;
  /** All that says who will answer, as one line without a secret; the model's own digest is added to it. */
  identity: string;
  /** The base as the engine calls it; null for a whole model. */
  base: string | null;
  /** Hosts that will receive code; empty where all stays on this machine. */
  hosts: readonly string[];
  /** Requests that it works on at once, where that is fewer than a suite may ask for. */
  concurrency?: number;
  /** @throws ProviderError in one line of advice where it cannot be served after all; nothing is left behind then */
  start(signal: AbortSignal): Promise<Served>;
}

/** Why an engine does not serve a model, and what would make it, in one line. */
export interface Declined {
  engine: string;
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
