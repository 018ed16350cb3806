const firstMs = 500;
const longestMs = 30_000;

/**
 * The pause after the nth failure in a row where the server asks for none, in milliseconds: 0.5 s doubled each time up
 * to 30 s, of which one half is fixed and the other random, so that many clients do not come back at once.
 * @param failures at least 1
 */
export function backoffMs(failures: number, random: () => number): number {
  const full = Math.min(longestMs, firstMs * 2 ** (failures - 1));
  return full / 2 + (full / 2) * random();
}
