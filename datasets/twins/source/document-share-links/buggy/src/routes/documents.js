import { Router } from "express";
import { z } from "zod";
import { requireUser } from "../auth/middleware.js";
import { canEdit, canRead } from "../auth/policy.js";
import { HttpError } from "../http/errors.js";

const Rename = z.object({ title: z.string().trim().min(1).max(200) });
const NewLink = z.object({ days: z.number().int().min(1).max(30).default(7) });

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

  router.post("/documents/:id/links", async (req, res) => {
    const { days } = NewLink.parse(req.body ?? {});
    const document = await existing(req.params.id);
    const link = await documents.createLink(document.id, req.user.id, days);
    res.status(201).json({ id: link.id, path: `/shared/${link.secret}`, expiresAt: link.expiresAt });
  });

  router.delete("/documents/:id/links/:linkId", async (req, res) => {
    const document = await existing(req.params.id);
    if (!canEdit(req.user, document)) throw new HttpError(403, "You cannot revoke links to this document");
    const revoked = await documents.revokeLink(document.id, req.params.linkId);
    if (!revoked) throw new HttpError(404, "No such link");
    res.status(204).end();
  });

  return router;
}
