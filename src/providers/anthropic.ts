import Anthropic, { APIConnectionTimeoutError } from "@anthropic-ai/sdk";
import { transformJSONSchema } from "@anthropic-ai/sdk/lib/transform-json-schema";
import type { Outcome } from "../core/generation.ts";
import type { CreateProvider, GenerationRequest, ProviderAnswer } from "../core/provider.ts";
import { type Heard, hearMessage } from "./anthropic/answer.ts";
import { doesNotFit, readComplaint } from "./anthropic/complaint.ts";
import { overflowAnswer } from "./answer.ts";
import { findNamed } from "./chat/dialect.ts";
import { type Endpoint, findEndpoint, type Service } from "./chat/endpoint.ts";
import { complaintError, timeoutError, transportError } from "./chat/failure.ts";
import { listModels, probeServer, unknownModel } from "./chat/models.ts";
import { guardFetch } from "./chat/transport.ts";
import { ageRateLimit, readRateLimit } from "./retry-after.ts";

const anthropic: Service = {
  ownBaseUrl: "https://api.anthropic.com",
  keyVariable: "ANTHROPIC_API_KEY",
  needsKey: (hostname) => hostname === "anthropic.com" || hostname.endsWith(".anthropic.com"),
};

const apiVersion = "2023-06-01";

const modelsPath = "/v1/models";
const messagesPath = "/v1/messages";

/** Parameters that some models refuse, and that asking goes on without. */
type Droppable = "temperature" | "output_config";

/** The parameters as they are sent. */
interface WireParameters {
  max_tokens: number;
  temperature?: number;
  output_config?: { format: { type: "json_schema"; schema: Record<string, unknown> } };
}

/**
 * Reaches Anthropic's own API by streamed messages: `anthropic:ID`. Parameters that the model refuses are left out from
 * then on; a seed it does not take. The SDK's own retries are off, for the runner has the one retry layer, and nothing
 * but the key's variable is read from the environment.
 * @throws UsageError for an unusable base URL, or for Anthropic's own host without a key
 */
export const createProvider: CreateProvider = async (ref, settings, world) => {
  const endpoint = withoutVersion(findEndpoint(ref, settings, world.env, anthropic));
  const headers = {
    "anthropic-version": apiVersion,
    ...(endpoint.key === null ? {} : { "x-api-key": endpoint.key }),
  };
  const fetch = guardFetch(world.fetch, headers);
  const client = openClient(endpoint, settings.timeoutMs, fetch);
  const dropped = new Set<Droppable>();
  let models: ReturnType<typeof listModels> | undefined;

  async function generate(request: GenerationRequest, signal: AbortSignal): Promise<ProviderAnswer> {
    for (;;) {
      const parameters = writeParameters(request, dropped);
      try {
        return await askOnce(request.prompt, parameters, signal);
      } catch (error) {
        signal.throwIfAborted();
        const complaint = readComplaint(error);
        if (complaint === null) {
          if (error instanceof APIConnectionTimeoutError) throw timeoutError(endpoint, settings.timeoutMs);
          throw transportError(error, endpoint);
        }
        if (doesNotFit(complaint)) return overflowAnswer(effectiveOf(parameters));
        const sent = (["temperature", "output_config"] as const).filter((name) => name in parameters);
        const refused = findNamed(complaint, sent, "output_config");
        if (refused !== null) dropped.add(refused);
        else if (complaint.status === 404) {
          models ??= listModels(endpoint, modelsPath, fetch);
          throw unknownModel(ref.target, (await models)?.map(({ id }) => id) ?? null, endpoint);
        } else throw complaintError(complaint, endpoint, Date.now());
      }
    }
  }

  async function askOnce(prompt: string, parameters: WireParameters, signal: AbortSignal): Promise<ProviderAnswer> {
    const { data, response } = await client.messages
      .create(
        { model: ref.target, messages: [{ role: "user", content: prompt }], ...parameters, stream: true },
        { signal },
      )
      .withResponse();
    const limit = readRateLimit(response.headers, Date.now());
    const headersMs = limit === null ? 0 : world.now();
    const heard = await hearMessage(data, world.now).finally(() => data.controller.abort());
    const answer = toAnswer(heard, endpoint, effectiveOf(parameters));
    return limit === null ? answer : { ...answer, rateLimit: ageRateLimit(limit, world.now() - headersMs) };
  }

  return {
    ref: ref.ref,
    name: "anthropic",
    model: ref.target,
    identity: `anthropic ${ref.target} ${endpoint.baseUrl}`,
    hosts: [endpoint.host],
    seesTruth: false,
    isTimed: true,
    probe: (signal) => probeServer(endpoint, modelsPath, fetch, signal),
    generate,
    wire: async (request) => ({
      url: `${endpoint.baseUrl}${messagesPath}`,
      headers: { ...headers, "content-type": "application/json" },
      body: JSON.stringify({
        model: ref.target,
        messages: [{ role: "user", content: request.prompt }],
        ...writeParameters(request, dropped),
        stream: true,
      }),
      shape: "messages",
      scrub: endpoint.scrub,
    }),
  };
};

/** The SDK writes the version of the API into each path itself. */
function withoutVersion(endpoint: Endpoint): Endpoint {
  const bare = (url: string) => url.replace(/\/v1(?=$|\?)/, "");
  return { ...endpoint, baseUrl: bare(endpoint.baseUrl), shown: bare(endpoint.shown) };
}

function openClient(endpoint: Endpoint, timeoutMs: number, fetch: typeof globalThis.fetch): Anthropic {
  // Everything that the SDK would otherwise take from the process's own environment or from files is said here.
  return new Anthropic({
    apiKey: endpoint.key ?? "none",
    authToken: null,
    webhookKey: null,
    baseURL: endpoint.baseUrl,
    fetch,
    timeout: timeoutMs,
    maxRetries: 0,
    logLevel: "off",
  });
}

/** A schema is written in the subset of JSON schema that Anthropic takes. */
function writeParameters({ parameters, schema }: GenerationRequest, dropped: ReadonlySet<Droppable>): WireParameters {
  const held = dropped.has("output_config") ? undefined : schema;
  return {
    max_tokens: parameters.maxTokens,
    ...(dropped.has("temperature") ? {} : { temperature: parameters.temperature }),
    ...(held === undefined
      ? {}
      : { output_config: { format: { type: "json_schema", schema: { ...transformJSONSchema(held) } } } }),
  };
}

/** The schema itself is the suite's to record: every line of the journal would repeat it. */
function effectiveOf({ output_config, ...parameters }: WireParameters): Record<string, unknown> {
  const held = output_config === undefined ? {} : { output_config: { format: { type: output_config.format.type } } };
  return { ...parameters, ...held, stream: true };
}

function toAnswer(heard: Heard, endpoint: Endpoint, effective: Record<string, unknown>): ProviderAnswer {
  const { text, stopReason, usage, firstChunkMs, lastChunkMs } = heard;
  const outcome = outcomeOf(heard);
  return { text: endpoint.scrub(text), outcome, finishReason: stopReason, usage, firstChunkMs, lastChunkMs, effective };
}

function outcomeOf({ isTooLong, stopReason }: Heard): Extract<Outcome, "completed" | "truncated" | "refused"> {
  if (stopReason === "refusal") return "refused";
  const isCut = isTooLong || stopReason === "max_tokens" || stopReason === "model_context_window_exceeded";
  return isCut ? "truncated" : "completed";
}
