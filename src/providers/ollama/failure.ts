import { z } from "zod";
import { suggestWord } from "../../core/errors.ts";
import { ProviderError } from "../../core/provider.ts";
import type { Endpoint } from "../chat/endpoint.ts";
import { type Complaint, complaintError, toComplaint, transportError } from "../chat/failure.ts";
import { askingTimeoutMs } from "../chat/models.ts";

/** How the client library throws what a server says; its class is not exported. The error is as our fetch writes it. */
const Refusal = z.object({
  name: z.literal("ResponseError"),
  status_code: z.int(),
  error: z.record(z.string(), z.unknown()).catch({}),
});

/** Reads the server's own error out of what was thrown; null where no server spoke. */
export function readComplaint(error: unknown, headers: Headers): Complaint | null {
  const refusal = Refusal.safeParse(error).data;
  return refusal === undefined ? null : toComplaint(refusal.status_code, refusal.error, headers);
}

/** Puts whatever broke a request into one line of advice. */
export function explainFailure(error: unknown, endpoint: Endpoint, headers: Headers): ProviderError {
  const complaint = readComplaint(error, headers);
  if (complaint !== null) {
    const failure = complaintError(complaint, endpoint, Date.now());
    if (!/requires more system memory/i.test(complaint.message)) return failure;
    return new ProviderError(`${failure.message} (take a smaller model or quantisation, or a shorter context)`, {
      status: complaint.status ?? 500,
      isRetryable: false,
    });
  }
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return new ProviderError(`cannot reach ${endpoint.shown}: no answer within ${askingTimeoutMs / 1000} s`, {
      isRetryable: true,
    });
  }
  const failure = transportError(error, endpoint);
  if (!failure.message.includes("connection refused")) return failure;
  return new ProviderError(`cannot reach ${endpoint.shown}: connection refused (start the server: ollama serve)`, {
    isRetryable: true,
  });
}

/** What to say of a model that the server has not; `models` are those it has, null where it does not say. */
export function unknownModel(model: string, models: readonly string[] | null, endpoint: Endpoint): ProviderError {
  const bare = models?.map((name) => name.replace(/:latest$/, "")) ?? null;
  const advice = bare === null ? "" : `${suggestWord(model, bare.slice(0, 20))}; `;
  return new ProviderError(
    `${endpoint.shown} has no model "${model}" (404): ${advice}get it with: ollama pull ${model}`,
    { status: 404, isRetryable: false },
  );
}
