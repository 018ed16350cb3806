import { APIError } from "@anthropic-ai/sdk";
import { type Complaint, isOverflow, toComplaint } from "../chat/failure.ts";
import { isObject } from "../../core/json.ts";

/** The status that an error would have had before the stream began. */
const statusOfType: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
};

/** Reads the server's own error out of what was thrown; null where no server spoke (connection, garbled stream). */
export function readComplaint(error: unknown): Complaint | null {
  if (!(error instanceof APIError)) return null;
  const body: unknown = error.error;
  if (error.status === undefined && body === undefined) return null;
  const stated = isObject(body) && isObject(body["error"]) ? body["error"] : {};
  const type = typeof stated["type"] === "string" ? stated["type"] : "";
  const message = typeof stated["message"] === "string" ? stated["message"] : error.message;
  return toComplaint(error.status ?? statusOfType[type] ?? null, { ...stated, message }, error.headers);
}

/** Whether the complaint is that the prompt, or it and the tokens to answer with, do not fit. */
export function doesNotFit(complaint: Complaint): boolean {
  return (
    isOverflow(complaint) ||
    complaint.type === "request_too_large" ||
    (complaint.status === 400 && /exceed context limit/i.test(complaint.message))
  );
}
