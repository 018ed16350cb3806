/** What was measured; a figure that was not is absent. */
interface Measured {
  seconds?: number;
  megabytes?: number;
}

const perSecond: Record<string, number> = { s: 1, ms: 0.001 };

/**
 * A bar with what became of it: `<= 2.5 s met, <= 220 MB missed`; empty for none.
 * @param bar limits such as `<= 2.5 s` or `< 100 ms`, with commas between them
 */
export function judgeBar(bar: string, { seconds, megabytes }: Measured): string {
  if (bar === "") return "";
  const limits = bar.split(", ").map((limit) => {
    const [, comparison, most, unit = ""] = /^(<=?) ([\d.]+) (ms|s|MB)$/.exec(limit) ?? [];
    const value = unit === "MB" ? megabytes : seconds;
    if (comparison === undefined || value === undefined) throw new Error(`bar "${limit}": nothing was measured for it`);
    const bound = Number(most) * (perSecond[unit] ?? 1);
    const isMet = comparison === "<" ? value < bound : value <= bound;
    return `${limit} ${isMet ? "met" : "missed"}`;
  });
  return limits.join(", ");
}
