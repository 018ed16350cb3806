import {
  type CreateProvider,
  type GenerationRequest,
  type ProviderAnswer,
  ProviderError,
  type ProviderWorld,
} from "../core/provider.ts";
import { overflowAnswer } from "./answer.ts";
import type { Endpoint } from "./chat/endpoint.ts";
import { complaintError, isOverflow, timeoutError } from "./chat/failure.ts";
import { type Heard, hearAnswer } from "./ollama/answer.ts";
import { askFacts, askLoaded, isOlder, listModels, type Loaded, type OllamaFacts } from "./ollama/facts.ts";
import { explainFailure, readComplaint, unknownModel } from "./ollama/failure.ts";
import { guardJsonLines, stoppedLoop } from "./ollama/lines.ts";
import { findOllama, openClient } from "./ollama/server.ts";
import { ageRateLimit, readRateLimit } from "./retry-after.ts";

/** The context that is asked for where neither the model's file nor the environment says another, in tokens. */
const usualContextTokens = 16_384;

/** The first version that holds a model to a JSON schema. */
const firstWithSchema = "0.5.0";

/** What a server has against a schema it says with a 400 or a 500; asking goes on without, for it is only help. */
const aboutFormat = /\bformat\b|json schema|\bgrammar\b/i;

/**
 * Reaches an Ollama server by streamed chats: `ollama:NAME[:TAG][@URL]`. What the server says of the model (digest,
 * quantisation, context) is asked for at once, becomes part of the identity and is recorded with every answer; a server
 * that does not answer yet is the probe's to tell. The context is stated in every request, and a prompt that does not fit
 * it is an overflow: newer servers are told not to cut it, and what older ones cut is found by its count of tokens.
 * @throws UsageError for an unusable base URL
 */
export const createProvider: CreateProvider = async (ref, settings, world) => {
  const endpoint = findOllama(ref, settings, world.env);
  const model = ref.target;
  const wantedContext = contextWanted(world.env);
  let facts: OllamaFacts | null = await askFacts(endpoint, model, world).catch(() => null);
  let loaded: Promise<Loaded | null> | undefined;
  let isFormatRefused = false;

  async function learnFacts(): Promise<OllamaFacts> {
    const headers = new Headers();
    try {
      facts ??= await askFacts(endpoint, model, world);
      return facts;
    } catch (error) {
      if (readComplaint(error, headers)?.status !== 404) throw explainFailure(error, endpoint, headers);
      throw await unknown();
    }
  }

  async function unknown(): Promise<ProviderError> {
    const models = await listModels(endpoint, world);
    return unknownModel(model, models?.map(({ name }) => name) ?? null, endpoint);
  }

  async function generate(request: GenerationRequest, signal: AbortSignal): Promise<ProviderAnswer> {
    const known = await learnFacts();
    signal.throwIfAborted();
    if (request.schema !== undefined) checkVersion(known, endpoint);
    for (;;) {
      const format = isFormatRefused ? undefined : request.schema;
      const parameters = parametersOf(request, contextOf(known, wantedContext));
      const effective = effectiveOf(known, parameters, format !== undefined);
      const body = { model, ...parameters, ...(format === undefined ? {} : { format }), stream: true as const };
      const seen: Seen = { headers: new Headers(), headersMs: 0 };
      try {
        return await askOnce(
          { ...body, messages: [{ role: "user", content: request.prompt }] },
          effective,
          seen,
          signal,
        );
      } catch (error) {
        signal.throwIfAborted();
        const complaint = readComplaint(error, seen.headers);
        if (complaint === null) throw explainFailure(error, endpoint, seen.headers);
        if (isOverflow(complaint)) return overflowAnswer(effective);
        if (complaint.status === 404) throw await unknown();
        const isHelp = format !== undefined && aboutFormat.test(complaint.message);
        if (!isHelp) throw explainFailure(error, endpoint, seen.headers);
        isFormatRefused = true;
      }
    }
  }

  async function askOnce(
    body: ChatBody,
    effective: Record<string, unknown>,
    seen: Seen,
    signal: AbortSignal,
  ): Promise<ProviderAnswer> {
    const waiting = limitWaiting(signal, settings.timeoutMs);
    const client = openClient(endpoint, world, {
      signal: waiting.signal,
      onHeaders: (headers) => {
        waiting.end();
        seen.headers = headers;
        if (readRateLimit(headers, Date.now()) !== null) seen.headersMs = world.now();
      },
      through: () => guardJsonLines((message) => brokenOff(message, endpoint)),
    });
    try {
      const lines = await client.chat(body);
      const heard = await hearAnswer(lines, world.now, () => (loaded ??= askLoaded(endpoint, model, world)));
      const answer = toAnswer(heard, endpoint, effective, body.options.num_ctx, (await loaded) ?? null);
      const limit = readRateLimit(seen.headers, Date.now());
      return limit === null ? answer : { ...answer, rateLimit: ageRateLimit(limit, world.now() - seen.headersMs) };
    } catch (error) {
      if (waiting.isOver()) throw timeoutError(endpoint, settings.timeoutMs);
      throw error;
    } finally {
      waiting.end();
      // Whatever of the answer was not read is not wanted any more.
      client.abort();
    }
  }

  return {
    ref: ref.ref,
    name: "ollama",
    model,
    identity: identityOf(model, endpoint, facts),
    hosts: [endpoint.host],
    seesTruth: false,
    isTimed: true,
    probe: async (signal) => {
      facts = null;
      await learnFacts();
      signal.throwIfAborted();
    },
    generate,
    wire: async (request) => {
      const format = isFormatRefused ? undefined : request.schema;
      const parameters = parametersOf(request, contextOf(await learnFacts(), wantedContext));
      const messages = [{ role: "user", content: request.prompt }];
      const key: Record<string, string> = endpoint.key === null ? {} : { authorization: `Bearer ${endpoint.key}` };
      return {
        url: `${endpoint.baseUrl}/api/chat`,
        headers: { ...key, "content-type": "application/json" },
        body: JSON.stringify({
          model,
          ...parameters,
          ...(format === undefined ? {} : { format }),
          messages,
          stream: true,
        }),
        shape: "ollama",
        scrub: endpoint.scrub,
      };
    },
  };
};

