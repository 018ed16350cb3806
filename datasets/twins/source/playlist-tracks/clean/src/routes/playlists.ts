import { Router } from "express";
import { z } from "zod";
import { requireUser } from "../auth/guards.ts";
import { playlists } from "../stores/playlists.ts";
import { trackRoutes } from "./tracks.ts";

const NewPlaylist = z.strictObject({ name: z.string().trim().min(1).max(80), open: z.boolean().default(false) });

export const playlistRoutes = Router();

playlistRoutes.use(requireUser);
playlistRoutes.use("/:playlistId/tracks", trackRoutes);

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
