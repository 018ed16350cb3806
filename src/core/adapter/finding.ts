/** One thing that the pre-flight of an adapter says: an error stops its use, a warning does not. */
export interface PreflightFinding {
  level: "error" | "warning";
  /** Names the kind of finding for scripts, such as `untrained`; never changes. */
  code: PreflightCode;
  /** What is so, in one line without a final stop. */
  message: string;
  /** What the user can do about it. */
  fix: string;
}

/** The kinds of findings. */
export type PreflightCode =
  | "unreadable"
  | "lfs-pointer"
  | "empty"
  | "not-lora"
  | "no-lora"
  | "untrained"
  | "partly-untrained"
  | "alpha-zero"
  | "non-finite"
  | "placement"
  | "orphan"
  | "rank"
  | "rank-pattern"
  | "dora"
  | "modules-to-save"
  | "rslora"
  | "bias"
  | "unusual"
  | "embeddings"
  | "targets"
  | "other-tensors"
  | "base-missing"
  | "base-path"
  | "base-mismatch"
  | "base-changed"
  | "activated"
  | "partial-checkpoint";

/** A finding that stops the use of the adapter. */
export function failure(code: PreflightCode, message: string, fix: string): PreflightFinding {
  return { level: "error", code, message, fix };
}

/** A finding that does not stop it. */
export function warning(code: PreflightCode, message: string, fix: string): PreflightFinding {
  return { level: "warning", code, message, fix };
}

/** The first of many names, and how many more there are. */
export function nameSome(names: readonly string[]): string {
  const [first = "", second] = names;
  if (names.length <= 2) return second === undefined ? first : `${first} and ${second}`;
  return `${first} and ${names.length - 1} more`;
}

/** Up to six names, and how many more there are. */
export function listSome(names: readonly string[]): string {
  const shown = names.slice(0, 6).join(", ");
  return names.length > 6 ? `${shown} and ${names.length - 6} more` : shown;
}
