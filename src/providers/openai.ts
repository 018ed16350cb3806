import type { CreateProvider } from "../core/provider.ts";
import { openCompletions } from "./chat/completions.ts";
import { findEndpoint, type Service } from "./chat/endpoint.ts";

const openAi: Service = {
  ownBaseUrl: "https://api.openai.com/v1",
  baseUrlVariable: "OPENAI_BASE_URL",
  keyVariable: "OPENAI_API_KEY",
  needsKey: (hostname) => hostname === "api.openai.com" || hostname.endsWith(".api.openai.com"),
};

/**
 * Reaches any OpenAI-compatible server by streamed chat completions: `openai:ID[@URL]`.
 * @throws UsageError for an unusable base URL, or for OpenAI's own host without a key
 */
export const createProvider: CreateProvider = async (ref, settings, world) => {
  const endpoint = findEndpoint(ref, settings, world.env, openAi);
  const organization = endpoint.isOwn ? world.env["OPENAI_ORG_ID"] : undefined;
  const project = endpoint.isOwn ? world.env["OPENAI_PROJECT_ID"] : undefined;
  const headers = {
    ...(organization ? { "openai-organization": organization } : {}),
    ...(project ? { "openai-project": project } : {}),
  };
  return openCompletions({ ref, name: "openai", endpoint, settings, world, headers });
};
