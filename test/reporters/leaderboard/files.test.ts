import { beforeAll, describe, expect, it } from "vitest";
import type { Leaderboard } from "../../../src/core/leaderboard/board.ts";
import { makeLeaderboard } from "../../../src/core/leaderboard/make-board.ts";
import { renderLeaderboard } from "../../../src/reporters/leaderboard/index.ts";
import { renderBoard } from "../../../src/reporters/leaderboard/terminal.ts";
import { boardRuns } from "../../fixtures/board-runs.ts";

const hostile = `openai:</script><img src=x onerror=alert(1)>|\u001b[31m`;

let board: Leaderboard;
let files: Map<string, string>;

beforeAll(async () => {
  const reviewers = [
    { id: "vllm:good", skill: 0.8, latencyMs: 400 },
    { id: "vllm:also good", skill: 0.86 },
    { id: hostile, skill: 0.2 },
    { id: "static:", role: "company" as const, skill: 0.1, isCutAt: 12 },
    { id: "floor:silent", role: "company" as const, skill: 0 },
  ];
  const { runs, readRows } = boardRuns([
    { id: "a", reviewers, matcherJudge: "opus" },
    { id: "b", reviewers, matcherJudge: "sonnet", seed: 6 },
  ]);
  board = makeLeaderboard(runs, readRows, 1);
  files = new Map((await renderLeaderboard(board)).map(({ path, content }) => [path, content]));
});

const page = () => files.get("index.html") ?? "";
const tableOf = (id: string) => new RegExp(`<section id="${id}".*?</section>`, "s").exec(page())?.[0] ?? "";

describe("the files of a leaderboard", () => {
  it("have the numbers as versioned JSON, of which everything else is made", () => {
    expect(JSON.parse(files.get("leaderboard.json") ?? "")).toEqual(JSON.parse(JSON.stringify(board)));
    expect(board.version).toBe(1);
  });

  it("show the ranking that leads in plain HTML, without the yardsticks among its rows", () => {
    const ids = [...tableOf("ranking").matchAll(/<tr data-id="([^"]*)"/g)].map((match) => match[1]);
    expect(ids).toHaveLength(4);
    expect(ids[3]).toBe("static:");
    expect(tableOf("ranking")).toContain("Dashed lines: floor:silent .00.");
    expect(tableOf("moves")).toContain("opus");
  });

  it("link every row to its run's page", () => {
    const links = [...tableOf("ranking").matchAll(/<a href="([^"]*)"/g)].map((match) => match[1]);
    expect(links).toEqual(Array.from({ length: 4 }, () => "../runs/a/report.html"));
  });

  it("fetch nothing, and run nothing but the page's own script, whatever a reviewer is called", () => {
    expect(page()).toContain("default-src 'none'");
    expect(page()).not.toMatch(/src=["']?https?:|@import|url\(/);
    expect(page()).not.toContain("<img src=x");
    expect(page().match(/<\/script>/g)).toHaveLength(2);
    expect(page()).not.toContain("\u001b");
  });

  it("have cells of a role grey where few cases, or few of what is counted, stand behind them", () => {
    const cells = [...tableOf("roles").matchAll(/class="num ([^"]*)"[^>]*>.*?n (\d+)</gs)].map(([, look, n]) => ({
      look,
      n,
    }));
    expect(cells.filter(({ n }) => Number(n) < 10).map(({ look }) => look)).toContain("few");
    for (const { look, n } of cells) if (Number(n) < 10) expect(look).toBe("few");
  });

  it("say a reason for every dash", () => {
    const dashes = [...tableOf("ranking").matchAll(/<td class="num null" title="([^"]*)"/g)].map((match) => match[1]);
    expect(dashes.length).toBeGreaterThan(0);
    for (const reason of dashes) expect(reason).not.toBe("");
  });

  it("are Markdown that no name can break", () => {
    const markdown = files.get("leaderboard.md") ?? "";
    expect(markdown).toMatch(/^\| 1–2 \| \[vllm:(also )?good\]\(\.\.\/runs\/a\/report\.html\) \| \.\d\d /m);
    expect(markdown).not.toContain("<img");
    const columns = markdown
      .split("\n")
      .filter((line) => line.startsWith("|"))
      .slice(0, 6);
    const cells = columns.map((line) => line.replaceAll(String.raw`\|`, "").split("|").length);
    expect(new Set(cells).size).toBe(1);
  });

  it("have a badge for each ranked reviewer, shown from a file beside it", () => {
    const shown = [...(files.get("badge.md") ?? "").matchAll(/\]\((badges\/[^)]*)\)/g)].map((match) => match[1] ?? "");
    expect(shown).toHaveLength(3);
    for (const path of shown) expect(files.get(path)).toMatch(/^<svg\s+xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(files.get("badges/vllm-good.svg")).toMatch(/rank 1–2 of 3, F1 \.\d\d/);
    expect(files.get("badge.md")).not.toContain("http");
  });
});

describe("the terminal's leaderboard", () => {
  const plain = { columns: 80, paint: (_: string, text: string) => text };

  it("has ranks as intervals, rules beside rows that are not told apart, and what is for scale", () => {
    const text = renderBoard(board, plain);
    expect(text).toMatch(/^ 1–2 +╷ +vllm:(also )?good +\.\d\d \[/m);
    expect(text).toMatch(/^ 3 +openai:/m);
    expect(text).toContain("not ranked: static: ");
    expect(text).toContain("for scale: floor:silent .00");
    expect(text).not.toContain("\u001b");
  });

  it("fits 80 columns and says which columns it left out", () => {
    const text = renderBoard(board, plain);
    for (const line of text.split("\n")) expect(line.trimEnd().length).toBeLessThanOrEqual(80);
    expect(text).toContain("too wide for here:");
  });
});
