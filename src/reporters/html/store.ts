/** Where a text stands, as UTF-8. A view of its own would take three times the room. */
export interface Kept {
  block: Uint8Array;
  start: number;
  end: number;
}

/** Keeps texts. */
export type Store = (text: string) => Kept;

const blockBytes = 1 << 20;
const mostBytesPerChar = 3;

/**
 * A store for many texts that stay until the end. They share large blocks outside the heap: there the collector
 * neither copies them nor lets the heap grow with them, and the text that one was cut from is not kept alive.
 */
export function openStore(): Store {
  let block = Buffer.alloc(0);
  let used = 0;
  return (text) => {
    const room = text.length * mostBytesPerChar;
    if (room > block.length - used) [block, used] = [Buffer.allocUnsafeSlow(Math.max(blockBytes, room)), 0];
    const start = used;
    used += block.write(text, start);
    return { block, start, end: used };
  };
}

/** The bytes of a text that is kept. */
export function keptBytes({ block, start, end }: Kept): Uint8Array {
  return block.subarray(start, end);
}
