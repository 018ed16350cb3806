import type { QuantileFigure } from "./quantiles.ts";

/** The most of a percentile that may be the client's own doing. */
const mostShare = 0.05;

/** What one of the client's own requests took, against what its server says that it took itself; milliseconds. */
export interface CalibrationTimes {
  firstTokenMs: number;
  endToEndMs: number;
  trueFirstTokenMs: number;
  trueEndToEndMs: number;
}

/** What the client itself adds to times, in milliseconds. */
export interface ClientOverhead {
  requests: number;
  firstToken: { p50: number; p95: number };
  endToEnd: { p50: number; p95: number };
}

/** What is known of the client while it measured; overhead is null where nothing came over HTTP. */
export interface ClientState {
  overhead: ClientOverhead | null;
  /** For how long the event loop was late, in 99 of 100 looks at it, in milliseconds. */
  loopLagMs: number;
}

/**
 * Why a percentile of a reviewer's times is not to be printed: the client's own overhead at it is more than 5 % of it, or
 * the event loop was late by as much. Null where it may be.
 */
export function distrust(
  { p, value }: Pick<QuantileFigure, "p" | "value">,
  of: "firstToken" | "endToEnd",
  { overhead, loopLagMs }: ClientState,
): string | null {
  if (value === null) return null;
  const own = overhead === null ? 0 : overhead[of][p > 0.5 ? "p95" : "p50"];
  const advice = "lower the load, or measure from a machine with less to do";
  if (own > mostShare * value)
    return `the client itself added ${ms(own)}, over 5 % of ${ms(value)}, so this would be its own speed; ${advice}`;
  if (loopLagMs > mostShare * value)
    return `the client's event loop was late by ${ms(loopLagMs)}, over 5 % of ${ms(value)}; ${advice}`;
  return null;
}

/**
 * Why the figures at a rate are not to be printed: the client could not produce it. Either it sent fewer than 95 % as many
 * a second as were due, or one request in twenty was late by more than 5 % of the p95. Null where it could. Both p95 are
 * of however few requests there are: what is too few to be told is enough to be doubted.
 * @param rate null where there are too few requests to have one
 * @param lagP95Ms of the dispatches
 * @param p95Ms of the times from when requests were due
 */
export function distrustRate(
  rate: { duePerS: number; sentPerS: number } | null,
  lagP95Ms: number,
  p95Ms: number,
): string | null {
  if (rate !== null && rate.sentPerS < 0.95 * rate.duePerS)
    return `the client sent ${perS(rate.sentPerS)} requests a second where ${perS(rate.duePerS)} were due; lower scorers.latency.rate`;
  const most = mostShare * p95Ms;
  if (lagP95Ms > most)
    return `the client was late with its requests by ${ms(lagP95Ms)}, over ${ms(most)}; lower scorers.latency.rate`;
  return null;
}

function ms(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}

function perS(value: number): string {
  return value < 10 ? value.toFixed(2) : value.toFixed(0);
}
