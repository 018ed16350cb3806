import { isIP } from "node:net";
import type { EngineSettings, ServableModel } from "../../../core/engine.ts";
import type { ProviderWorld } from "../../../core/provider.ts";
import { type Endpoint, findEndpoint, type Service } from "../../chat/endpoint.ts";

/**
 * Where a server that may be running is to be asked. A base URL without a path means the one with `/v1`.
 * @throws UsageError for a base URL that cannot be used or carries a key
 */
export function serverEndpoint(
  model: ServableModel,
  { baseUrl, keyVariable, timeoutMs }: EngineSettings,
  env: ProviderWorld["env"],
  service: Service,
): Endpoint {
  const settings = {
    contract: "findings",
    timeoutMs,
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(keyVariable === undefined ? {} : { keyVariable }),
  } as const;
  const found = findEndpoint({ ref: model.ref, kind: "openai", target: model.loadName }, settings, env, service);
  const url = new URL(found.baseUrl);
  if (url.pathname !== "/") return found;
  url.pathname = "/v1";
  return { ...found, baseUrl: url.href, shown: `${url.origin}/v1` };
}

/** The server itself, beside whose /v1 stands what is no part of that. */
export function rootOf(endpoint: Endpoint): Endpoint {
  const cut = (url: string) => url.replace(/\/v1(?=$|\?)/, "");
  return { ...endpoint, baseUrl: cut(endpoint.baseUrl), shown: cut(endpoint.shown) };
}

/** Whether a server is this machine, as far as its address says: a tunnel or a container is so too. */
export function isLoopback({ baseUrl }: Endpoint): boolean {
  const { hostname } = new URL(baseUrl);
  const host = hostname.replace(/^\[|\]$/g, "");
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}
