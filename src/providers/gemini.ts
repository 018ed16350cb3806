import type { CreateProvider } from "../core/provider.ts";
import { openCompletions } from "./chat/completions.ts";
import { findEndpoint, type Service } from "./chat/endpoint.ts";

const gemini: Service = {
  ownBaseUrl: "https://generativelanguage.googleapis.com/v1beta/openai",
  keyVariable: "GEMINI_API_KEY",
  needsKey: (hostname) => hostname === "generativelanguage.googleapis.com",
};

/**
 * Reaches Gemini by the chat completions of its OpenAI-compatible endpoint: `gemini:ID`.
 * @throws UsageError for Gemini's own host without a key
 */
export const createProvider: CreateProvider = async (ref, settings, world) => {
  const endpoint = findEndpoint(ref, settings, world.env, gemini);
  return openCompletions({ ref, name: "gemini", endpoint, settings, world });
};
