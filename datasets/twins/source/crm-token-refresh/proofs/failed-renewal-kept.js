import assert from "node:assert/strict";
import session from "./lib/crm/session.js";

const replies = [
  { status: 503, body: {} },
  { status: 200, body: { access_token: "t2", expires_in: 3600 } },
];
const http = { post: async () => replies.shift() };
const crm = new session.CrmSession({ http, clientId: "id", clientSecret: "s" });

await assert.rejects(crm.accessToken(), /503/);
const second = await crm.accessToken().catch((error) => error.message);
assert.equal(second, "t2");
