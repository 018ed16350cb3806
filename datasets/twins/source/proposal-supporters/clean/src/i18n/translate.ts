import { messages, type MessageKey } from "./messages";

type Scalar = string | number;

const numbers = new Intl.NumberFormat("en-GB");
const lists = new Intl.ListFormat("en-GB", { type: "unit" });

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

function asText(value: Scalar): string {
  return typeof value === "number" ? numbers.format(value) : value;
}

function asHtml(value: Scalar | readonly string[]): string {
  if (typeof value === "object") {
    return lists.format(value.map((item) => `<strong>${escapeHtml(item)}</strong>`));
  }
  return escapeHtml(asText(value));
}

function fill<Value>(key: MessageKey, params: Record<string, Value>, format: (value: Value) => string): string {
  return messages[key].replace(/\{(\w+)\}/g, (placeholder, name: string) => {
    const value = params[name];
    return value === undefined ? placeholder : format(value);
  });
}

/** The text of a message with its {placeholders} filled in; one that is not given stays as it is. */
export function t(key: MessageKey, params: Record<string, Scalar> = {}): string {
  return fill(key, params, asText);
}

/** Like `t`, but HTML for `v-html`: a message may hold tags, and the items of a list are set in bold. */
export function rich(key: MessageKey, params: Record<string, Scalar | readonly string[]> = {}): string {
  return fill(key, params, asHtml);
}
