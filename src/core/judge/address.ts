import { type ModelRef, parseModelRef } from "../model.ts";

const loopback =
  /^(?:localhost|.+\.localhost|127(?:\.\d+){3}|\[::1\]|\[::ffff:7f[\da-f]{2}:[\da-f]{1,4}\]|0\.0\.0\.0|\[::\])$/i;

/** A text in which every URL is written in one way: lower-case host, no slash at its end, one name for this machine. */
export function inOneSpelling(text: string): string {
  return text.replaceAll(/https?:\/\/[^\s"'<>]+/gi, (written) => {
    if (!URL.canParse(written)) return written;
    const url = new URL(written);
    const host = loopback.test(url.hostname) ? "localhost" : url.hostname;
    const port = url.port === "" ? "" : `:${url.port}`;
    return `${url.protocol}//${host.replace(/\.$/, "")}${port}${url.pathname.replace(/\/+$/, "")}${url.search}`;
  });
}

/** What a suite says of its own judge. */
interface JudgeOfSuite {
  model?: string | undefined;
  baseUrl?: string | undefined;
}

/**
 * Whether a judge that the suite does not name goes where the suite's own goes, so that it may have its address, key and
 * price. It does where the suite says nothing of where that is.
 */
export function goesWhere(ref: string, { model, baseUrl }: JudgeOfSuite): boolean {
  if (model === undefined && baseUrl === undefined) return true;
  const [named, own] = [read(ref), model === undefined ? null : read(model)];
  if (named === null || (model !== undefined && own === null)) return ref === model;
  const isOfKind = own === null || own.kind === named.kind;
  return originOf(named, isOfKind ? baseUrl : undefined) === originOf(own ?? named, baseUrl, own === null);
}

/** The host that a reference leads to, or the kind of the service whose own it is. */
function originOf(
  { kind, url }: Pick<ModelRef, "kind" | "url">,
  baseUrl: string | undefined,
  isOfSuite = false,
): string {
  const address = isOfSuite ? baseUrl : (url ?? baseUrl);
  return address !== undefined && URL.canParse(address) ? new URL(inOneSpelling(address)).origin : kind;
}

function read(ref: string): ModelRef | null {
  try {
    return parseModelRef(ref);
  } catch {
    return null;
  }
}
