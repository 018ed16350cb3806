import { z } from "zod";
import type { ProviderWorld } from "../../core/provider.ts";
import type { Endpoint } from "../chat/endpoint.ts";
import { askingTimeoutMs } from "../chat/models.ts";
import { openClient } from "./server.ts";

const Listed = z.object({ name: z.string(), digest: z.string().nullish() });
const Version = z.object({ version: z.string() });
const Show = z.object({
  parameters: z.string().nullish(),
  details: z.object({ quantization_level: z.string().nullish(), parameter_size: z.string().nullish() }).nullish(),
  model_info: z.record(z.string(), z.unknown()).nullish(),
});
const Running = z.object({
  models: z.array(Listed.extend({ context_length: z.int().nullish(), size_vram: z.number().nullish() })),
});

/** What a server says of a model and of itself; null where it does not. */
export interface OllamaFacts {
  version: string | null;
  digest: string | null;
  quantization: string | null;
  parameterSize: string | null;
  /** The longest context that the model knows, in tokens. */
  modelContext: number | null;
  /** The context that the model's own file asks for, in tokens. */
  fileContext: number | null;
}

/** A model as it lies in memory. */
export interface Loaded {
  contextTokens: number | null;
  vramBytes: number | null;
}

/**
 * Asks a server what it runs and what is known of the model.
 * @throws what the client library throws: ResponseError with status 404 for a model that it has not, else a failure to connect
 */
export async function askFacts(endpoint: Endpoint, model: string, world: ProviderWorld): Promise<OllamaFacts> {
  const client = openClient(endpoint, world, { signal: AbortSignal.timeout(askingTimeoutMs) });
  const [version, show, listed] = await Promise.all([
    client.version().then((body) => Version.safeParse(body).data?.version ?? null),
    client.show({ model }).then((body) => Show.safeParse(body).data),
    listModels(endpoint, world),
  ]);
  const info = show?.model_info ?? {};
  const context = Object.entries(info).find(([name]) => name.endsWith(".context_length"))?.[1];
  const modelContext = z.int().positive().safeParse(context).data ?? null;
  const stated = /^num_ctx\s+(\d+)\s*$/m.exec(show?.parameters ?? "")?.[1];
  return {
    version,
    digest: listed?.find(({ name }) => isSameModel(name, model))?.digest ?? null,
    quantization: show?.details?.quantization_level || null,
    parameterSize: show?.details?.parameter_size || null,
    modelContext,
    fileContext: stated === undefined ? null : Number(stated),
  };
}

/** The models that a server has; null where it does not say. */
export async function listModels(endpoint: Endpoint, world: ProviderWorld): Promise<z.infer<typeof Listed>[] | null> {
  const client = openClient(endpoint, world, { signal: AbortSignal.timeout(askingTimeoutMs) });
  const body: unknown = await client.list().catch(() => null);
  return z.object({ models: z.array(Listed) }).safeParse(body).data?.models ?? null;
}

/** The model as it is loaded now; null where the server does not say, or has it no more. */
export async function askLoaded(endpoint: Endpoint, model: string, world: ProviderWorld): Promise<Loaded | null> {
  const client = openClient(endpoint, world, { signal: AbortSignal.timeout(askingTimeoutMs) });
  const body: unknown = await client.ps().catch(() => null);
  const running = Running.safeParse(body).data?.models.find(({ name }) => isSameModel(name, model));
  if (running === undefined) return null;
  return { contextTokens: running.context_length || null, vramBytes: running.size_vram ?? null };
}

function isSameModel(listed: string, model: string): boolean {
  return listed === model || listed === `${model}:latest`;
}

/** Whether a version is known to lie before another, such as "0.4.7" before "0.5.0"; "0.0.0" is a build without one. */
export function isOlder(version: string | null, than: string): boolean {
  const parts = (text: string) => (/^\d+\.\d+\.\d+/.exec(text)?.[0] ?? "0.0.0").split(".").map(Number);
  const [a, b] = [parts(version ?? ""), parts(than)];
  if (a.every((part) => part === 0)) return false;
  const at = a.findIndex((part, index) => part !== b[index]);
  return at !== -1 && (a[at] ?? 0) < (b[at] ?? 0);
}
