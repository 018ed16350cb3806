import { deflatedLength, deflateLevel } from "./deflate.ts";
import { composeCase, type PackedCase } from "./packed.ts";

/** The most characters kept of a raw generation: as many as fit, tried from the left. */
export const textLimits: readonly [number, ...number[]] = [8000, 2000, 500, 0];

const sampleRuns = 12;
const casesPerRun = 12;
// To try a limit in vain costs time; to pass one over that would have fitted costs the reader text.
const hope = 1.15;

/** One way to pack: how many characters to keep of a raw generation, and how hard to deflate. */
export interface Packing {
  textLimit: number;
  level: number;
}

/**
 * The ways worth trying, the likeliest first: from the most text, but no limit above `most`, with which the packed cases
 * might stay within `budget` (characters of base64) down. Foretold from the size of all cases and from how well some of
 * them deflate.
 */
export function foretellPackings(cases: readonly PackedCase[], budget: number, most: number): Packing[] {
  const some = spread(cases);
  const packings = textLimits
    .filter((textLimit) => textLimit <= most)
    .map((textLimit) => ({ textLimit, size: sizeAt(cases, textLimit) }))
    .filter(({ size }, index, all) => size !== all[index - 1]?.size)
    .map(({ textLimit, size }) => ({ textLimit, size, level: deflateLevel(size) }));
  const mightFit = ({ textLimit, size, level }: (typeof packings)[number]) => {
    const pieces = some.flatMap((one) => [...composeCase(one, textLimit)]);
    return deflatedLength(pieces, level) <= (budget * hope * sizeAt(some, textLimit)) / size;
  };
  const first = packings.findIndex(mightFit);
  return packings.slice(first === -1 ? packings.length - 1 : first);
}

/** Bytes before they are deflated, but for the generations, which are counted in characters. */
function sizeAt(cases: readonly PackedCase[], limit: number): number {
  let size = 0;
  for (const one of cases) {
    size += one.end - one.start;
    for (const line of one.lines) size += line.textStart - line.start + Math.min(line.textLength, limit);
  }
  return size;
}

// Runs of neighbours, because a clean twin packs to next to nothing beside its case.
function spread(cases: readonly PackedCase[]): readonly PackedCase[] {
  if (cases.length <= sampleRuns * casesPerRun) return cases;
  const starts = Array.from({ length: sampleRuns }, (_, run) => Math.floor((run * cases.length) / sampleRuns));
  return starts.flatMap((start) => cases.slice(start, start + casesPerRun));
}
