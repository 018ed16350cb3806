import { createHash, randomBytes } from "node:crypto";

const digest = (secret) => createHash("sha256").update(secret).digest("hex");

export function documentService(db) {
  return {
    async find(id) {
      const { rows } = await db.query(
        "select id, practice_id, owner_id, title, body_key from documents where id = $1",
        [id],
      );
      return rows[0] ?? null;
    },

    async rename(id, title) {
      const { rows } = await db.query(
        "update documents set title = $2, updated_at = now() where id = $1 returning id, title",
        [id, title],
      );
      return rows[0];
    },

    /** Creates a link that opens the document without signing in; only a digest of its secret is stored. */
    async createLink(documentId, createdBy, days) {
      const secret = randomBytes(24).toString("base64url");
      const { rows } = await db.query(
        `insert into document_links (document_id, created_by, secret_sha256, expires_at)
         values ($1, $2, $3, now() + make_interval(days => $4))
         returning id, expires_at`,
        [documentId, createdBy, digest(secret), days],
      );
      return { id: rows[0].id, secret, expiresAt: rows[0].expires_at };
    },

    async revokeLink(documentId, linkId) {
      const { rowCount } = await db.query(
        "update document_links set revoked_at = now() where id = $2 and document_id = $1 and revoked_at is null",
        [documentId, linkId],
      );
      return rowCount === 1;
    },
  };
}
