import OpenAI, { APIConnectionTimeoutError } from "openai";
import type { Outcome } from "../../core/generation.ts";
import type { ModelRef } from "../../core/model.ts";
import type {
  GenerationRequest,
  Provider,
  ProviderAnswer,
  ProviderError,
  ProviderSettings,
  ProviderWorld,
  WireRequest,
} from "../../core/provider.ts";
import { overflowAnswer } from "../answer.ts";
import { ageRateLimit, readRateLimit } from "../retry-after.ts";
import { EmptyStreamError, hearAnswer, type Heard, readComplaint } from "./answer.ts";
import { findRefused, learnRefusal, openDialect, type WireParameters, writeParameters } from "./dialect.ts";
import type { Endpoint } from "./endpoint.ts";
import { type Complaint, complaintError, isOverflow, timeoutError, transportError } from "./failure.ts";
import { listModels, probeServer, unknownModel } from "./models.ts";
import { guardFetch } from "./transport.ts";

/** What a server said beforehand of itself and of the model. */
export interface ServerFacts {
  /** Part of the reviewer's identity. */
  readonly identity: readonly string[];
  /** Recorded beside the parameters of every answer. */
  readonly effective: Readonly<Record<string, unknown>>;
}

export interface CompletionsOptions {
  readonly ref: ModelRef;
  /** The provider's kind. */
  readonly name: string;
  readonly endpoint: Endpoint;
  readonly settings: ProviderSettings;
  readonly world: ProviderWorld;
  /** Further headers, such as that of an organisation. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly facts?: ServerFacts;
  /** Fields of the server's own that go with every request, and are recorded with its answer. */
  readonly extraBody?: Readonly<Record<string, unknown>>;
  /** The field by which the server keeps what it computed of one prompt from serving another; none unless told. */
  readonly saltField?: string;
}

/** The fetch for a chat-completions server: with its key, and guarded. */
export function openFetch(
  endpoint: Endpoint,
  world: ProviderWorld,
  headers: Readonly<Record<string, string>> = {},
): typeof globalThis.fetch {
  return guardFetch(world.fetch, ownHeaders(endpoint, headers));
}

function ownHeaders({ key }: Endpoint, further: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { authorization: `Bearer ${key ?? "none"}`, ...further };
}

/**
 * A provider that reaches a chat-completions server by streamed completions. Parameters that the server refuses are left
 * out from then on. The SDK's own retries are off, for the runner has the one retry layer.
 */
export function openCompletions(options: CompletionsOptions): Provider {
  const { ref, name, endpoint, settings, world, facts, extraBody } = options;
  const fetch = openFetch(endpoint, world, options.headers);
  const client = openClient(endpoint, settings.timeoutMs, fetch);
  let dialect = openDialect;
  let models: ReturnType<typeof listModels> | undefined;

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
        if (complaint === null) {
          if (error instanceof APIConnectionTimeoutError) throw timeoutError(endpoint, settings.timeoutMs);
          throw transportError(error, endpoint);
        }
        if (isOverflow(complaint)) return overflowAnswer(effectiveOf(parameters));
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
          { model: ref.target, messages: [{ role: "user", content: prompt }], ...parameters, ...extraBody },
          { signal: controller.signal },
        )
        .asResponse();
      const limit = readRateLimit(response.headers, Date.now());
      const headersMs = limit === null ? 0 : world.now();
      const heard = await hearAnswer(response, controller, world.now, client);
      const answer = toAnswer(heard, endpoint, effectiveOf(parameters));
      return limit === null ? answer : { ...answer, rateLimit: ageRateLimit(limit, world.now() - headersMs) };
    } catch (error) {
      // Whatever of the answer was not read is not wanted any more.
      controller.abort(error);
      throw error;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  async function wire({ prompt, parameters, schema, cacheSalt }: GenerationRequest): Promise<WireRequest> {
    const url = new URL(endpoint.baseUrl);
    url.pathname = `${url.pathname.replace(/\/$/, "")}/chat/completions`;
    const salt = cacheSalt === undefined || options.saltField === undefined ? {} : { [options.saltField]: cacheSalt };
    const asked = { model: ref.target, messages: [{ role: "user", content: prompt }] };
    const body = { ...asked, ...writeParameters(parameters, dialect, true, schema), ...extraBody, ...salt };
    return {
      url: url.href,
      headers: {
        ...ownHeaders(endpoint, options.headers),
        "content-type": "application/json",
        accept: "text/event-stream",
      },
      body: JSON.stringify(body),
      shape: "chat",
      scrub: endpoint.scrub,
    };
  }

  /** The schema itself is the suite's to record: every line of the journal would repeat it. */
  function effectiveOf({ response_format, ...parameters }: WireParameters): Record<string, unknown> {
    const shape = response_format === undefined ? {} : { response_format: { type: response_format.type } };
    return { ...parameters, ...shape, ...extraBody, ...facts?.effective };
  }

  async function explain(complaint: Complaint): Promise<ProviderError> {
    if (complaint.status !== 404) return complaintError(complaint, endpoint, Date.now());
    models ??= listModels(endpoint, "/models", fetch);
    return unknownModel(ref.target, (await models)?.map(({ id }) => id) ?? null, endpoint);
  }

  return {
    ref: ref.ref,
    name,
    model: ref.target,
    identity: [name, ref.target, endpoint.baseUrl, ...(facts?.identity ?? [])].join(" "),
    hosts: [endpoint.host],
    seesTruth: false,
    isTimed: true,
    probe: (signal) => probeServer(endpoint, "/models", fetch, signal),
    generate,
    wire,
  };
}

function openClient(endpoint: Endpoint, timeoutMs: number, fetch: typeof globalThis.fetch): OpenAI {
  // Everything that the SDK would otherwise take from the process's own environment is said here.
  return new OpenAI({
    apiKey: endpoint.key ?? "none",
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    baseURL: endpoint.baseUrl,
    fetch,
    timeout: timeoutMs,
    maxRetries: 0,
    logLevel: "off",
  });
}

function toAnswer(heard: Heard, endpoint: Endpoint, effective: Record<string, unknown>): ProviderAnswer {
  const { usage, finishReason, firstChunkMs, lastChunkMs } = heard;
  const text = endpoint.scrub(heard.text === "" ? heard.refusal : heard.text);
  const thought = heard.reasoning === "" ? {} : { reasoning: endpoint.scrub(heard.reasoning) };
  return { text, ...thought, outcome: outcomeOf(heard), finishReason, usage, firstChunkMs, lastChunkMs, effective };
}

function outcomeOf(heard: Heard): Extract<Outcome, "completed" | "truncated" | "refused"> {
  if (heard.finishReason === "content_filter" || heard.refusal !== "") return "refused";
  return heard.isTooLong || heard.finishReason === "length" ? "truncated" : "completed";
}