/** What an answer said beside its body, and when. */
interface Seen {
  headers: Headers;
  headersMs: number;
}

/** A question as it is sent; `truncate` and `shift` are newer than the library's types. */
type ChatBody = ReturnType<typeof parametersOf> & {
  model: string;
  messages: { role: string; content: string }[];
  format?: Record<string, unknown>;
  stream: true;
};

function identityOf(model: string, { baseUrl }: Endpoint, facts: OllamaFacts | null): string {
  const digest = facts?.digest == null ? [] : [`digest=${facts.digest}`];
  const version = facts?.version == null ? [] : [`ollama=${facts.version}`];
  return ["ollama", model, baseUrl, ...digest, ...version].join(" ");
}

/** The context that the server's variable asks for, in tokens; null where it asks for none. */
function contextWanted(env: ProviderWorld["env"]): number | null {
  const tokens = Number(env["OLLAMA_CONTEXT_LENGTH"]?.trim() || Number.NaN);
  return Number.isInteger(tokens) && tokens > 0 ? tokens : null;
}

function contextOf({ fileContext, modelContext }: OllamaFacts, wanted: number | null): number {
  return Math.min(fileContext ?? wanted ?? usualContextTokens, modelContext ?? Number.POSITIVE_INFINITY);
}

function parametersOf({ parameters }: GenerationRequest, contextTokens: number) {
  const { maxTokens, temperature, seed } = parameters;
  const options = { num_ctx: contextTokens, num_predict: maxTokens, temperature, seed };
  return { options, truncate: false, shift: false };
}

function effectiveOf(
  facts: OllamaFacts,
  { options, ...further }: ReturnType<typeof parametersOf>,
  isHeld: boolean,
): Record<string, unknown> {
  const said = {
    ollama: facts.version,
    digest: facts.digest,
    quantization: facts.quantization,
    parameter_size: facts.parameterSize,
    model_context: facts.modelContext,
  };
  const known = Object.entries(said).filter(([, value]) => value !== null);
  return { ...options, ...further, ...(isHeld ? { format: "json_schema" } : {}), ...Object.fromEntries(known) };
}

/** @throws ProviderError where the server is known to be too old to hold a model to a schema */
function checkVersion({ version }: OllamaFacts, endpoint: Endpoint): void {
  if (!isOlder(version, firstWithSchema)) return;
  throw new ProviderError(
    `${endpoint.shown} is Ollama ${version}, which holds no model to a JSON schema (update it to ${firstWithSchema} or newer, or set reviewer.structured=false)`,
    { isRetryable: false },
  );
}

function brokenOff(message: string, endpoint: Endpoint): ProviderError {
  const complaint = {
    status: null,
    message,
    code: "",
    type: "",
    param: "",
    headers: new Headers(),
    retryDelayMs: null,
  };
  return complaintError(complaint, endpoint, Date.now());
}

/**
 * A server that cut the prompt counts as many tokens as its context holds. A prompt that fills it just so is an overflow
 * too, for it leaves no room to answer in.
 */
function toAnswer(
  heard: Heard,
  endpoint: Endpoint,
  effective: Record<string, unknown>,
  askedTokens: number,
  loaded: Loaded | null,
): ProviderAnswer {
  const { usage, serverTiming, finishReason, firstChunkMs, lastChunkMs } = heard;
  const context = Math.min(askedTokens, loaded?.contextTokens ?? Number.POSITIVE_INFINITY);
  const seen = loaded?.vramBytes == null ? {} : { size_vram: loaded.vramBytes };
  const facts = { effective: { ...effective, ...seen, num_ctx: context }, usage, serverTiming };
  if (usage.promptTokens !== null && usage.promptTokens >= context - 1)
    return { ...overflowAnswer(effective), ...facts };
  const isCut = heard.isTooLong || finishReason === "length" || finishReason === stoppedLoop;
  const outcome = isCut ? "truncated" : "completed";
  const thought = heard.reasoning === "" ? {} : { reasoning: endpoint.scrub(heard.reasoning) };
  return { text: endpoint.scrub(heard.text), ...thought, outcome, finishReason, firstChunkMs, lastChunkMs, ...facts };
}

interface Waiting {
  signal: AbortSignal;
  isOver: () => boolean;
  end: () => void;
}

/** A signal that is aborted with the given one, or after so many milliseconds unless the waiting has ended by then. */
function limitWaiting(outer: AbortSignal, limitMs: number): Waiting {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), limitMs);
  return {
    signal: AbortSignal.any([outer, limit.signal]),
    isOver: () => limit.signal.aborted,
    end: () => clearTimeout(timer),
  };
}
