import { z } from "zod";
import { listSome } from "./adapter/finding.ts";
import { UsageError } from "./errors.ts";
import { plural } from "./format.ts";

/** A parsed `hf:org/name[@rev][:file]`; null for what is left out. */
export interface HubReference {
  /** `org/name`. */
  repo: string;
  /** A branch, a tag or a commit. */
  revision: string | null;
  /** A file, or a folder with an adapter. */
  path: string | null;
}

/**
 * Reads what follows `hf:` in a model reference.
 * @throws UsageError when it is not `org/name[@rev][:file]`
 */
export function parseHubReference(target: string): HubReference {
  const [, repo, revision, path] = /^([\w.-]+\/[\w.-]+)(?:@([^:@\s]+))?(?::([^:\s]+))?$/.exec(target) ?? [];
  const isClean = !/(?:^|[/@:])\.{1,2}(?:$|[/@:])/.test(target) && !/^\/|\/$|\/\/|\\/.test(path ?? "");
  if (repo === undefined || !isClean)
    throw new UsageError(
      `model "hf:${target}": expected hf:ORG/NAME, hf:ORG/NAME@REVISION or hf:ORG/NAME:FILE (such as hf:org/reviewer@main:checkpoint-500)`,
    );
  return { repo, revision: revision ?? null, path: path ?? null };
}

/** One entry of a repository's list, as far as it is needed; its path leads nowhere but into the repository. */
export const HubEntry = z.object({
  type: z.string(),
  path: z.string().regex(/^(?!\/)(?!.*(?:^|\/)\.{0,2}(?:\/|$))[^\\\0]+$/),
  size: z.int().min(0),
  oid: z.string().nullish(),
  lfs: z.object({ oid: z.string() }).nullish(),
});
export type HubEntry = z.infer<typeof HubEntry>;

/** One file of a repository; its digest is that of its content, or that of its Git blob; null where the Hub gives none. */
export interface HubFile {
  path: string;
  bytes: number;
  digest: { algorithm: "sha256" | "git-sha1"; value: string } | null;
}

/** What is needed of a repository. */
export interface HubChoice {
  /** `model`: a whole model, which an engine fetches by itself. */
  kind: "adapter" | "gguf" | "model";
  /** The folder of the repository that holds an adapter or a model, or the GGUF file; empty for the repository itself. */
  place: string;
  files: HubFile[];
}

/**
 * Chooses what is needed of a repository: an adapter's configuration and weights, or one GGUF file.
 * @throws UsageError where there is neither, or more than one and none is named
 */
export function chooseHubFiles(reference: HubReference, entries: readonly HubEntry[]): HubChoice {
  const files = entries.filter(({ type }) => type === "file").map(toFile);
  const find = (path: string) => files.find((file) => file.path === path);
  const { repo, path } = reference;
  const named = path === null ? undefined : find(path);
  if (named !== undefined) return chooseNamed(repo, named);

  const place = path ?? "";
  const inside = (name: string) => (place === "" ? name : `${place}/${name}`);
  const config = find(inside("adapter_config.json"));
  const weights = find(inside("adapter_model.safetensors"));
  if (config !== undefined && weights !== undefined) return { kind: "adapter", place, files: [config, weights] };
  if (config !== undefined) {
    const has = find(inside("adapter_model.bin")) === undefined ? "no weights" : "adapter_model.bin only, a pickle";
    throw new UsageError(
      `hf:${repo}: has ${inside("adapter_config.json")} and ${has} (ask its authors for safetensors)`,
    );
  }
  const local = files.filter((file) => place === "" || file.path.startsWith(`${place}/`));
  const ggufs = local.filter((file) => file.path.endsWith(".gguf"));
  if (ggufs[0] !== undefined && ggufs.length === 1) return { kind: "gguf", place: ggufs[0].path, files: [ggufs[0]] };
  const model = local.filter(
    (file) => isDirectlyIn(file.path, place) && /(?:^|\/)(?:config\.json|[^/]+\.safetensors)$/.test(file.path),
  );
  if (find(inside("config.json")) !== undefined && model.length > 1) return { kind: "model", place, files: model };
  throw nothingToChoose(reference, local, ggufs);
}

function toFile({ path, size, oid, lfs }: HubEntry): HubFile {
  if (lfs != null && /^[0-9a-f]{64}$/.test(lfs.oid))
    return { path, bytes: size, digest: { algorithm: "sha256", value: lfs.oid } };
  if (oid != null && lfs == null && /^[0-9a-f]{40}$/.test(oid))
    return { path, bytes: size, digest: { algorithm: "git-sha1", value: oid } };
  return { path, bytes: size, digest: null };
}

function chooseNamed(repo: string, file: HubFile): HubChoice {
  if (file.path.endsWith(".gguf")) return { kind: "gguf", place: file.path, files: [file] };
  const folder = file.path.includes("/") ? `:${file.path.replace(/\/[^/]*$/, "")}` : "";
  throw new UsageError(
    `hf:${repo}:${file.path}: expected a GGUF file or the folder of an adapter (write hf:${repo}${folder})`,
  );
}

function isDirectlyIn(path: string, place: string): boolean {
  const rest = place === "" ? path : path.slice(place.length + 1);
  return !rest.includes("/");
}

function nothingToChoose(
  { repo, path }: HubReference,
  files: readonly HubFile[],
  ggufs: readonly HubFile[],
): UsageError {
  const folders = files.flatMap((file) =>
    file.path.endsWith("/adapter_config.json") ? [file.path.slice(0, -"/adapter_config.json".length)] : [],
  );
  const choices = folders.length > 0 ? folders : ggufs.map((file) => file.path);
  const where = `hf:${repo}${path === null ? "" : `:${path}`}`;
  if (choices.length > 0) {
    const what = folders.length > 0 ? plural(folders.length, "adapter") : plural(ggufs.length, "GGUF file");
    return new UsageError(`${where}: holds ${what}, name one as hf:${repo}:PATH (${listSome(choices)})`);
  }
  if (path !== null && files.length === 0)
    return new UsageError(
      `${where}: no such file or folder in the repository (look at https://huggingface.co/${repo}/tree/main)`,
    );
  return new UsageError(
    `${where}: neither adapter nor model: looked for adapter_config.json, *.gguf, and config.json with *.safetensors; found ${plural(files.length, "file")} of other kinds (name another repository)`,
  );
}
