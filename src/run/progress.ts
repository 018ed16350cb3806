/** Where progress goes: standard error, or a test's stand-in. */
export interface ProgressStream {
  readonly isTTY?: boolean | undefined;
  /** Width of the terminal in characters. */
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

export interface ProgressOptions {
  total: number;
  /** What counts as done before the start, such as what a resumed run already has; it does not make the rate. */
  done?: number;
  label?: string;
  stream: ProgressStream;
  /** Monotonic milliseconds. */
  now: () => number;
  isQuiet?: boolean;
}

export interface Progress {
  /** @param failed how many of these got no answer; shown once there are any */
  advance(count?: number, failed?: number): void;
  /** Prints a line of its own without harm to the bar; quiet progress prints it too, for it is no progress. */
  note(line: string): void;
  /** Draws the last state and ends the bar's line. */
  finish(): void;
}

const redrawEveryMs = 100;

/**
 * Shows how far a run is: on a terminal one bar, redrawn at most ten times a second and never wider than the terminal;
 * elsewhere one line per 10 %. Nothing that a model wrote is ever shown.
 */
export function createProgress(options: ProgressOptions): Progress {
  const { stream, now, total, isQuiet = false } = options;
  const startDone = options.done ?? 0;
  const startMs = now();
  let done = startDone;
  let failures = 0;
  let tenth = tenthOf(done, total);
  let drawnMs = Number.NEGATIVE_INFINITY;
  let isBarDrawn = false;

  const state = (): State => ({
    label: options.label,
    done,
    total,
    failures,
    ...pace(done - startDone, total - done, now() - startMs),
  });

  function draw(): void {
    drawnMs = now();
    isBarDrawn = true;
    stream.write(`\r\u001B[2K${barLine(state(), stream.columns ?? 80)}`);
  }

  function showTenth(): void {
    const reached = tenthOf(done, total);
    if (reached === tenth) return;
    tenth = reached;
    stream.write(`${plainLine(state())}\n`);
  }

  return {
    advance(count = 1, failed = 0) {
      done += count;
      failures += failed;
      if (isQuiet) return;
      if (!stream.isTTY) return showTenth();
      if (now() - drawnMs >= redrawEveryMs) draw();
    },
    note(line) {
      stream.write(isBarDrawn ? `\r\u001B[2K${line}\n` : `${line}\n`);
      if (isBarDrawn) draw();
    },
    finish() {
      if (isQuiet || !stream.isTTY) return;
      draw();
      isBarDrawn = false;
      stream.write("\n");
    },
  };
}

interface State {
  label: string | undefined;
  done: number;
  total: number;
  failures: number;
  perSecond: number | null;
  leftMs: number | null;
}

/** Null where nothing was done yet, so that nothing can be told. */
function pace(doneHere: number, left: number, elapsedMs: number): Pick<State, "perSecond" | "leftMs"> {
  if (doneHere <= 0 || elapsedMs <= 0) return { perSecond: null, leftMs: null };
  return { perSecond: (doneHere / elapsedMs) * 1000, leftMs: (left * elapsedMs) / doneHere };
}

function tenthOf(done: number, total: number): number {
  return total <= 0 ? 10 : Math.min(10, Math.floor((done * 10) / total));
}

/** Parts are left out from the least important on until the line fits; then it is cut. */
function barLine(state: State, columns: number): string {
  const width = Math.max(1, columns - 1);
  const share = state.total <= 0 ? 1 : Math.min(1, state.done / state.total);
  const filled = Math.round(share * 20);
  const bar = `${"█".repeat(filled)}${"░".repeat(20 - filled)}`;
  const count = `${state.done}/${state.total}`;
  const choices = [
    [state.label, bar, count, failedText(state), rateText(state), leftText(state)],
    [bar, count, failedText(state), rateText(state), leftText(state)],
    [count, failedText(state), rateText(state), leftText(state)],
    [count, failedText(state), leftText(state)],
    [count, failedText(state)],
    [count],
  ].map(joinParts);
  return choices.find((line) => line.length <= width) ?? count.slice(0, width);
}

function plainLine(state: State): string {
  const percent = `${tenthOf(state.done, state.total) * 10} %`.padStart(5);
  const count = `${state.done}/${state.total}`;
  return joinParts([state.label, percent, count, failedText(state), rateText(state), leftText(state)]);
}

function joinParts(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== "").join("  ");
}

function failedText({ failures }: State): string {
  return failures === 0 ? "" : `${failures} failed`;
}

function rateText({ perSecond }: State): string {
  return perSecond === null ? "" : `${perSecond >= 10 ? Math.round(perSecond) : perSecond.toFixed(1)}/s`;
}

function leftText({ leftMs, done, total }: State): string {
  if (leftMs === null || done >= total) return "";
  const seconds = Math.ceil(leftMs / 1000);
  if (seconds < 60) return `${seconds} s left`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 60 ? `${minutes} min left` : `${Math.floor(minutes / 60)} h ${minutes % 60} min left`;
}
