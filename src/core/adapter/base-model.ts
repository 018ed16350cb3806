/** What a base model is called where it was trained, and what that says to another machine. */
export type BaseName =
  | { kind: "missing" }
  /** An id of the Hub: `org/name`. */
  | { kind: "hub"; id: string }
  /** A path of some machine; `id` is the Hub's where the path is one of its cache. */
  | { kind: "path"; path: string; id: string | null }
  /** One word, which the Hub knows for a few old models only. */
  | { kind: "word"; word: string };

const oldHubNames: readonly string[] = ["gpt2", "gpt2-medium", "gpt2-large", "gpt2-xl", "distilgpt2"];

/** Reads `base_model_name_or_path`; null is a missing one. */
export function readBaseName(name: string | null): BaseName {
  if (name === null || name.trim() === "") return { kind: "missing" };
  if (oldHubNames.includes(name) || /^[\w-][\w.-]*\/[\w-][\w.-]*$/.test(name)) return { kind: "hub", id: name };
  if (!/[/\\]|^[.~]/.test(name)) return { kind: "word", word: name };
  // The Hub's own cache keeps the id in the name of a folder.
  const [, owner, model] = /(?:^|[/\\])models--([\w.-]+?)--([\w.-]+)(?:[/\\]|$)/.exec(name) ?? [];
  return { kind: "path", path: name, id: owner === undefined || model === undefined ? null : `${owner}/${model}` };
}

/** The Hub's id of a base; null where its name does not say one. */
export function baseId(name: string | null): string | null {
  const base = readBaseName(name);
  return base.kind === "hub" || base.kind === "path" ? base.id : null;
}

const packing =
  /[-_.](?:bnb|4bit|8bit|int4|int8|gptq|awq|fp8|gguf|mlx|w4a16|w8a8|unsloth|quantized|dynamic)(?=[-_.]|$)/g;

/**
 * Compares the base that an adapter was trained on with the one that is served, by name alone.
 * @returns "same" for the same model whoever publishes it, "named" where one is a path that only ends with the other's
 *   name, "packed" where only how its weights are packed differs (such as `-bnb-4bit`), "other" for another model (two
 *   paths from the root that differ are two models, whatever they end with), and null where a name is missing
 */
export function compareBases(trained: string | null, served: string): "same" | "named" | "packed" | "other" | null {
  const [own, other] = [trained ?? "", served].map((name) => name.replace(/[/\\]+$/, ""));
  if (own === undefined || other === undefined || own.trim() === "" || other.trim() === "") return null;
  if (own === other) return "same";
  const isPath = [own, other].map((name) => baseId(name) === null && /[/\\]/.test(name));
  if (isPath.every(Boolean) && [own, other].every(isFromRoot)) return "other";
  const [ownName, otherName] = [lastName(own), lastName(other)];
  if (ownName === otherName) return isPath.includes(true) ? "named" : "same";
  return ownName.replaceAll(packing, "") === otherName.replaceAll(packing, "") ? "packed" : "other";
}

function isFromRoot(path: string): boolean {
  return /^(?:[/\\]|[a-z]:[/\\])/i.test(path);
}

function lastName(name: string): string {
  return ((baseId(name) ?? name).split(/[/\\]/).at(-1) ?? "").toLowerCase();
}
