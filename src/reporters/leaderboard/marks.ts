import type { Entry, Leaderboard } from "../../core/leaderboard/board.ts";
import type { Mark } from "../html/marks.ts";
import { nameReviewers } from "../html/names.ts";

const shapes = ["disc", "square", "diamond", "triangle"];
const hues = 8;
const mutedHues = 4;

/** How each reviewer looks and is called on the page, by id, as in reports: hues for the measured, muted ones for company. */
export function markEntries({ reviewers }: Leaderboard): Map<string, Mark> {
  const names = nameReviewers(reviewers.map(({ id }) => id));
  const inRole = (role: Entry["role"]) => reviewers.filter((one) => one.role === role);
  const look = (role: Entry["role"], prefix: string, count: number) =>
    inRole(role).map(({ id }, index): [string, Mark] => {
      const shape = shapes[Math.floor(index / count) % shapes.length] ?? "disc";
      return [
        id,
        { ...(names.get(id) ?? { name: id, place: "", label: id }), hue: `${prefix}-${index % count}`, shape },
      ];
    });
  const yardsticks = inRole("yardstick").map(({ id }): [string, Mark] => [
    id,
    { ...(names.get(id) ?? { name: id, place: "", label: id }), hue: "hue-none", shape: "ring" },
  ]);
  return new Map([...look("measured", "hue", hues), ...look("company", "hue-muted", mutedHues), ...yardsticks]);
}
