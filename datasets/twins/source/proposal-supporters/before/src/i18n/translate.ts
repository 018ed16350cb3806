import { messages, type MessageKey } from "./messages";

type Scalar = string | number;

const numbers = new Intl.NumberFormat("en-GB");

function asText(value: Scalar): string {
  return typeof value === "number" ? numbers.format(value) : value;
}

/** The text of a message with its {placeholders} filled in; one that is not given stays as it is. */
export function t(key: MessageKey, params: Record<string, Scalar> = {}): string {
  return messages[key].replace(/\{(\w+)\}/g, (placeholder, name: string) => {
    const value = params[name];
    return value === undefined ? placeholder : asText(value);
  });
}
