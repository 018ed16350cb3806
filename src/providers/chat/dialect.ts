import type { GenerationParameters } from "../../core/provider.ts";
import type { Complaint } from "./failure.ts";

const droppable = ["temperature", "seed", "stream_options", "response_format"] as const;
type Droppable = (typeof droppable)[number];
type Refusable = Droppable | "max_tokens";

/** Which parameters a server takes, as far as its refusals have taught us. */
export interface Dialect {
  readonly tokenField: "max_tokens" | "max_completion_tokens";
  readonly dropped: ReadonlySet<Droppable>;
}

export const openDialect: Dialect = { tokenField: "max_tokens", dropped: new Set() };

/** The parameters as a server of this dialect is sent them. */
export interface WireParameters {
  max_tokens?: number;
  max_completion_tokens?: number;
  temperature?: number;
  seed?: number;
  stream: boolean;
  stream_options?: { include_usage: true };
  response_format?: {
    type: "json_schema";
    json_schema: { name: string; strict: true; schema: Record<string, unknown> };
  };
}

/** Writes the wanted parameters in a server's dialect; what it refused before is left out. */
export function writeParameters(
  wanted: GenerationParameters,
  dialect: Dialect,
  isStreamed: boolean,
  schema?: Record<string, unknown>,
): WireParameters {
  const parameters: WireParameters = { [dialect.tokenField]: wanted.maxTokens, stream: isStreamed };
  if (!dialect.dropped.has("temperature")) parameters.temperature = wanted.temperature;
  if (!dialect.dropped.has("seed")) parameters.seed = wanted.seed;
  if (isStreamed && !dialect.dropped.has("stream_options")) parameters.stream_options = { include_usage: true };
  if (schema !== undefined && !dialect.dropped.has("response_format"))
    parameters.response_format = { type: "json_schema", json_schema: { name: "answer", strict: true, schema } };
  return parameters;
}

const refusalCodes = ["unsupported_parameter", "unsupported_value", "unknown_parameter", "extra_forbidden"];
const refusalWords =
  /unsupported|not supported|does not support|deprecated|unrecogni[sz]ed|unknown|unexpected|not permitted|not allowed|extra (?:field|input)/i;

/** How complaints name a parameter; that of the answer's shape also by its kind. */
const mentions: Readonly<Record<string, RegExp>> = {
  response_format: /\bresponse[ _]format\b|\b(?:json|response)[ _]schema\b|\bstructured outputs?\b/i,
};

/**
 * The parameter among those sent that a 400 or 422 refuses as such; null where it complains of something else. The shape
 * of the answer is only help: whatever a server has against it, asking goes on without it.
 */
export function findRefused(complaint: Complaint, sent: WireParameters): Refusable | null {
  return findNamed(
    complaint,
    (["max_tokens", ...droppable] as const).filter((name) => name in sent),
    "response_format",
  );
}

/**
 * The same for any names of parameters.
 * @param help the one that is left out whatever the server has against it
 */
export function findNamed<Name extends string>(complaint: Complaint, names: readonly Name[], help: Name): Name | null {
  if (complaint.status !== 400 && complaint.status !== 422) return null;
  const stated = names.find((name) => complaint.param.split(".")[0] === name);
  const places = names.map((name) => ({
    name,
    at: complaint.message.search(mentions[name] ?? new RegExp(`\\b${name}\\b`)),
  }));
  const named = stated ?? places.filter(({ at }) => at !== -1).toSorted((a, b) => a.at - b.at)[0]?.name ?? null;
  const isRefusal = refusalCodes.includes(complaint.code) || refusalWords.test(complaint.message);
  return isRefusal || named === help ? named : null;
}

/** The dialect after a refusal. */
export function learnRefusal(dialect: Dialect, refused: Refusable): Dialect {
  if (refused === "max_tokens") return { ...dialect, tokenField: "max_completion_tokens" };
  return { ...dialect, dropped: new Set([...dialect.dropped, refused]) };
}
