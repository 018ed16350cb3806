import { suggestWord } from "../../core/errors.ts";
import { ProviderError } from "../../core/provider.ts";
import type { Endpoint } from "./endpoint.ts";
import { keyAdvice, transportError } from "./failure.ts";
import { isObject } from "../../core/json.ts";

/** How long a question beside the reviews (is it there, which models has it) may take, in milliseconds. */
export const askingTimeoutMs = 5000;

/** Asks a server for a path below its base URL; `fetch` brings the headers. Rejects as fetch does, or when it is too slow. */
export async function askBeside(
  endpoint: Endpoint,
  path: string,
  fetch: typeof globalThis.fetch,
  signal?: AbortSignal,
): Promise<Response> {
  const url = new URL(endpoint.baseUrl);
  url.pathname = `${url.pathname.replace(/\/$/, "")}${path}`;
  const limit = AbortSignal.timeout(askingTimeoutMs);
  return await fetch(url, { signal: signal === undefined ? limit : AbortSignal.any([signal, limit]) });
}

/** One model of a server's list, with all that it says of it. */
export type ModelCard = Readonly<Record<string, unknown>> & { readonly id: string };

/** The models that a server lists; null where it lists none that can be read. */
export async function listModels(
  endpoint: Endpoint,
  path: string,
  fetch: typeof globalThis.fetch,
): Promise<ModelCard[] | null> {
  try {
    const body: unknown = await (await askBeside(endpoint, path, fetch)).json();
    if (!isObject(body) || !Array.isArray(body["data"])) return null;
    // Gemini lists its models with a folder that their names lack elsewhere.
    return body["data"]
      .filter(isObject)
      .map((card) => ({ ...card, id: endpoint.scrub(String(card["id"])).replace(/^models\//, "") }));
  } catch {
    return null;
  }
}

/** What to say of a model that the server does not know; `models` as it lists them, null where that cannot be read. */
export function unknownModel(model: string, models: readonly string[] | null, endpoint: Endpoint): ProviderError {
  const advice =
    models === null
      ? "its list of models cannot be read; check the model's name and whether the base URL lacks /v1"
      : models.includes(model)
        ? "it lists the model, so check the base URL"
        : suggestWord(model, models.slice(0, 20));
  return new ProviderError(`${endpoint.shown} has no model "${model}" (404): ${advice}`, {
    status: 404,
    isRetryable: false,
  });
}

/**
 * Asks whether a server is there at all and takes the key; any answer but a refused key will do.
 * @throws ProviderError with one line of advice; the signal's reason when it is aborted
 */
export async function probeServer(
  endpoint: Endpoint,
  path: string,
  fetch: typeof globalThis.fetch,
  signal: AbortSignal,
): Promise<void> {
  let status: number;
  try {
    const response = await askBeside(endpoint, path, fetch, signal);
    status = response.status;
    await response.body?.cancel();
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof DOMException)) throw transportError(error, endpoint);
    throw new ProviderError(`cannot reach ${endpoint.shown}: no answer within ${askingTimeoutMs / 1000} s`, {
      isRetryable: true,
    });
  }
  if (status === 401 || status === 403) {
    throw new ProviderError(`${endpoint.shown} refused the key (${status}) (${keyAdvice(endpoint)})`, {
      status,
      isRetryable: false,
    });
  }
}
