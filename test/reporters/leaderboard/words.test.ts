import { describe, expect, it } from "vitest";
import type { Ranking } from "../../../src/core/leaderboard/board.ts";
import { laneRules } from "../../../src/reporters/leaderboard/view.ts";
import { moved, nameVariant, ordinal } from "../../../src/reporters/leaderboard/words.ts";

const ranking = (judge: string | null, counting?: "published" | "one-to-one"): Ranking => ({
  metric: "detection.f_beta",
  beta: 1,
  judge,
  ...(counting === undefined ? {} : { counting }),
  better: "higher",
  cases: 0,
  clusters: 0,
  leftOut: 0,
  rows: [],
  unranked: [],
  joined: [],
});

describe("words for ranks", () => {
  it("count places as people do", () => {
    expect([1, 2, 3, 4, 11, 12, 13, 21, 102].map(ordinal)).toEqual([
      "1st",
      "2nd",
      "3rd",
      "4th",
      "11th",
      "12th",
      "13th",
      "21st",
      "102nd",
    ]);
  });

  it("say how far one moved: up is towards the first", () => {
    expect([moved(5, 2), moved(2, 5), moved(3, 3), moved(undefined, 1)]).toEqual(["▲3", "▼3", "", ""]);
  });

  it("name a way of ranking by what sets it apart from the others", () => {
    const opus = ranking("anthropic_claude-opus-4-5", "published");
    const sonnet = ranking("anthropic_claude-sonnet-4-5", "one-to-one");
    expect(nameVariant(opus, [opus, sonnet])).toBe("opus-4-5, published");
    expect(nameVariant(sonnet, [ranking("anthropic_claude-sonnet-4-5", "published"), sonnet])).toBe("one-to-one");
    const [a, b] = [ranking("openai:judge-a"), ranking("openai:judge-b")];
    expect(nameVariant(a, [a, b])).toBe("openai:judge-a");
  });
});

describe("the rules that join rows", () => {
  const rows = (count: number) => Array.from<Ranking["rows"][number]>({ length: count });

  it("begin at the first row, go on, and end at the last", () => {
    expect(laneRules({ rows: rows(4), joined: [[1, 3]] })).toEqual([[], [[0, "begin"]], [[0, "on"]], [[0, "end"]]]);
  });

  it("stand in lanes of their own where they overlap, and share one where they do not", () => {
    const lanes = laneRules({
      rows: rows(5),
      joined: [
        [0, 1],
        [1, 2],
        [3, 4],
      ],
    });
    expect(lanes.map((row) => row.map(([lane]) => lane))).toEqual([[0], [0, 1], [1], [0], [0]]);
  });
});
