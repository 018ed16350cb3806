import { formatInterval, formatValue, isLeast } from "../core/format.ts";
import type { Metric } from "../core/report.ts";
import { alignRight, type TerminalStyle } from "./terminal-text.ts";

/** Values of one metric one under another on their decimal points, intervals quieter beside them. */
export function metricCells(metrics: readonly (Metric | undefined)[], style: Pick<TerminalStyle, "paint">): string[] {
  const values = alignRight(metrics.map(valueText));
  return metrics.map((metric, row) => {
    const interval = metric === undefined ? "" : formatInterval(metric);
    return `${values[row] ?? ""}${interval === "" ? "" : ` ${style.paint("dim", interval)}`}`;
  });
}

/** A value, marked where it is only the least that it can be; a dash where there is none. */
export function valueText(metric: Metric | undefined): string {
  const least = metric !== undefined && isLeast(metric) ? "≥ " : "";
  return `${least}${formatValue(metric?.value ?? null, metric?.unit ?? "rate")}`;
}
