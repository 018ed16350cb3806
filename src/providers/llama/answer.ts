import type { LlamaGrammar, LlamaGrammarEvaluationState, Token } from "node-llama-cpp";
import type { GenerationRequest, ProviderAnswer } from "../../core/provider.ts";
import type { Loaded } from "./loaded.ts";

/** What one request takes beside the model. */
export interface AskOptions {
  /** Tokens that a prompt and its answer may take together. */
  contextTokens: number;
  now: () => number;
  signal: AbortSignal;
  /** What is recorded with every answer. */
  facts: Record<string, unknown>;
}

/** The prompt is read in steps of this many tokens; between two of them an abort is heard. */
const stepTokens = 512;

/**
 * Asks a model once, from an empty state, so that an answer hangs on its request alone. A prompt that leaves no room for
 * an answer is an overflow; an answer that the token limit or the end of the context cuts is truncated.
 * @throws the signal's reason when aborted, which is heard between tokens
 */
export async function askOnce(
  loaded: Loaded,
  request: GenerationRequest,
  { contextTokens, now, signal, facts }: AskOptions,
): Promise<ProviderAnswer> {
  const { parameters } = request;
  const prompt = loaded.tokensOf(request.prompt);
  const room = contextTokens - prompt.length;
  const held = request.schema === undefined ? null : await loaded.grammarFor(request.schema);
  const sampling = samplingOf(parameters);
  const schema = held === null ? {} : { schema: held.said };
  const effective = { ...sampling, maxTokens: parameters.maxTokens, ...facts, ...schema };
  if (room < 1) return overflow(prompt.length, effective);

  const maxTokens = Math.min(parameters.maxTokens, room);
  const spoken: Token[] = [];
  let firstChunkMs: number | null = null;
  let lastChunkMs: number | null = null;
  const tokens = speak(loaded, prompt, { ...sampling, ...grammarState(loaded, held?.grammar ?? null) }, signal);
  let isCut = false;
  for await (const token of tokens) {
    lastChunkMs = now();
    firstChunkMs ??= lastChunkMs;
    spoken.push(token);
    isCut = spoken.length >= maxTokens;
    if (isCut) break;
  }
  return {
    text: loaded.model.detokenize(spoken, false, prompt),
    outcome: isCut ? "truncated" : "completed",
    finishReason: !isCut ? "stop" : maxTokens < parameters.maxTokens ? "context" : "length",
    usage: { promptTokens: prompt.length, completionTokens: spoken.length, cachedTokens: 0 },
    firstChunkMs,
    lastChunkMs,
    effective,
  };
}

/** The model's own distribution at this temperature: nothing that the engine would do of itself is left on. */
function samplingOf({ temperature, seed }: GenerationRequest["parameters"]) {
  return { temperature, seed: Number(BigInt(seed) % 2n ** 32n), topK: 0, topP: 1, minP: 0 };
}

function grammarState({ engine, model }: Loaded, grammar: LlamaGrammar | null) {
  if (grammar === null) return {};
  return { grammarEvaluationState: new engine.package.LlamaGrammarEvaluationState({ model, grammar }) };
}

/** The tokens of an answer until the model ends it. */
async function* speak(
  { sequence }: Loaded,
  prompt: Token[],
  sampling: ReturnType<typeof samplingOf> & { grammarEvaluationState?: LlamaGrammarEvaluationState },
  signal: AbortSignal,
): AsyncGenerator<Token, void> {
  await sequence.clearHistory();
  // The last token is left to the evaluation, which needs one to go on from.
  for (let start = 0; start < prompt.length - 1; start += stepTokens) {
    signal.throwIfAborted();
    await sequence.evaluateWithoutGeneratingNewTokens(
      prompt.slice(start, Math.min(start + stepTokens, prompt.length - 1)),
    );
  }
  for await (const token of sequence.evaluate(prompt.slice(-1), sampling)) {
    signal.throwIfAborted();
    yield token;
  }
}

function overflow(promptTokens: number, effective: Record<string, unknown>): ProviderAnswer {
  return {
    text: "",
    outcome: "overflow",
    finishReason: null,
    usage: { promptTokens, completionTokens: null, cachedTokens: null },
    firstChunkMs: null,
    lastChunkMs: null,
    effective,
  };
}
