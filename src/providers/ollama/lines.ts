import { ProviderError } from "../../core/provider.ts";
import { isObject } from "../chat/json.ts";

/** No honest line is longer: each holds one piece of the answer. */
const longestLineChars = 4 * 1024 * 1024;

/**
 * Checks an answer of JSON lines before the client library reads it, which would write what it cannot read to the
 * console: every line is an object, none is an error, and the last one says that it is done.
 * @param complain makes an error of what a line says is wrong
 */
export function guardJsonLines(
  complain: (message: string) => Error,
): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  const decoder = new TextDecoder();
  let line = "";
  let isDone = false;
  const check = (text: string) => {
    if (text.trim() === "") return;
    const value = parseJson(text);
    if (!isObject(value)) throw garbled();
    const said = value["error"];
    if (said !== undefined) throw complain(typeof said === "string" ? said : JSON.stringify(said));
    isDone ||= value["done"] === true;
  };
  return new TransformStream({
    transform(chunk, controller) {
      const [first = "", ...further] = decoder.decode(chunk, { stream: true }).split("\n");
      line += first;
      for (const next of further) {
        check(line);
        line = next;
      }
      if (line.length > longestLineChars) throw garbled();
      controller.enqueue(chunk);
    },
    flush() {
      // A rest without a line's end is a whole line, or was cut in its middle.
      if (parseJson(line) !== undefined) check(line);
      if (isDone) return;
      throw new ProviderError("the stream was cut: it ended without saying that it is done", { isRetryable: true });
    },
  });
}

function garbled(): ProviderError {
  return new ProviderError("the server sent a garbled answer: not a line of JSON", { isRetryable: true });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
