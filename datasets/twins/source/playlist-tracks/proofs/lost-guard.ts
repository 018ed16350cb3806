import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";

const modules = {
  "src/auth/guards.ts": `
    export const requireUser = (req, res, next) => next();
    export const requireCollaborator = (req, res, next) =>
      req.params.playlistId === res.locals.user.playlist ? next() : res.sendStatus(403);`,
  "src/stores/playlists.ts": `
    export const removed = [];
    export const playlists = { remove: async (playlistId, trackId) => removed.push([playlistId, trackId]) };`,
};
mkdirSync("src/auth");
mkdirSync("src/stores");
for (const [path, text] of Object.entries(modules)) writeFileSync(path, text);
const { removed } = await import("./src/stores/playlists.ts" as string);
const { playlistRoutes } = await import("./src/routes/playlists.ts");

async function removeTrack(playlist: string): Promise<number> {
  let status = 0;
  const response = { locals: { user: { id: "u1", playlist } }, sendStatus: (code: number) => (status = code) };
  await (playlistRoutes as never as { run: Function }).run({ method: "DELETE", path: "/p1/tracks/t9" }, response);
  return status;
}

assert.equal(await removeTrack("p2"), 403);
assert.deepEqual(removed, []);
assert.equal(await removeTrack("p1"), 204);
assert.deepEqual(removed, [["p1", "t9"]]);
