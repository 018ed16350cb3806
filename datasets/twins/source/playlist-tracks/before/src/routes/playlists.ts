import { Router } from "express";
import { z } from "zod";
import { requireCollaborator, requireUser } from "../auth/guards.ts";
import { playlists } from "../stores/playlists.ts";

const NewPlaylist = z.strictObject({ name: z.string().trim().min(1).max(80), open: z.boolean().default(false) });
const NewTrack = z.strictObject({ trackId: z.uuid() });
const Move = z.strictObject({ to: z.int().min(0) });

export const playlistRoutes = Router();

playlistRoutes.use(requireUser);
playlistRoutes.use("/:playlistId/tracks", requireCollaborator);

playlistRoutes.post("/", async (req, res) => {
  const body = NewPlaylist.parse(req.body);
  const playlist = await playlists.create({ ...body, ownerId: res.locals.user.id });
  res.status(201).json(playlist);
});

playlistRoutes.get("/:playlistId", async (req, res) => {
  const playlist = await playlists.findVisible(req.params.playlistId, res.locals.user.id);
  if (playlist === null) {
    res.sendStatus(404);
    return;
  }
  res.json(playlist);
});

playlistRoutes.post("/:playlistId/tracks", async (req, res) => {
  const { trackId } = NewTrack.parse(req.body);
  await playlists.append(req.params.playlistId, trackId);
  res.sendStatus(204);
});

playlistRoutes.put("/:playlistId/tracks/:trackId", async (req, res) => {
  const { to } = Move.parse(req.body);
  await playlists.move(req.params.playlistId, req.params.trackId, to);
  res.sendStatus(204);
});

playlistRoutes.delete("/:playlistId/tracks/:trackId", async (req, res) => {
  await playlists.remove(req.params.playlistId, req.params.trackId);
  res.sendStatus(204);
});
