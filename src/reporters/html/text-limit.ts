import { deflatedLength } from "./deflate.ts";
import { composeCase, type PackedCase } from "./packed.ts";

/** The most characters kept of a raw generation: as many as fit, tried from the left. */
export const textLimits: readonly [number, ...number[]] = [8000, 2000, 500, 0];

const sampleRuns = 12;
const casesPerRun = 12;
// To try a limit in vain costs time; to pass one over that would have fitted costs the reader text.
const hope = 1.15;

/**
 * The limits worth packing with, the likeliest first: those from the first one on at which the packed cases might stay
 * within `budget` (characters of base64). Foretold from the size of all cases and from how well some of them deflate.
 */
export function foretellTextLimits(cases: readonly PackedCase[], budget: number): readonly number[] {
  const some = spread(cases);
  const mightFit = (limit: number) => {
    const share = sizeAt(some, limit) / sizeAt(cases, limit);
    return deflatedLength(some.flatMap((one) => [...composeCase(one, limit)])) <= budget * share * hope;
  };
  const first = textLimits.findIndex((limit) => limit === 0 || mightFit(limit));
  return textLimits.slice(first);
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
