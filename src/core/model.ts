import { suggestWord, UsageError } from "./errors.ts";

/** Kinds of reference that name their provider by a prefix, with what must follow the colon. */
const kinds = {
  openai: "a model id, such as openai:my-model@http://127.0.0.1:8000/v1",
  static: "nothing",
  command: "a command line, such as command:./review.sh",
  http: "a URL, such as http://127.0.0.1:8080/review",
  https: "a URL, such as https://review.example.org/review",
  replay: "a file of recorded reviews, such as replay:./recording.jsonl",
  floor: "lgtm, silent or shotgun",
  ceiling: "oracle or reference",
  vllm: "a model name",
  ollama: "a model name",
  anthropic: "a model id",
  gemini: "a model id",
  hf: "org/name",
} as const;

export type ModelKind = keyof typeof kinds | "adapter" | "gguf";

/** A parsed reference to a reviewer's model: `openai:ID@URL` gives kind `openai`, target `ID`, url `URL`. */
export interface ModelRef {
  /** The reference as it was written: the reviewer's id in every report. */
  readonly ref: string;
  readonly kind: ModelKind;
  readonly target: string;
  readonly url?: string;
}

const kindsWithUrl: readonly ModelKind[] = ["openai", "vllm", "ollama"];

/**
 * Reads a model reference (`openai:ID@URL`, `floor:silent`, `./adapter`, …).
 * @throws UsageError when the kind is unknown, naming the nearest one, or when its target is missing
 */
export function parseModelRef(ref: string): ModelRef {
  if (/^(\.{1,2}\/|\/|~\/)/.test(ref)) return { ref, kind: ref.endsWith(".gguf") ? "gguf" : "adapter", target: ref };
  const colon = ref.indexOf(":");
  const prefix = colon === -1 ? ref : ref.slice(0, colon);
  if (colon === -1 || !isKind(prefix)) {
    throw new UsageError(
      `model "${ref}": unknown kind "${prefix}" (write KIND:NAME, or a path that starts with ./; ${suggestWord(prefix, Object.keys(kinds))})`,
    );
  }
  const rest = ref.slice(colon + 1);
  if (prefix === "static") {
    if (rest !== "")
      throw new UsageError(`model "${ref}": expected nothing after "static:", got "${rest}" (write static:)`);
    return { ref, kind: prefix, target: "" };
  }
  if (prefix === "http" || prefix === "https")
    return { ref, kind: "http", target: ref, url: parseUrl(ref, httpTarget(ref)) };
  if (rest === "") throw new UsageError(`model "${ref}": expected ${kinds[prefix]} after "${prefix}:", got nothing`);
  const at = kindsWithUrl.includes(prefix) ? rest.search(/@https?:\/\//) : -1;
  if (at === -1) return { ref, kind: prefix, target: rest };
  if (at === 0) throw new UsageError(`model "${ref}": expected a model name before "@", got nothing`);
  return { ref, kind: prefix, target: rest.slice(0, at), url: parseUrl(ref, rest.slice(at + 1)) };
}

/** Both `http://host/review` and `http:http://host/review` name the same address. */
function httpTarget(ref: string): string {
  return ref.replace(/^http:(?=https?:)/, "");
}

function isKind(word: string): word is keyof typeof kinds {
  return Object.hasOwn(kinds, word);
}

function parseUrl(ref: string, url: string): string {
  if (!URL.canParse(url)) throw new UsageError(`model "${ref}": "${url}" is not a URL (write http://host:port/path)`);
  const { username, password } = new URL(url);
  if (username !== "" || password !== "") {
    const safe = ref.replace(/\/\/[^/]*@/, "//…@");
    throw new UsageError(
      `model "${safe}": a URL must not carry a key (put it in an environment variable and name that as reviewer.keyVariable)`,
    );
  }
  return url;
}
