import { createHash, type Hash } from "node:crypto";
import { open } from "node:fs/promises";

const chunkBytes = 1 << 20;

/**
 * The digest of a file, in hexadecimal, read piece by piece into the same memory.
 * @param hash what has been fed to it comes before the file; SHA-256 where it is left out
 * @throws what the system says
 */
export async function hashFile(file: string, hash: Hash = createHash("sha256")): Promise<string> {
  const handle = await open(file);
  try {
    const chunk = Buffer.allocUnsafeSlow(chunkBytes);
    for (;;) {
      const { bytesRead } = await handle.read(chunk, 0, chunkBytes, null);
      if (bytesRead === 0) return hash.digest("hex");
      hash.update(chunk.subarray(0, bytesRead));
    }
  } finally {
    await handle.close();
  }
}
