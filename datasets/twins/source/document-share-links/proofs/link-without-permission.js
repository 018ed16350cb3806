import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";

const modules = {
  "src/auth/middleware.js": "export const requireUser = (req, res, next) => next();",
  "src/auth/policy.js": `
    export const canRead = (user, document) => user.practiceId === document.practice_id;
    export const canEdit = (user, document) => canRead(user, document) && user.id === document.owner_id;`,
  "src/http/errors.js": `
    export class HttpError extends Error {
      constructor(status, message) {
        super(message);
        this.status = status;
      }
    }`,
};
mkdirSync("src/auth");
mkdirSync("src/http");
for (const [path, text] of Object.entries(modules)) writeFileSync(path, text);
const { documentRoutes } = await import("./src/routes/documents.js");

const linked = [];
const documents = {
  find: async (id) => ({ id, practice_id: "oak-street", owner_id: "dr-amari" }),
  createLink: async (id) => {
    linked.push(id);
    return { id: "l1", secret: "s", expiresAt: "2025-03-08" };
  },
};
const response = { status: () => response, json: () => response, end: () => response };
const stranger = { id: "dr-voss", practiceId: "harbour", role: "manager" };
const request = { method: "POST", path: "/documents/d7/links", user: stranger, body: { days: 30 } };

const refusal = await documentRoutes(documents)
  .run(request, response)
  .then(
    () => null,
    (error) => error,
  );
assert.deepEqual(linked, []);
assert.equal(refusal?.status, 403);
