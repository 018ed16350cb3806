import { isMetricName, metricDefinitions } from "./metric.ts";
import type { Metric } from "./report.ts";

/** What stands where a value would: nothing was measured. */
export const noValue = "–";

/**
 * A number with so many decimals, at most ten, its halves rounded away from zero as people do it: .5375 becomes .538,
 * although the nearest binary number lies a little below it.
 */
export function formatFixed(value: number, decimals: number): string {
  const scale = 10 ** decimals;
  const scaled = Number((Math.abs(value) * scale).toPrecision(15));
  return ((Math.sign(value) * Math.round(scaled)) / scale).toFixed(decimals);
}

/** A value as tables show it: rates as `.55`, times in whole milliseconds, money as `$1.20`, counts with three digits or more. */
export function formatValue(value: number | null, unit: Metric["unit"]): string {
  if (value === null) return noValue;
  if (unit === "usd") return formatUsd(value);
  if (unit === "ms") return value < 10 ? formatFixed(value, 1) : String(Math.round(value));
  if (unit === "rate") return formatRate(value);
  return formatFixed(value, Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);
}

/** A difference with its sign: `+.05`, `-.05`. */
export function formatSigned(value: number, unit: Metric["unit"]): string {
  const text = formatValue(Math.abs(value), unit);
  return value < 0 ? `-${text}` : `+${text}`;
}

/** US dollars: cents from one dollar on, below that two digits that say something: `$12.50`, `$.034`. */
export function formatUsd(usd: number): string {
  if (usd === 0) return "$0";
  const decimals = usd >= 1 ? 2 : Math.min(10, 1 - Math.floor(Math.log10(usd)));
  return `$${formatFixed(usd, decimals).replace(/^0\./, ".")}`;
}

/** A rate without its leading zero: `.55`, `1.00`. */
export function formatRate(rate: number): string {
  return formatFixed(rate, 2).replace(/^(-?)0\./, "$1.");
}

/** The interval of a metric as `[.44 .66]`; empty where there is none. An open end is a dash. */
export function formatInterval({ value, low, high, unit }: Metric): string {
  if (value === null || (low === null && high === null)) return "";
  const show = (bound: number | null) =>
    bound === null || unit !== "rate" ? formatValue(bound, unit) : formatRateBound(bound);
  return `[${show(low)} ${show(high)}]`;
}

/** Less than this is no distance but the way in which a number was reached. */
const roundingError = 1e-9;

/**
 * A bound of a rate: with a third decimal where two would make 1.00 or .00 of what is neither, which looks certain, and
 * `<.001` or `>.999` where three would as well.
 */
export function formatRateBound(bound: number): string {
  if (Math.min(Math.abs(bound), Math.abs(1 - bound)) < roundingError) return formatRate(bound);
  for (const decimals of [2, 3]) {
    const shown = formatFixed(bound, decimals);
    if (![0, 1].includes(Number(shown))) return shown.replace(/^(-?)0\./, "$1.");
  }
  if (bound < 0 || bound > 1) return formatRate(bound);
  return bound < 0.5 ? "<.001" : ">.999";
}

/** Whether a sum is only the least that it can be, since a part of it is not known. */
export function isLeast({ value, unit, unscored, method, highOneSided }: Metric): boolean {
  return value !== null && unscored > 0 && highOneSided === null && (unit === "usd" || method === "sum");
}

/** A value of a metric where its unit stands nowhere else: `.55`, `840 ms`, `$.034`. Of an unknown one as a rate. */
export function formatOf(metric: string | undefined, value: number): string {
  const unit = metric !== undefined && isMetricName(metric) ? metricDefinitions[metric].unit : "rate";
  return unit === "ms" ? `${formatValue(value, unit)} ms` : formatValue(value, unit);
}

/** A bound beside the limits of its gate: of a rate a third digit where two would make them look equal. */
export function formatBound(
  bound: number,
  { min, max, metric }: { min?: number | undefined; max?: number | undefined; metric?: string },
): string {
  if (metric !== undefined && isMetricName(metric) && metricDefinitions[metric].unit !== "rate")
    return formatOf(metric, bound);
  const looksEqual = [min, max].some(
    (limit) => limit !== undefined && limit !== bound && formatRate(limit) === formatRate(bound),
  );
  return looksEqual ? formatFixed(bound, 3).replace(/^0\./, ".") : formatRate(bound);
}

/** A number with its noun: `1 bug`, `2 bugs`. */
export function plural(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** What a reader needs of a model reference: `openai:reviewer` for `openai:reviewer@http://127.0.0.1:8000/v1`. */
export function shortRef(ref: string): string {
  return ref.replace(/(.)@https?:\/\/.*$/, "$1").replace(/^https?:\/\/([^?#]*).*$/, "$1");
}

/**
 * How references are called beside each other: by their short name, with its address where another has the same name, and
 * whole where the address is the same too. One that is not among them has its short name.
 */
export function namesAmong(refs: readonly string[]): (ref: string) => string {
  const all = [...new Set(refs)];
  const isAlone = (name: string, naming: (ref: string) => string) =>
    all.filter((ref) => naming(ref) === name).length < 2;
  return (ref) =>
    [shortRef, addressed]
      .map((naming) => ({ naming, name: naming(ref) }))
      .find(({ naming, name }) => isAlone(name, naming))?.name ?? ref;
}

/** `openai:reviewer@127.0.0.1:8000` for `openai:reviewer@http://127.0.0.1:8000/v1`. */
function addressed(ref: string): string {
  return ref.replace(/(.)@https?:\/\/(.*?)(?:\/v1)?\/?$/, "$1@$2");
}

/** A text for a terminal or a message: control characters, escapes among them, made visible as `\u001b`. */
export function neutralise(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are just what this looks for
  return text.replaceAll(
    /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Bytes as people write them: `161.5 MB`, in powers of a thousand. */
export function byteText(bytes: number): string {
  if (bytes < 1000) return plural(bytes, "byte");
  const units = ["kB", "MB", "GB", "TB"];
  const power = units.findIndex((_, index) => bytes < 999_950 * 1000 ** index);
  return `${(bytes / 1000 ** ((power === -1 ? units.length - 1 : power) + 1)).toFixed(1)} ${units.at(power)}`;
}
