import { resolve } from "node:path";
import { compareBases } from "../../../core/adapter/base-model.ts";
import type { Declined, EngineSettings, ServableModel } from "../../../core/engine.ts";
import { suggestWord } from "../../../core/errors.ts";
import { listModels } from "../../ollama/facts.ts";
import { isReadable } from "../server/place.ts";
import { readArchitecture } from "./file.ts";
import { type OllamaServer, type Shown, showModel } from "./server.ts";

/** What an adapter is to be put on. */
export interface Base {
  /** As the user wrote it, or as the server calls it. */
  shown: string;
  /** The server's own model of that name; null for a GGUF file, of which one has to be made. */
  model: string | null;
  /** What it is, in hexadecimal: SHA-256 of the GGUF file, or the digest of the server's model. */
  digest: string;
  /** Such as `qwen2`; null where the file does not say. */
  family: string | null;
  /** The GGUF file, where it can be read on this machine: the server names the one that it keeps. */
  file: string | null;
}

/**
 * Finds the base of an adapter: what the settings name (a GGUF file, or a model of the server), else what the adapter says
 * that it was trained on.
 * @param digestOf SHA-256 of a file, in hexadecimal
 */
export async function findBase(
  { base: trainedOn }: ServableModel,
  { base: wanted }: EngineSettings,
  server: OllamaServer,
  digestOf: (file: string) => Promise<string>,
): Promise<Base | Declined> {
  const named = wanted ?? trainedOn;
  if (named === null)
    return {
      because: `it needs the base of the adapter, which does not name it (add --set reviewer.base=NAME, ${orFile})`,
    };
  if (isReadable(named) && (named.endsWith(".gguf") || wanted !== undefined)) return await fileBase(named, digestOf);
  if (/\.gguf$|^[./~]|^[a-z]:\\/i.test(wanted ?? ""))
    return {
      because: `reviewer.base ${named} is no file that can be read (name a GGUF file, or a model that Ollama has)`,
    };
  const listed = await listModels(server.endpoint, server.world);
  if (listed === null) return { because: `${server.endpoint.shown} does not list its models` };
  const models = listed.map(({ name, digest }) => ({ name, digest: (digest ?? "").replace(/^sha256:/, "") }));
  if (wanted === undefined) return await trainedBase(named, models, server);
  const found = models.find(({ name }) => name === wanted || name === `${wanted}:latest`);
  if (found !== undefined) return await serverBase(found, server);
  const short = models.map(({ name }) => name.replace(/:latest$/, ""));
  return { because: `it has no model "${wanted}": ${suggestWord(wanted, short.slice(0, 20))} (ollama pull ${wanted})` };
}

const orFile = "or a GGUF file: --set reviewer.base=./BASE.gguf";

async function fileBase(named: string, digestOf: (file: string) => Promise<string>): Promise<Base | Declined> {
  if (/-\d{5}-of-\d{5}\.gguf$/.test(named))
    return { because: `it takes no base in parts (join them: llama-gguf-split --merge ${named} BASE.gguf)` };
  const file = resolve(named);
  return { shown: named, model: null, digest: await digestOf(file), family: await readArchitecture(file), file };
}

interface Listed {
  name: string;
  digest: string;
}

/** The one model of the server that says it is what the adapter was trained on. */
async function trainedBase(
  trainedOn: string,
  models: readonly Listed[],
  server: OllamaServer,
): Promise<Base | Declined> {
  const fitting: Listed[] = [];
  for (const listed of models) {
    const shown = await showModel(server, listed.name).catch(() => null);
    if (shown === null || adaptersOf(shown).length > 0) continue;
    const isFit = (name: string) => ["same", "named", "packed"].includes(compareBases(trainedOn, name) ?? "");
    if (namesOf(listed.name, shown).some(isFit)) fitting.push(listed);
  }
  const [first] = fitting;
  if (first === undefined)
    return {
      because: `it has no model that says it is ${trainedOn} (add --set reviewer.base=NAME with one that it has, ${orFile})`,
    };
  if (fitting.some(({ digest }) => digest !== first.digest))
    return {
      because: `several of its models are ${trainedOn}: ${fitting.map(({ name }) => name).join(", ")} (choose one: --set reviewer.base=${first.name})`,
    };
  return await serverBase(first, server);
}

/** What a model of the server may be called elsewhere: GGUF files say it in parts, and those of the Hub by their name. */
function namesOf(model: string, { model_info: info }: Shown): string[] {
  const parts = ["basename", "size_label", "finetune", "version"].map((part) => info[`general.${part}`]);
  const said = parts.filter((part) => typeof part === "string" && part !== "").join("-");
  const [bare = ""] = model.split(":");
  return [said.replaceAll(" ", "-"), bare.replace(/[-_.]gguf$/i, "")].filter((name) => name !== "");
}

async function serverBase({ name, digest }: Listed, server: OllamaServer): Promise<Base | Declined> {
  const shown = await showModel(server, name);
  if (shown === null || shown.details.format !== "gguf")
    return { because: `its ${name} is no GGUF model (name another, ${orFile})` };
  if (adaptersOf(shown).length > 0)
    return { because: `its ${name} carries an adapter already, and would carry both (name its base, ${orFile})` };
  const file = /^FROM (.*)$/m.exec(shown.modelfile)?.[1]?.trim() ?? "";
  const family = shown.model_info["general.architecture"];
  return {
    shown: name,
    model: name,
    digest,
    family: typeof family === "string" ? family : shown.details.family || null,
    file: /^(?:\/|[a-z]:\\)/i.test(file) && isReadable(file) ? file : null,
  };
}

/** The adapters that a model carries, as the server names their files. */
function adaptersOf({ modelfile }: Shown): string[] {
  return [...modelfile.matchAll(/^ADAPTER (.*)$/gm)].map(([, file = ""]) => file);
}
