import { wholeText } from "./lines.ts";
import { isObject, parseJson } from "../../json.ts";
import { hearPiece, type HeardStream, silentStream, type StampedBytes } from "./stream.ts";

/**
 * Reads a body that is one answer: `{"review": …}` or plain text. Its one piece is there once the last byte is, for no one
 * can read a review of which the end is missing. It tells no tokens.
 */
export function readWhole(body: readonly StampedBytes[]): HeardStream {
  const heard = silentStream();
  const { atMs, text } = wholeText(body);
  const value = parseJson(text);
  const review = isObject(value) ? value["review"] : undefined;
  const said = typeof review === "string" ? review : review === undefined ? text : JSON.stringify(review);
  hearPiece(heard, atMs, said.trim(), false);
  return heard;
}
