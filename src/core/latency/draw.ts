import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { sizeClassOf } from "./size-class.ts";

/**
 * In which order cases are asked about, as their indices, without end: each is drawn once before any is drawn again.
 * `even` takes the classes of diff size that there are in turns, `as-is` all cases alike. The same seed gives the same
 * order. Nothing for no cases.
 * @param diffLines of each case
 */
export function* drawCases(
  diffLines: readonly number[],
  sizes: "as-is" | "even",
  seed: number,
): Generator<number, void> {
  const all = diffLines.map((_, index) => index);
  const groups =
    sizes === "as-is"
      ? [all]
      : [...Map.groupBy(all, (index) => sizeClassOf(diffLines[index] ?? 0))]
          .sort(([a], [b]) => a - b)
          .map(([, g]) => g);
  const decks = groups.filter((group) => group.length > 0).map((group, index) => shuffledForEver(group, seed + index));
  while (decks.length > 0) for (const deck of decks) yield deck.next().value;
}

function* shuffledForEver(items: readonly number[], seed: number): Generator<number, never> {
  const generator = xoroshiro128plus(seed);
  for (;;) {
    const deck = [...items];
    for (let left = deck.length; left > 0; left -= 1) {
      const at = Math.floor(((generator.next() >>> 0) / 2 ** 32) * left);
      yield deck[at] as number;
      deck[at] = deck[left - 1] as number;
    }
  }
}
