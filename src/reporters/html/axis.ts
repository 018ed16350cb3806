/** A vertical axis in pixels, greatest value on top. */
export interface Axis {
  height: number;
  /** Round values, ascending. */
  ticks: readonly number[];
  /** Pixels from the top to a value. */
  at: (value: number) => number;
}

/** Above and below the outermost ticks, so that dots on them are not cut. */
const margin = 8;
const mostTicks = 5;

/**
 * An axis over values, from one round number to another, at most five of them.
 * @param range that the axis does not leave, whatever its round numbers
 */
export function axisOf(values: readonly number[], height: number, [least, greatest]: readonly [number, number]): Axis {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const size = Math.max(Math.abs(high), 1);
  const isFlat = high - low < 1e-9 * size;
  const span = isFlat ? 0.2 * size : high - low;
  const step = roundStep(span / (mostTicks - 1));
  // A value in the middle of nothing has room on both sides.
  const [from, to] = isFlat ? [low - span / 2, high + span / 2] : [low, high];
  const first = Math.max(Math.floor(from / step + 1e-9), Math.ceil(least / step - 1e-9));
  const last = Math.min(Math.ceil(to / step - 1e-9), Math.floor(greatest / step + 1e-9));
  const ticks = Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
  const [bottom = 0, top = 1] = [ticks[0], ticks.at(-1)];
  const reach = top > bottom ? top - bottom : 1;
  return { height, ticks, at: (value) => margin + ((top - value) / reach) * (height - 2 * margin) };
}

/** The least of 1, 2, 2.5 and 5 times a power of ten that is no less. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 2.5, 5].find((factor) => factor * power >= least * (1 - 1e-9)) ?? 10);
}
