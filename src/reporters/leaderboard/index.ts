import type { Leaderboard } from "../../core/leaderboard/board.ts";
import type { RenderedFile } from "../../core/reporter.ts";
import { renderBadges } from "./badge.ts";
import { renderBoardMarkdown } from "./markdown.ts";
import { renderBoardPage } from "./page.ts";

/** A leaderboard as the files of its folder: a page, its numbers, Markdown and badges. */
export async function renderLeaderboard(board: Leaderboard): Promise<RenderedFile[]> {
  return [
    { path: "index.html", content: await renderBoardPage(board) },
    { path: "leaderboard.json", content: `${JSON.stringify(board, null, 2)}\n` },
    { path: "leaderboard.md", content: renderBoardMarkdown(board) },
    ...(await renderBadges(board)),
  ];
}
