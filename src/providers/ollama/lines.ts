import { ProviderError } from "../../core/provider.ts";
import { isObject, parseJson } from "../../core/json.ts";

/** No honest line is longer: each holds one piece of the answer. */
const longestLineChars = 4 * 1024 * 1024;

/** Ollama stops a model that says the same token more often than this in a row, and ends the answer without a last line. */
const mostRepeats = 30;
/** What is then told to be why it ended. */
export const stoppedLoop = "repeats";

/**
 * Checks an answer of JSON lines before the client library reads it, which would write what it cannot read to the
 * console: every line is an object, none is an error, and the last one says that it is done. The last line that Ollama leaves out of an answer which goes round in circles is added:
 * whoever answers so was not out of reach.
 * @param complain makes an error of what a line says is wrong
 */
export function guardJsonLines(
  complain: (message: string) => Error,
): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  const decoder = new TextDecoder();
  let line = "";
  let isDone = false;
  let last = "";
  let repeats = 0;
  const check = (text: string) => {
    if (text.trim() === "") return;
    const value = parseJson(text);
    if (!isObject(value)) throw garbled();
    const error = value["error"];
    if (error !== undefined) throw complain(typeof error === "string" ? error : JSON.stringify(error));
    isDone ||= value["done"] === true;
    const said = contentOf(value);
    repeats = said !== "" && said === last ? repeats + 1 : 0;
    last = said;
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
    flush(controller) {
      // A rest without a line's end is a whole line, or was cut in its middle.
      if (parseJson(line) !== undefined) check(line);
      if (isDone) return;
      if (repeats >= mostRepeats - 1) {
        const end = { message: { role: "assistant", content: "" }, done: true, done_reason: stoppedLoop };
        controller.enqueue(new TextEncoder().encode(`${line === "" ? "" : "\n"}${JSON.stringify(end)}\n`));
        return;
      }
      throw new ProviderError("the stream was cut: it ended without saying that it is done", { isRetryable: true });
    },
  });
}

function contentOf(line: Record<string, unknown>): string {
  const { message } = line;
  const content = isObject(message) ? message["content"] : undefined;
  return typeof content === "string" ? content.trim() : "";
}

function garbled(): ProviderError {
  return new ProviderError("the server sent a garbled answer: not a line of JSON", { isRetryable: true });
}
