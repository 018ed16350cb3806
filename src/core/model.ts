import { suggestWord, UsageError } from "./errors.ts";
import { carriesSecret, hideSecrets, secretAdvice } from "./url-secret.ts";

/** Kinds of reference that name their provider by a prefix, with what must follow the colon. */
const kinds = {
  openai: "a model id, such as openai:my-model@http://127.0.0.1:8000/v1",
  anthropic: "a model id",
  gemini: "a model id, such as gemini:gemini-2.5-flash",
  vllm: "a model name, such as vllm:my-model@http://127.0.0.1:8000/v1",
  ollama: "a model name, such as ollama:my-model:q4_K_M",
  http: "a URL, such as http://127.0.0.1:8080/review",
  https: "a URL, such as https://review.example.org/review",
  static: "nothing",
  command: "a command line, such as command:./review.sh",
  replay: "a file of recorded reviews, such as replay:./recording.jsonl",
  recorded: "a reviewer whose recorded reviews the dataset brings, such as recorded:copilot",
  floor: "lgtm, silent or shotgun",
  ceiling: "oracle or reference",
  llama: "a GGUF model that runs in this process, such as llama:./model.gguf",
  hf: "a repository of the Hub, such as hf:org/name@main",
} as const;

export type ModelKind = keyof typeof kinds | "adapter" | "gguf";

/** A parsed reference to a reviewer's model: `openai:ID@URL` gives kind `openai`, target `ID`, url `URL`. */
export interface ModelRef {
  /** The reference as it was written, but for the slash after a folder: the reviewer's id in every report. */
  readonly ref: string;
  readonly kind: ModelKind;
  readonly target: string;
  readonly url?: string;
}

const localKinds: ReadonlySet<ModelKind> = new Set(["adapter", "gguf", "llama", "hf"]);

/** Whether a reference means something on this machine's disk, or on the Hub, from which it is fetched to it first. */
export function isLocal({ kind }: ModelRef): boolean {
  return localKinds.has(kind);
}

const kindsWithUrl: readonly ModelKind[] = ["openai", "vllm", "ollama", "anthropic", "gemini"];

/**
 * Reads a model reference (`openai:ID@URL`, `floor:silent`, `./adapter`, …).
 * @throws UsageError when the kind is unknown, naming the nearest one, when its target is missing, when its URL carries
 * a key, or when an address stands where a URL is expected; a key is never repeated
 */
export function parseModelRef(ref: string): ModelRef {
  if (/^(\.{1,2}\/|\/|~\/)/.test(ref)) {
    const path = ref.replace(/(?<=[^/.~])(?:\/+\.?)+$/, "");
    return { ref: path, kind: path.endsWith(".gguf") ? "gguf" : "adapter", target: path };
  }
  if (ref.trim() === "")
    throw new UsageError(
      `model "${ref}": expected KIND:NAME or a path, got nothing (is the variable that it comes from set?)`,
    );
  const colon = ref.indexOf(":");
  const prefix = colon === -1 ? ref : ref.slice(0, colon);
  if (colon === -1 || !isKind(prefix)) throw unknownKind(ref, prefix);
  const rest = ref.slice(colon + 1);
  if (prefix === "static") {
    if (rest !== "") throw new UsageError(`model "static:…": expected nothing after "static:" (write static:)`);
    return { ref, kind: prefix, target: "" };
  }
  if (prefix === "http" || prefix === "https")
    return { ref, kind: "http", target: ref, url: checkUrl(ref, httpTarget(ref)) };
  if (rest === "") throw new UsageError(`model "${ref}": expected ${kinds[prefix]} after "${prefix}:", got nothing`);
  if (!kindsWithUrl.includes(prefix)) {
    if (prefix !== "command" && hideSecrets(ref) !== ref) throw secretError(`${prefix}:`);
    return { ref, kind: prefix, target: rest };
  }
  const at = rest.search(/@(?:https?:|[a-z][a-z\d+.-]*:\/\/)/i);
  if (at !== -1) {
    const url = checkUrl(ref, rest.slice(at + 1));
    if (at === 0) throw new UsageError(`model "${ref}": expected a model name before "@", got nothing`);
    return { ref, kind: prefix, target: rest.slice(0, at), url };
  }
  refuseAddress(prefix, rest);
  return { ref, kind: prefix, target: rest };
}

function unknownKind(ref: string, prefix: string): UsageError {
  // What is no reference at all may still hold a URL with a key.
  const hasSecret = /[@?]/.test(ref);
  const kind = prefix.replace(/[@?].*/s, "…");
  return new UsageError(
    `model "${hasSecret ? `${kind}:…` : ref}": unknown kind "${kind}" (write KIND:NAME, or a path that starts with ./; ` +
      `${suggestWord(kind, Object.keys(kinds))})`,
  );
}

/** Both `http://host/review` and `http:http://host/review` name the same address. */
function httpTarget(ref: string): string {
  return ref.replace(/^http:(?=https?:)/, "");
}

function isKind(word: string): word is keyof typeof kinds {
  return Object.hasOwn(kinds, word);
}

/** The URL that a reference ends with, as it is written. */
function checkUrl(ref: string, url: string): string {
  if (carriesSecret(url)) {
    const scheme = /^[^:]*:/.exec(url)?.[0] ?? "";
    throw secretError(`${ref.slice(0, ref.length - url.length)}${scheme}//`);
  }
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url))
    throw new UsageError(`model "${ref}": "${url}" is not a URL (write http://host:port/path)`);
  return url;
}

/** An address without a scheme would be read as part of the model's id, and the code sent to another host. */
function refuseAddress(kind: string, rest: string): void {
  for (let at = rest.indexOf("@"); at !== -1; at = rest.indexOf("@", at + 1)) {
    const model = rest.slice(0, at);
    const address = rest.slice(at + 1);
    if (!isAddress(address)) continue;
    const hasUserPart = /@[^@]*:/.test(model);
    if (hasUserPart || carriesSecret(address)) throw secretError(`${kind}:`);
    throw new UsageError(
      `model "${kind}:${rest}": "${address}" has no scheme (write ${kind}:${model}@http://${address})`,
    );
  }
}

/** Whether a text begins with what only a host does: its port, an IP address, a domain before a path, … */
function isAddress(text: string): boolean {
  const parts = /^(\[[\da-f:.]+\]|[^\s/:?#@]+)(:\d{1,5})?([/?#].*)?$/is.exec(text);
  if (parts === null) return false;
  const [, host = "", port, path = ""] = parts;
  if (port !== undefined || /^(?:localhost|\[.*\]|\d+(?:\.\d+){3})$/i.test(host)) return true;
  return path.startsWith("/") && (/\.[a-z]{2,}$/i.test(host) || /^\/v\d/.test(path));
}

/** @param start of the reference, up to where the secret may begin */
function secretError(start: string): UsageError {
  return new UsageError(`model "${start}…": ${secretAdvice}`);
}
