import { Router } from "express";
import { z } from "zod";
import { requireUser } from "../auth/middleware.js";
import { canEdit, canRead } from "../auth/policy.js";
import { HttpError } from "../http/errors.js";

const Rename = z.object({ title: z.string().trim().min(1).max(200) });

export function documentRoutes(documents) {
  const router = Router();
  router.use(requireUser);

  async function existing(id) {
    const document = await documents.find(id);
    if (!document) throw new HttpError(404, "No such document");
    return document;
  }

  router.get("/documents/:id", async (req, res) => {
    const document = await existing(req.params.id);
    if (!canRead(req.user, document)) throw new HttpError(404, "No such document");
    res.json(document);
  });

  router.patch("/documents/:id", async (req, res) => {
    const { title } = Rename.parse(req.body);
    const document = await existing(req.params.id);
    if (!canEdit(req.user, document)) throw new HttpError(403, "You cannot edit this document");
    res.json(await documents.rename(document.id, title));
  });

  return router;
}
