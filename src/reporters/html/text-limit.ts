import { deflatedLength } from "./deflate.ts";
import { composeCase, type PackedCase } from "./packed.ts";

/** The most characters kept of a raw generation: as many as fit, tried from the left. */
export const textLimits: readonly [number, ...number[]] = [8000, 2000, 500, 0];

const sampleRuns = 12;
const casesPerRun = 12;

/**
 * The limits worth packing with, the likeliest first: those from the first one on at which the packed cases should stay
 * within `budget` (characters of base64). Foretold from the size of all cases and from how well some of them deflate.
 */
export function foretellTextLimits(cases: readonly PackedCase[], budget: number): readonly number[] {
  const some = spread(cases);
  const fits = (limit: number) => {
    const deflated = deflatedLength(some.map((one) => composeCase(one, limit)).join());
    const share = sizeAt(some, limit) / sizeAt(cases, limit);
    return deflated <= budget * share;
  };
  const first = textLimits.findIndex((limit, index) => index === textLimits.length - 1 || fits(limit));
  return textLimits.slice(first);
}

function sizeAt(cases: readonly PackedCase[], limit: number): number {
  let size = 0;
  for (const { json, lines } of cases) {
    size += json.length;
    for (const line of lines) size += line.json.length + Math.min(line.text.length, limit);
  }
  return size;
}

// Runs of neighbours, because a clean twin packs to next to nothing beside its case.
function spread(cases: readonly PackedCase[]): readonly PackedCase[] {
  if (cases.length <= sampleRuns * casesPerRun) return cases;
  const starts = Array.from({ length: sampleRuns }, (_, run) => Math.floor((run * cases.length) / sampleRuns));
  return starts.flatMap((start) => cases.slice(start, start + casesPerRun));
}
