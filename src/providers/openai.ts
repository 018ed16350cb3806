import OpenAI from "openai";
import { suggestWord } from "../core/errors.ts";
import type { Outcome } from "../core/generation.ts";
import type { CreateProvider, GenerationRequest, ProviderAnswer } from "../core/provider.ts";
import { ProviderError } from "../core/provider.ts";
import { EmptyStreamError, hearAnswer, type Heard } from "./chat/answer.ts";
import { findRefused, learnRefusal, openDialect, writeParameters, type WireParameters } from "./chat/dialect.ts";
import { findEndpoint, type Endpoint } from "./chat/endpoint.ts";
import {
  complaintError,
  isOverflow,
  keyAdvice,
  readComplaint,
  transportError,
  type Complaint,
} from "./chat/failure.ts";
import { isObject } from "./chat/json.ts";
import { guardFetch } from "./chat/transport.ts";

/** How long a question beside the reviews (is it there, which models has it) may take. */
const askingTimeoutMs = 5000;

/**
 * Reaches any OpenAI-compatible server by streamed chat completions: `openai:ID[@URL]`. Parameters that the server
 * refuses are left out from then on. The SDK's own retries are off, for the runner has the one retry layer.
 * @throws UsageError for an unusable base URL, or for OpenAI's own host without a key
 */
export const createProvider: CreateProvider = async (ref, settings, world) => {
  const endpoint = findEndpoint(ref, settings, world.env);
  const fetch = guardFetch(world.fetch);
  const client = openClient(endpoint, settings.timeoutMs, world.env, fetch);
  let dialect = openDialect;
  let models: Promise<string[] | null> | undefined;

  async function generate(request: GenerationRequest, signal: AbortSignal): Promise<ProviderAnswer> {
    let isStreamed = true;
    for (;;) {
      const parameters = writeParameters(request.parameters, dialect, isStreamed, request.schema);
      try {
        return await askOnce(request.prompt, parameters, signal);
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof EmptyStreamError && isStreamed) {
          isStreamed = false;
          continue;
        }
        const complaint = readComplaint(error);
        if (complaint === null) throw transportError(error, endpoint, settings.timeoutMs);
        if (isOverflow(complaint)) return overflow({ ...parameters });
        const refused = findRefused(complaint, parameters);
        if (refused === null) throw await explain(complaint);
        dialect = learnRefusal(dialect, refused);
      }
    }
  }

  async function askOnce(prompt: string, parameters: WireParameters, signal: AbortSignal): Promise<ProviderAnswer> {
    const controller = new AbortController();
    const abort = () => controller.abort(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    try {
      const response = await client.chat.completions
        .create(
          { model: ref.target, messages: [{ role: "user", content: prompt }], ...parameters },
          { signal: controller.signal },
        )
        .asResponse();
      const heard = await hearAnswer(response, controller, world.now, client);
      return toAnswer(heard, endpoint, { ...parameters });
    } catch (error) {
      // Whatever of the answer was not read is not wanted any more.
      controller.abort(error);
      throw error;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  async function explain(complaint: Complaint): Promise<ProviderError> {
    if (complaint.status !== 404) return complaintError(complaint, endpoint, Date.now());
    models ??= listModels(endpoint, fetch);
    return unknownModel(ref.target, await models, endpoint);
  }

  async function probe(signal: AbortSignal): Promise<void> {
    let status: number;
    try {
      const response = await ask(endpoint, fetch, signal);
      status = response.status;
      await response.body?.cancel();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof DOMException)) throw transportError(error, endpoint, askingTimeoutMs);
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

  return {
    ref: ref.ref,
    name: "openai",
    model: ref.target,
    identity: `openai ${ref.target} ${endpoint.baseUrl}`,
    hosts: [endpoint.host],
    seesTruth: false,
    isTimed: true,
    probe,
    generate,
  };
};

function openClient(
  endpoint: Endpoint,
  timeoutMs: number,
  env: Readonly<Record<string, string | undefined>>,
  fetch: typeof globalThis.fetch,
): OpenAI {
  // Everything that the SDK would otherwise take from the process's own environment is said here.
  return new OpenAI({
    apiKey: endpoint.key ?? "none",
    adminAPIKey: null,
    organization: (endpoint.isOpenAi && env["OPENAI_ORG_ID"]) || null,
    project: (endpoint.isOpenAi && env["OPENAI_PROJECT_ID"]) || null,
    baseURL: endpoint.baseUrl,
    fetch,
    timeout: timeoutMs,
    maxRetries: 0,
    logLevel: "off",
  });
}

function toAnswer(heard: Heard, endpoint: Endpoint, parameters: Record<string, unknown>): ProviderAnswer {
  const { usage, finishReason, firstChunkMs, lastChunkMs } = heard;
  const text = endpoint.scrub(heard.text === "" ? heard.refusal : heard.text);
  return { text, outcome: outcomeOf(heard), finishReason, usage, firstChunkMs, lastChunkMs, effective: parameters };
}

function outcomeOf(heard: Heard): Exclude<Outcome, "invalid" | "transport-error" | "overflow"> {
  if (heard.finishReason === "content_filter" || heard.refusal !== "") return "refused";
  return heard.isTooLong || heard.finishReason === "length" ? "truncated" : "completed";
}

function overflow(parameters: Record<string, unknown>): ProviderAnswer {
  return {
    text: "",
    outcome: "overflow",
    finishReason: null,
    usage: { promptTokens: null, completionTokens: null, cachedTokens: null },
    firstChunkMs: null,
    lastChunkMs: null,
    effective: parameters,
  };
}

async function ask(endpoint: Endpoint, fetch: typeof globalThis.fetch, signal?: AbortSignal): Promise<Response> {
  const url = new URL(endpoint.baseUrl);
  url.pathname = `${url.pathname.replace(/\/$/, "")}/models`;
  const limit = AbortSignal.timeout(askingTimeoutMs);
  return await fetch(url, {
    headers: { authorization: `Bearer ${endpoint.key ?? "none"}` },
    signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
  });
}

/** The ids that the server lists; null where it lists none that can be read. */
async function listModels(endpoint: Endpoint, fetch: typeof globalThis.fetch): Promise<string[] | null> {
  try {
    const body: unknown = await (await ask(endpoint, fetch)).json();
    if (!isObject(body) || !Array.isArray(body["data"])) return null;
    return body["data"].map((card: unknown) => (isObject(card) ? endpoint.scrub(String(card["id"])) : ""));
  } catch {
    return null;
  }
}

function unknownModel(model: string, models: string[] | null, endpoint: Endpoint): ProviderError {
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
