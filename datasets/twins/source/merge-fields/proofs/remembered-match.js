import assert from "node:assert/strict";
import { messagesOf } from "./src/index.js";

const letters = [
  { id: "news", subject: "News", body: "The garden is open again." },
  { id: "invitation", subject: "Please come", body: "Dear {{first-name}}, see you there!" },
  { id: "thanks", subject: "Thank you", body: "Dear {{first-name}}, it was a pleasure." },
];
const recipients = ["Ada", "Bo"].map((name) => ({ address: `${name}@post.example`, data: { "first-name": name } }));
const messages = [...messagesOf(letters, recipients)];

const raw = messages.filter(({ subject, body }) => `${subject}${body}`.includes("{{"));
assert.deepEqual(raw, []);
assert.deepEqual(
  messages.map(({ letter, to }) => [letter, to.length]),
  [["news", 2], ["invitation", 1], ["invitation", 1], ["thanks", 1], ["thanks", 1]],
);
