/** Classes of diffs by the lines that they add or delete; each is up to its last line, and the last has none. */
export const sizeClasses = [
  { name: "up to 20 lines", last: 20 },
  { name: "21 to 100 lines", last: 100 },
  { name: "101 to 400 lines", last: 400 },
  { name: "over 400 lines", last: Number.POSITIVE_INFINITY },
] as const;

/** The index of the class that so many added and deleted lines belong to. */
export function sizeClassOf(diffLines: number): number {
  return sizeClasses.findIndex(({ last }) => diffLines <= last);
}
