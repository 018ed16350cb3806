import { UsageError } from "../../core/errors.ts";
import type { ModelRef } from "../../core/model.ts";
import { carriesSecret, secretAdvice } from "../../core/url-secret.ts";
import type { ProviderSettings, ProviderWorld } from "../../core/provider.ts";

const ownBaseUrl = "https://api.openai.com/v1";

/** Where a chat-completions server is and with which key it is asked. */
export interface Endpoint {
  /** Base URL without a slash at the end; a query of the user's is kept. */
  readonly baseUrl: string;
  /** The base URL as messages may show it: without its query. */
  readonly shown: string;
  readonly host: string;
  readonly isOpenAi: boolean;
  /** Null where the environment has none. */
  readonly key: string | null;
  readonly keyVariable: string;
  /** Takes the key out of a text. */
  readonly scrub: (text: string) => string;
}

/**
 * Finds base URL and key: the reference's `@URL`, else the settings', else OPENAI_BASE_URL, else OpenAI's own; the key
 * from the variable that the settings name, else OPENAI_API_KEY.
 * @throws UsageError for a URL that cannot be used or carries a key, and for OpenAI's own host without a key
 */
export function findEndpoint(ref: ModelRef, settings: ProviderSettings, env: ProviderWorld["env"]): Endpoint {
  const given = ref.url ?? settings.baseUrl ?? (env["OPENAI_BASE_URL"]?.trim() || undefined);
  const written = given ?? ownBaseUrl;
  if (carriesSecret(written)) throw new UsageError(`model "${ref.ref}": base URL: ${secretAdvice}`);
  const url = URL.canParse(written) ? new URL(written) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(`model "${ref.ref}": base URL "${written}" is not an http URL (write http://host:port/v1)`);
  }
  const isOpenAi = url.hostname === "api.openai.com" || url.hostname.endsWith(".api.openai.com");
  const keyVariable = settings.keyVariable ?? "OPENAI_API_KEY";
  const key = env[keyVariable]?.trim() || null;
  if (key === null && given === undefined) {
    throw new UsageError(
      `${ref.ref} goes to ${url.host}, and ${keyVariable} is not set; for your own server write ${ref.ref}@http://HOST:PORT/v1`,
    );
  }
  if (key === null && isOpenAi) {
    throw new UsageError(
      `model "${ref.ref}": ${keyVariable} is not set (export your key in it, or name another variable as reviewer.keyVariable)`,
    );
  }
  if (key !== null && !/^[\x21-\x7e]+$/.test(key)) {
    throw new UsageError(
      `model "${ref.ref}": the value of ${keyVariable} has characters that no key has (copy the key again)`,
    );
  }
  url.hash = "";
  url.pathname = url.pathname.replace(/\/+$/, "");
  return {
    baseUrl: url.href.replace(/\/$/, ""),
    shown: `${url.origin}${url.pathname}`.replace(/\/$/, ""),
    host: url.host,
    isOpenAi,
    key,
    keyVariable,
    scrub: (text) => (key === null ? text : text.replaceAll(key, "[key]")),
  };
}
