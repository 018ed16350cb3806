/** The most that one answer may hold, in bytes; what comes after is given up and the answer counts as truncated. */
export const maxAnswerBytes = 32 * 1024 * 1024;

export interface Collector {
  /** Keeps a chunk, or what of it still fits; false once the limit is passed. */
  add(chunk: Uint8Array): boolean;
  /** What was kept, as UTF-8; invalid bytes become U+FFFD. */
  text(): string;
}

/** Gathers chunks of bytes up to a limit in bytes. */
export function collectBytes(limit: number): Collector {
  const chunks: Uint8Array[] = [];
  let size = 0;
  return {
    add: (chunk) => {
      const kept = chunk.subarray(0, limit - size);
      if (kept.length > 0) chunks.push(kept);
      size += kept.length;
      return kept.length === chunk.length;
    },
    text: () => new TextDecoder().decode(Buffer.concat(chunks)),
  };
}

/** The text up to so many bytes of UTF-8, cut at a whole character; the text itself where it is no longer. */
export function cutAtBytes(text: string, limit: number): string {
  // A UTF-16 unit takes three bytes at most.
  if (text.length * 3 <= limit || Buffer.byteLength(text) <= limit) return text;
  return new TextDecoder().decode(Buffer.from(text).subarray(0, limit), { stream: true });
}

const keptCharacters = 4096;

/** A text with more at its end, up to 4096 characters: enough to tell what was thought from something else. */
export function keepStart(text: string, more: string): string {
  return text.length >= keptCharacters ? text : (text + more).slice(0, keptCharacters);
}
