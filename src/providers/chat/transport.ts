import { ProviderError } from "../../core/provider.ts";
import { isObject } from "../../core/json.ts";

/** No honest event or JSON answer has a longer line; an endless one must not fill the memory. */
const longestLineBytes = 64 * 1024 * 1024;
const longestErrorBytes = 64 * 1024;

/** Headers that an SDK may set; it also takes some from variables of its own, which are not ours to send. */
const plainHeader = /^(?:accept|content-type|user-agent|x-stainless-.*)$/i;

/**
 * Wraps a fetch for a client library: redirects are not followed (the code would reach a host that the report does not
 * list), nothing but plain headers and `own` ones is sent, error answers of every server get the one shape
 * `{error: {message, code, type, param}}` and a bounded size, and a web page or an endless line is no answer.
 */
export function guardFetch(
  fetch: typeof globalThis.fetch,
  own: Readonly<Record<string, string>>,
): typeof globalThis.fetch {
  return async (input, init) => {
    const sent = [...new Headers(init?.headers)].filter(([name]) => plainHeader.test(name));
    const response = await fetch(input, {
      ...init,
      headers: { ...Object.fromEntries(sent), ...own },
      redirect: "manual",
    });
    const { status, statusText } = response;
    if (!response.ok) {
      const body = JSON.stringify({ error: readErrorBody(await readStart(response)) });
      const headers = new Headers(response.headers);
      headers.set("content-type", "application/json");
      for (const stale of ["content-length", "content-encoding"]) headers.delete(stale);
      return new Response(isBodyless(status) ? null : body, { status, statusText, headers });
    }
    if (init?.method === "POST" && response.headers.get("content-type")?.startsWith("text/html")) {
      throw new ProviderError("the server answered a web page (check the base URL: does it lack /v1?)", {
        isRetryable: false,
      });
    }
    if (response.body === null) return response;
    return new Response(response.body.pipeThrough(guardLines()), { status, statusText, headers: response.headers });
  };
}

function isBodyless(status: number): boolean {
  return status === 304;
}

/** The text of an answer's first 64 KiB; the rest is not read. */
async function readStart(response: Response): Promise<string> {
  if (response.body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  try {
    for await (const chunk of response.body) {
      text += decoder.decode(chunk, { stream: true });
      bytes += chunk.byteLength;
      if (bytes >= longestErrorBytes) break;
    }
  } catch {
    // A cut error answer is still that error: its status is known.
  }
  return text;
}

interface ErrorBody {
  message: string;
  code?: unknown;
  type?: unknown;
  param?: unknown;
}

function readErrorBody(text: string): ErrorBody {
  const body = parseObject(text);
  if (body === null) return { message: text };
  const stated = body["error"] ?? body;
  if (typeof stated === "string") return { message: stated };
  if (!isObject(stated)) return { message: text };
  if (typeof stated["message"] === "string") return { ...stated, message: stated["message"] };
  const detail = stated["detail"];
  const first: unknown = Array.isArray(detail) ? detail[0] : undefined;
  if (isObject(first) && Array.isArray(first["loc"])) {
    const place = first["loc"].filter((part) => part !== "body").join(".");
    return { message: `${place}: ${String(first["msg"])}`, code: first["type"], param: place };
  }
  return { message: typeof detail === "string" ? detail : text };
}

/** A JSON object, or the first of a list of them, as Gemini writes errors; null for anything else. */
function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    const first: unknown = Array.isArray(value) ? value[0] : value;
    return isObject(first) ? first : null;
  } catch {
    return null;
  }
}

function guardLines(): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let lineBytes = 0;
  return new TransformStream({
    transform(chunk, controller) {
      const newline = chunk.lastIndexOf(0x0a);
      lineBytes = newline === -1 ? lineBytes + chunk.length : chunk.length - newline - 1;
      if (lineBytes > longestLineBytes) {
        throw new ProviderError("the answer has a line of over 64 MB (this is no chat-completions server)", {
          isRetryable: false,
        });
      }
      controller.enqueue(chunk);
    },
  });
}
