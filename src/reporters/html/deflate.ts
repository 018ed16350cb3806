import { once } from "node:events";
import { createDeflateRaw, deflateRawSync } from "node:zlib";

const chunkSize = 1 << 16;
const stageBytes = 1 << 18;

const largeBytes = 16_000_000;

/** How hard to deflate so many bytes: for a large run, half the time is worth one hundredth more of size. */
export function deflateLevel(bytes: number): number {
  return bytes > largeBytes ? 7 : 8;
}

/** Base64 of all pieces joined and raw-deflated. They are asked for one by one, so their sum is never held. */
export async function deflateToBase64(pieces: Iterable<Uint8Array>, level: number): Promise<string> {
  const deflate = createDeflateRaw({ level, chunkSize });
  const chunks: Buffer[] = [];
  deflate.on("data", (chunk: Buffer) => chunks.push(chunk));
  const ended = once(deflate, "end");
  const stage = Buffer.allocUnsafe(stageBytes);
  for (const bytes of inFullStages(pieces, stage)) {
    // The stage is filled again only after the compressor has read it.
    await new Promise<void>((resolve, reject) => {
      deflate.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
  }
  deflate.end();
  await ended;
  return Buffer.concat(chunks).toString("base64");
}

/** The length in characters that `deflateToBase64` would give for little data. */
export function deflatedLength(pieces: Iterable<Uint8Array>, level: number): number {
  return Math.ceil(deflateRawSync(Buffer.concat([...pieces]), { level }).length / 3) * 4;
}

/** The pieces one after another in `stage`, given out each time that it is full and once at the end. */
function* inFullStages(pieces: Iterable<Uint8Array>, stage: Buffer): Generator<Buffer> {
  let used = 0;
  for (const piece of pieces) {
    for (let start = 0; start < piece.length;) {
      const part = piece.subarray(start, start + stage.length - used);
      stage.set(part, used);
      start += part.length;
      used += part.length;
      if (used < stage.length) continue;
      yield stage;
      used = 0;
    }
  }
  if (used > 0) yield stage.subarray(0, used);
}
