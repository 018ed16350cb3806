/** Where a text stands, as UTF-8. A view of its own would take three times the room. */
export interface Kept {
  block: Uint8Array;
  start: number;
  end: number;
}

/** Keeps the text that some pieces give together. They come as pieces because to join them first is another copy. */
export type Store = (pieces: readonly string[]) => Kept;

const blockBytes = 1 << 20;
const mostBytesPerChar = 3;

/**
 * A store for many texts that stay until the end. They share large blocks outside the heap: there the collector
 * neither copies them nor lets the heap grow with them, and the text that one was cut from is not kept alive.
 */
export function openStore(): Store {
  let block = Buffer.alloc(0);
  let used = 0;
  return (pieces) => {
    const room = pieces.reduce((sum, piece) => sum + piece.length, 0) * mostBytesPerChar;
    if (room > block.length - used) [block, used] = [Buffer.allocUnsafeSlow(Math.max(blockBytes, room)), 0];
    const start = used;
    for (const piece of pieces) used += block.write(piece, used);
    return { block, start, end: used };
  };
}

/** The bytes of a text that is kept. */
export function keptBytes({ block, start, end }: Kept): Uint8Array {
  return block.subarray(start, end);
}
