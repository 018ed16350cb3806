import { quantile } from "../stats/quantile.ts";
import type { CalibrationTimes, ClientOverhead } from "./trust.ts";

/**
 * What the client added to requests of which the server says what they took it; null for none. The server's own lateness
 * is in both and so in neither.
 */
export function clientOverhead(times: readonly CalibrationTimes[]): ClientOverhead | null {
  if (times.length === 0) return null;
  const of = (overheads: number[]) => {
    const sorted = Float64Array.from(overheads).sort();
    return { p50: quantile(sorted, 0.5) as number, p95: quantile(sorted, 0.95) as number };
  };
  return {
    requests: times.length,
    firstToken: of(times.map((one) => one.firstTokenMs - one.trueFirstTokenMs)),
    endToEnd: of(times.map((one) => one.endToEndMs - one.trueEndToEndMs)),
  };
}
