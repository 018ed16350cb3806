import assert from "node:assert/strict";
import { WebhookInbox } from "./src/webhooks/inbox.ts";

let inTransaction = false;
let releasedInTransaction: boolean | null = null;
const client = {
  query: async (text: string) => {
    if (text === "begin") inTransaction = true;
    if (text === "commit" || text === "rollback") inTransaction = false;
    return { rowCount: text.startsWith("insert into webhook_events") ? 0 : 1 };
  },
  release: () => {
    releasedInTransaction = inTransaction;
  },
};
const inbox = new WebhookInbox({ connect: async () => client } as never);
const repeated = { id: "evt_1", type: "captured", paymentId: "pay_1", occurredAt: "2025-03-01T10:00:00Z", payload: {} };

assert.equal(await inbox.accept(repeated), "duplicate");
assert.equal(releasedInTransaction, false);
