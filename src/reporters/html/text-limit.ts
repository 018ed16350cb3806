import { deflatedLength, deflateLevel } from "./deflate.ts";
import { composeCase, type Limits, type PackedCase, type PackedLine } from "./packed.ts";
import { sizeWithin } from "./packed-judge.ts";

/**
 * What is kept of raw generations and of a judge's words: as much as fits, tried from the first. A generation gives way
 * before a judge's last words do, since what it says stands in the findings.
 */
export const allLimits: readonly [Limits, ...Limits[]] = [
  { text: 8000, said: 8000, runs: "all" },
  { text: 8000, said: 300, runs: "all" },
  { text: 2000, said: 300, runs: "all" },
  { text: 500, said: 300, runs: "all" },
  { text: 500, said: 300, runs: "one" },
  { text: 0, said: 300, runs: "one" },
  { text: 0, said: 120, runs: "one" },
  { text: 0, said: 0, runs: "one" },
];

const sampleRuns = 12;
const casesPerRun = 12;
// To try a limit in vain costs time; to pass one over that would have fitted costs the reader text.
const hope = 1.15;

/** One way to pack: what to keep, and how hard to deflate. */
export interface Packing {
  limits: Limits;
  level: number;
}

/**
 * The ways worth trying, the likeliest first: from the most text, but no limits before `most`, with which the packed cases
 * might stay within `budget` (characters of base64) down. Foretold from the size of all cases and from how well some of
 * them deflate.
 */
export function foretellPackings(cases: readonly PackedCase[], budget: number, most: Limits): Packing[] {
  const some = spread(cases);
  const packings = allLimits
    .slice(allLimits.indexOf(most))
    .map((limits) => ({ limits, size: sizeAt(cases, limits) }))
    .filter(({ size }, index, all) => size !== all[index - 1]?.size)
    .map(({ limits, size }) => ({ limits, size, level: deflateLevel(size) }));
  const mightFit = ({ limits, size, level }: (typeof packings)[number]) => {
    const pieces = some.flatMap((one) => [...composeCase(one, limits)]);
    return deflatedLength(pieces, level) <= (budget * hope * sizeAt(some, limits)) / size;
  };
  const first = packings.findIndex(mightFit);
  return packings.slice(first === -1 ? packings.length - 1 : first);
}

/** Characters of a line that can be cut. */
export function cuttableSize({ textLength, said }: PackedLine): number {
  return textLength + (said?.total ?? 0);
}

/** Bytes before they are deflated, but for what can be cut, which is counted in characters. */
function sizeAt(cases: readonly PackedCase[], limits: Limits): number {
  let size = 0;
  for (const one of cases) {
    size += one.end - one.start;
    for (const line of one.lines) size += lineSizeAt(line, limits);
  }
  return size;
}

function lineSizeAt(line: PackedLine, limits: Limits): number {
  const said = line.said === null ? 0 : sizeWithin(line.said, limits);
  return line.end - line.start - cuttableSize(line) + Math.min(line.textLength, limits.text) + said;
}

// Runs of neighbours, because a clean twin packs to next to nothing beside its case.
function spread(cases: readonly PackedCase[]): readonly PackedCase[] {
  if (cases.length <= sampleRuns * casesPerRun) return cases;
  const starts = Array.from({ length: sampleRuns }, (_, run) => Math.floor((run * cases.length) / sampleRuns));
  return starts.flatMap((start) => cases.slice(start, start + casesPerRun));
}
