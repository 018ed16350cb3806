import type { SourceManifest } from "../../core/source.ts";

/** What fetching needs of the outside. */
export interface DownloadWorld {
  fetch: typeof globalThis.fetch;
  /** Tells a person how far it has come, one line each. */
  note: (line: string) => void;
  signal: AbortSignal;
}

/** Fetches the files of a source that are not in `folder` yet. */
export async function fetchSource(
  _name: string,
  _manifest: SourceManifest,
  _folder: string,
  _world: DownloadWorld,
): Promise<void> {
  throw new Error("to be written");
}
