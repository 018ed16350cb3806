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
  };
}
