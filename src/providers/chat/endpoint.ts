import { UsageError } from "../../core/errors.ts";
import type { ModelRef } from "../../core/model.ts";
import { carriesSecret, secretAdvice } from "../../core/url-secret.ts";
import type { ProviderSettings, ProviderWorld } from "../../core/provider.ts";

/** A kind of server: where it is unless told otherwise, and which variables say where it is and with which key. */
export interface Service {
  readonly ownBaseUrl: string;
  readonly baseUrlVariable?: string;
  readonly keyVariable: string;
  /** Whether such a host takes no question without a key. */
  readonly needsKey: (hostname: string) => boolean;
}

/** Where a server is and with which key it is asked. */
export interface Endpoint {
  /** Base URL without a slash at the end; a query of the user's is kept. */
  readonly baseUrl: string;
  /** The base URL as messages may show it: without its query. */
  readonly shown: string;
  readonly host: string;
  /** Whether it is the service's own host, which takes no question without a key. */
  readonly isOwn: boolean;
  /** Null where the environment has none. */
  readonly key: string | null;
  readonly keyVariable: string;
  /** Takes the key out of a text. */
  readonly scrub: (text: string) => string;
}

/** No service gives keys as short as this. */
const fewestKeyChars = 12;

/**
 * Finds base URL and key: the reference's `@URL`, else the settings', else that of the service's variable, else the
 * service's own; the key from the variable that the settings name, else the service's.
 * @throws UsageError for a URL that cannot be used or carries a key, for a variable that is named and not set, and for the
 *   service's own host without a key
 */
export function findEndpoint(
  ref: ModelRef,
  settings: ProviderSettings,
  env: ProviderWorld["env"],
  service: Service,
): Endpoint {
  const { ownBaseUrl, baseUrlVariable } = service;
  const fromEnv = baseUrlVariable === undefined ? "" : env[baseUrlVariable]?.trim();
  const given = ref.url ?? settings.baseUrl ?? (fromEnv || undefined);
  const written = given ?? ownBaseUrl;
  if (carriesSecret(written)) throw new UsageError(`model "${ref.ref}": base URL: ${secretAdvice}`);
  const url = URL.canParse(written) ? new URL(written) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(`model "${ref.ref}": base URL "${written}" is not an http URL (write http://host:port/v1)`);
  }
  const isOwn = service.needsKey(url.hostname);
  const keyVariable = settings.keyVariable ?? service.keyVariable;
  const key = env[keyVariable]?.trim() || null;
  if (key === null && isOwn) {
    throw new UsageError(
      given === undefined
        ? `${ref.ref} goes to ${url.host}, and ${keyVariable} is not set: set it, or for your own server write ${ref.ref}@http://HOST:PORT/v1`
        : `model "${ref.ref}": ${keyVariable} is not set (export your key in it, or name another variable as reviewer.keyVariable)`,
    );
  }
  if (key === null && settings.keyVariable !== undefined)
    throw new UsageError(
      `model "${ref.ref}": the variable ${keyVariable} is not set (export your key in it, or leave reviewer.keyVariable out)`,
    );
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
    isOwn,
    key,
    keyVariable,
    // A dummy such as "x" or "none" is no secret, and its letters stand in any review.
    scrub: (text) => (key === null || key.length < fewestKeyChars ? text : text.replaceAll(key, "[key]")),
  };
}
