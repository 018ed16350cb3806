import { Router } from "express";
import { z } from "zod";
import { requireCollaborator } from "../auth/guards.ts";
import { playlists } from "../stores/playlists.ts";

const MAX_BATCH = 100;

const NewTracks = z.strictObject({ trackIds: z.array(z.uuid()).min(1).max(MAX_BATCH) });
const Move = z.strictObject({ to: z.int().min(0) });

type InPlaylist = { playlistId: string };
type OneTrack = InPlaylist & { trackId: string };

/** Changes to the tracks of one playlist; mounted below `/:playlistId/tracks`, behind the sign-in. */
export const trackRoutes = Router({ mergeParams: true });

trackRoutes.use(requireCollaborator);

trackRoutes.post<"/", InPlaylist>("/", async (req, res) => {
  const { trackIds } = NewTracks.parse(req.body);
  await playlists.appendAll(req.params.playlistId, trackIds);
  res.sendStatus(204);
});

trackRoutes.put<"/:trackId", OneTrack>("/:trackId", async (req, res) => {
  const { to } = Move.parse(req.body);
  await playlists.move(req.params.playlistId, req.params.trackId, to);
  res.sendStatus(204);
});

trackRoutes.delete<"/:trackId", OneTrack>("/:trackId", async (req, res) => {
  await playlists.remove(req.params.playlistId, req.params.trackId);
  res.sendStatus(204);
});
