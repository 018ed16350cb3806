import { html } from "hono/html";
import { formatInterval, formatValue, neutralise, shortRef } from "../../core/format.ts";
import type { Leaderboard, RankedRow, Ranking } from "../../core/leaderboard/board.ts";
import { formatRanks, nameMeasure } from "../../core/leaderboard/describe-board.ts";
import type { RenderedFile } from "../../core/reporter.ts";
import { plain } from "../github/markdown.ts";

const height = 20;
const charWidth = 6.6;
const padding = 8;

/** A small picture for each ranked reviewer, and `badge.md`, which has the line that shows it. */
export async function renderBadges(board: Leaderboard): Promise<RenderedFile[]> {
  const [lead] = board.rankings;
  if (lead === undefined) return [];
  const files = lead.rows.map((row, index) => {
    const slug = shortRef(row.reviewer)
      .toLowerCase()
      .replaceAll(/[^a-z0-9.]+/g, "-")
      .replaceAll(/^[-.]+|[-.]+$/g, "")
      .slice(0, 60);
    return { row, slug: slug === "" ? `reviewer-${index + 1}` : slug };
  });
  const named = files.map(({ row, slug }, index) => {
    const isTaken = files.some((other, before) => before < index && other.slug === slug);
    return { row, path: `badges/${slug}${isTaken ? `-${index + 1}` : ""}.svg` };
  });
  const badges = await Promise.all(
    named.map(async ({ row, path }) => ({
      path,
      content: await drawBadge(`nitbench ${board.name}`, sayRank(row, lead)),
    })),
  );
  const lines = named.map(({ row, path }) => {
    const text = plain(`${shortRef(row.reviewer)}: ${sayRank(row, lead)}`);
    return `[![${text}](${path})](index.html)`;
  });
  return [...badges, { path: "badge.md", content: `${lines.join("\n\n")}\n` }];
}

function sayRank({ value, ...row }: RankedRow, lead: Ranking): string {
  const interval = formatInterval(value);
  const shown = `${formatValue(value.value, value.unit)}${interval === "" ? "" : ` ${interval}`}`;
  return `rank ${formatRanks(row)} of ${lead.rows.length}, ${nameMeasure(lead)} ${shown}`;
}

/** Two fields side by side, the first on dark ground. */
async function drawBadge(first: string, second: string): Promise<string> {
  const [left, right] = [neutralise(first), neutralise(second)];
  const [a, b] = [left, right].map((text) => Math.ceil(text.length * charWidth) + 2 * padding) as [number, number];
  const field = (text: string, x: number, width: number, colour: string) =>
    html`<text x="${x + width / 2}" y="14" fill="${colour}" textLength="${width - 2 * padding}">${text}</text>`;
  const drawn = await html`<svg
    xmlns="http://www.w3.org/2000/svg"
    width="${a + b}"
    height="${height}"
    role="img"
    aria-label="${left}: ${right}"
  >
    <title>${left}: ${right}</title>
    <clipPath id="round"><rect width="${a + b}" height="${height}" rx="3" /></clipPath>
    <g clip-path="url(#round)">
      <rect width="${a}" height="${height}" fill="#1c1b19" />
      <rect x="${a}" width="${b}" height="${height}" fill="#1d4fb8" />
    </g>
    <g text-anchor="middle" font-family="Verdana, DejaVu Sans, sans-serif" font-size="11">
      ${field(left, 0, a, "#fbfaf7")}${field(right, a, b, "#ffffff")}
    </g>
  </svg> `;
  return `${String(drawn).replaceAll(/\n\s+/g, "\n").trim()}\n`;
}
