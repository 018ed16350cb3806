import fc from "fast-check";
import { expect, test } from "vitest";
import { createProgress, type ProgressOptions } from "../../src/run/progress.ts";

function screen(more: Partial<ProgressOptions> & { isTTY?: boolean; columns?: number } = {}) {
  const writes: string[] = [];
  const clock = { ms: 0 };
  const { isTTY = false, columns = 80, ...options } = more;
  const stream = { isTTY, columns, write: (text: string) => writes.push(text) };
  const progress = createProgress({ total: 100, stream, now: () => clock.ms, ...options });
  return { progress, writes, clock, text: () => writes.join("") };
}

/** What a terminal's line reads after this write. */
const lineOf = (write: string | undefined) => (write ?? "").replace("\r\u001B[2K", "");

test("elsewhere than on a terminal there is one line per 10 %", () => {
  const { progress, writes, clock } = screen({ label: "quickstart" });
  for (let done = 0; done < 100; done += 1) {
    clock.ms += 100;
    progress.advance();
  }
  progress.finish();
  expect(writes).toHaveLength(10);
  expect(writes[0]).toBe("quickstart   10 %  10/100  10/s  9 s left\n");
  expect(writes[9]).toBe("quickstart  100 %  100/100  10/s\n");
});

test("what failed is told beside what is done", () => {
  const lines = screen({ label: "quickstart" });
  lines.progress.advance(5);
  lines.progress.advance(5, 3);
  expect(lines.writes).toEqual(["quickstart   10 %  10/100  3 failed\n"]);
  const bar = screen({ isTTY: true });
  bar.progress.advance(50, 1);
  expect(lineOf(bar.writes[0])).toBe("██████████░░░░░░░░░░  50/100  1 failed");
});

test("a narrow terminal leaves the bar out before what failed", () => {
  const { progress, writes } = screen({ isTTY: true, columns: 30, label: "quickstart" });
  progress.advance(50, 12);
  expect(lineOf(writes[0])).toBe("50/100  12 failed");
});

test("a jump over several tenths is one line", () => {
  const { progress, writes } = screen();
  progress.advance(55);
  expect(writes).toEqual([" 50 %  55/100\n"]);
});

test("a resumed run starts where it was and does not count that as speed", () => {
  const { progress, writes, clock } = screen({ done: 50 });
  clock.ms = 10_000;
  progress.advance(10);
  expect(writes).toEqual([" 60 %  60/100  1.0/s  40 s left\n"]);
});

test("a terminal has one bar with count, rate and time left", () => {
  const { progress, writes, clock } = screen({ isTTY: true, label: "quickstart" });
  clock.ms = 5000;
  progress.advance(50);
  expect(lineOf(writes[0])).toBe("quickstart  ██████████░░░░░░░░░░  50/100  10/s  5 s left");
  progress.finish();
  expect(writes.at(-1)).toBe("\n");
});

test("the bar is redrawn at most ten times a second, and its last state is always shown", () => {
  const { progress, writes, clock } = screen({ isTTY: true, total: 1000 });
  for (let done = 0; done < 1000; done += 1) {
    clock.ms += 1;
    progress.advance();
  }
  expect(writes.length).toBeLessThanOrEqual(11);
  progress.finish();
  expect(lineOf(writes.at(-2))).toContain("1000/1000");
});

test("the bar folds to the terminal's width", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 120 }),
      fc.integer({ min: 0, max: 10_000 }),
      fc.string(),
      (columns, done, label) => {
        const { progress, writes, clock } = screen({ isTTY: true, columns, total: 10_000, label });
        clock.ms = 60_000;
        progress.advance(done);
        expect(lineOf(writes[0]).length).toBeLessThanOrEqual(Math.max(1, columns - 1));
      },
    ),
  );
});

test("a long time left is told in minutes and hours", () => {
  const { progress, writes, clock } = screen({ total: 1000 });
  clock.ms = 60_000;
  progress.advance(100);
  expect(writes[0]).toContain("9 min left");
  clock.ms = 7_200_000;
  progress.advance(100);
  expect(writes[1]).toContain("8 h 0 min left");
});

test("quiet shows nothing but notes", () => {
  for (const isTTY of [true, false]) {
    const { progress, writes } = screen({ isTTY, isQuiet: true });
    progress.advance(100);
    progress.finish();
    expect(writes).toEqual([]);
    progress.note("the disk is full");
    expect(writes).toEqual(["the disk is full\n"]);
  }
});

test("a note stands on a line of its own and the bar goes on below it", () => {
  const { progress, writes } = screen({ isTTY: true });
  progress.advance(10);
  progress.note("the judge is slow");
  expect(writes[1]).toBe("\r\u001B[2Kthe judge is slow\n");
  expect(lineOf(writes[2])).toContain("10/100");
});

test("a run without jobs divides by nothing", () => {
  const { progress, text } = screen({ isTTY: true, total: 0 });
  progress.finish();
  expect(text()).not.toMatch(/NaN|Infinity/);
});
