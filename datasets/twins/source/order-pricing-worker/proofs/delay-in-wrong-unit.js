import assert from "node:assert/strict";
import { mock } from "node:test";
import { jobQueue } from "./src/queue.js";
import { createWorker } from "./src/worker.js";

mock.timers.enable({ apis: ["setInterval"] });
const job = { id: 1, type: "price-order", payload: {}, attempts: 1 };
const calls = [];
const db = {
  query: async (sql, values) => {
    calls.push(values);
    return { rows: calls.length === 1 ? [job] : [] };
  },
};
const handlers = {
  "price-order": async () => {
    throw new Error("storage is away");
  },
};
const log = { info() {}, warn() {}, error() {} };

await createWorker({ queue: jobQueue(db), handlers, log }).step();
assert.deepEqual(calls.slice(1), [[1, 1, 15, "storage is away"]]);
