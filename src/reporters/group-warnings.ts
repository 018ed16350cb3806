/** What a warning that counts says of one reviewer: `recorded:copilot: 8 of 50 reviews are unscored`. */
interface Counted {
  name: string;
  count: number;
  /** What is the same for other reviewers: `of 50 reviews are unscored`. */
  rest: string;
}

/**
 * Warnings with those that say the same of several reviewers as one, the highest count first: `copilot 8, greptile 3 of
 * 50 reviews are unscored`. It stands where the first of them stood; all others stay as they are.
 */
export function groupWarnings(warnings: readonly string[]): string[] {
  const counted = warnings.map(readCount);
  const groups = Map.groupBy(
    counted.filter((one) => one !== null),
    ({ rest }) => rest,
  );
  return warnings.flatMap((warning, index) => {
    const one = counted[index] ?? null;
    const group = one === null ? [] : (groups.get(one.rest) ?? []);
    if (one === null || group.length < 2) return [warning];
    if (group[0] !== one) return [];
    const names = group.toSorted((a, b) => b.count - a.count).map(({ name, count }) => `${name} ${count}`);
    return [`${names.join(", ")} ${one.rest}`];
  });
}

function readCount(warning: string): Counted | null {
  const parts = /^(?<name>.+?): (?<count>\d+) (?<rest>of \d+ .+)$/s.exec(warning)?.groups;
  if (parts === undefined) return null;
  return { name: parts["name"] ?? "", count: Number(parts["count"]), rest: parts["rest"] ?? "" };
}
