import { z } from "zod";
import { IncompleteError, UsageError } from "../core/errors.ts";
import { HubEntry } from "../core/hub-reference.ts";
import { carriesSecret } from "../core/url-secret.ts";

const publicHub = "https://huggingface.co";
const askingTimeoutMs = 30_000;

/** One repository of the Hub, or of a mirror of it. */
export interface HubAccess {
  repo: string;
  /** Its address, as messages name it. */
  shown: string;
  /** Whether a token goes with what is asked. */
  hasToken: boolean;
  /** What has to go with the request for a file. */
  headers: Readonly<Record<string, string>>;
  /** The commit of a branch, a tag or a shortened commit. */
  findCommit: (revision: string) => Promise<string>;
  /** All files and folders of a commit. */
  listEntries: (commit: string) => Promise<HubEntry[]>;
  fileUrl: (path: string, commit: string) => string;
}

interface AccessWorld {
  fetch: typeof globalThis.fetch;
  signal: AbortSignal;
  env: Readonly<Record<string, string | undefined>>;
}

/** No repository of a model has more files; a list that never ends does. */
const mostEntries = 100_000;

/**
 * Makes ready to ask the Hub, or the mirror that HF_ENDPOINT names, with the token of HF_TOKEN. Asks nobody yet.
 * @throws UsageError for an address or a token that cannot be one; the token is never repeated
 */
export function openHub(repo: string, { fetch, signal, env }: AccessWorld): HubAccess {
  const hubUrl = endpoint(env["HF_ENDPOINT"]);
  const token = accessToken(env["HF_TOKEN"]);
  const credentials = token === null ? {} : { accessToken: token };
  const patient: typeof fetch = (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    // A list may name its next page anywhere, and the token goes with every question.
    if (new URL(url).origin !== new URL(hubUrl).origin)
      throw new UsageError(`hf:${repo}: ${hubUrl} points to another host (check HF_ENDPOINT)`);
    return fetch(input, { ...init, signal: AbortSignal.any([signal, AbortSignal.timeout(askingTimeoutMs)]) });
  };
  const common = { hubUrl, fetch: patient, ...credentials };
  const access: HubAccess = {
    repo,
    shown: hubUrl,
    hasToken: token !== null,
    headers: token === null ? {} : { authorization: `Bearer ${token}` },
    findCommit: (revision) =>
      asking(revision, async () => {
        const { modelInfo } = await import("@huggingface/hub");
        const { sha } = await modelInfo({ ...common, name: repo, revision, additionalFields: ["sha"] });
        return z.string().parse(sha);
      }),
    listEntries: (commit) =>
      asking(commit, async () => {
        const { listFiles } = await import("@huggingface/hub");
        const entries: HubEntry[] = [];
        for await (const entry of listFiles({ ...common, repo, revision: commit, recursive: true }))
          if (entries.push(HubEntry.parse(entry)) > mostEntries)
            throw new UsageError(`hf:${repo}: lists over ${mostEntries} files (name another repository)`);
        return entries;
      }),
    fileUrl: (path, commit) =>
      `${hubUrl}/${repo}/resolve/${commit}/${path.split("/").map(encodeURIComponent).join("/")}`,
  };
  async function asking<T>(revision: string, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      signal.throwIfAborted();
      throw explain(error, access, revision);
    }
  }
  return access;
}

function endpoint(text: string | undefined): string {
  if (text === undefined || text === "") return publicHub;
  if (carriesSecret(text)) throw new UsageError("HF_ENDPOINT: a URL must not carry a key (put the token in HF_TOKEN)");
  if (!/^https?:\/\//.test(text) || !URL.canParse(text))
    throw new UsageError(`HF_ENDPOINT: "${text}" is not a URL (write ${publicHub}, or unset it)`);
  return text.replace(/\/+$/, "");
}

function accessToken(text: string | undefined): string | null {
  const token = (text ?? "").trim();
  if (token === "") return null;
  if (!/^hf_[\w-]+$/.test(token))
    throw new UsageError(
      'HF_TOKEN: expected a token that begins with "hf_" (make one at https://huggingface.co/settings/tokens)',
    );
  return token;
}

function explain(error: unknown, hub: HubAccess, revision: string): unknown {
  if (error instanceof z.ZodError || error instanceof SyntaxError)
    return new IncompleteError(
      `hf:${hub.repo}: ${hub.shown} answers otherwise than the Hub does (check HF_ENDPOINT and any proxy)`,
    );
  if (!(error instanceof Error)) return error;
  if ("statusCode" in error && typeof error.statusCode === "number")
    return explainHubFailure(error.statusCode, hub, revision);
  if (error instanceof DOMException)
    return new IncompleteError(
      `hf:${hub.repo}: no answer from ${hub.shown} within ${askingTimeoutMs / 1000} s (check the network)`,
    );
  if (!(error instanceof TypeError)) return error;
  const reason = error.cause instanceof Error ? error.cause.message : error.message;
  return new IncompleteError(`hf:${hub.repo}: cannot reach ${hub.shown}: ${reason} (check the network and its proxy)`);
}

/** What a status of the Hub means for the user. @param revision what was asked for, where that may be what is missing */
export function explainHubFailure(status: number, hub: HubAccess, revision?: string): Error {
  const subject = `hf:${hub.repo}`;
  if ((status === 401 || status === 403) && hub.hasToken)
    return new UsageError(
      `${subject}: the token of HF_TOKEN may not read it (accept its terms at ${hub.shown}/${hub.repo}, or use a token that may)`,
    );
  // Without a token, the Hub does not tell a private repository from one that is not there.
  if (status === 401 || status === 403)
    return new UsageError(
      `${subject}: no such repository, or one that needs a token (check the name; else set HF_TOKEN to a token of ${hub.shown}/settings/tokens)`,
    );
  if (status === 404)
    return new UsageError(
      `${subject}: no such repository${revision === undefined ? "" : `, or it has no revision "${revision}"`} (look at ${hub.shown}/${hub.repo})`,
    );
  return new IncompleteError(`${subject}: ${hub.shown} answered ${status} (try later)`);
}
