import assert from "node:assert/strict";
import { mock } from "node:test";
import { createWorker } from "./src/worker.js";

mock.timers.enable({ apis: ["setInterval"] });
let extensions = 0;
const queue = {
  take: async () => ({ id: 1, type: "price-order", payload: {}, attempts: 1 }),
  extend: async () => {
    extensions += 1;
  },
  release: async () => {},
};
const handlers = {
  "price-order": async () => {
    mock.timers.tick(25_000);
    throw new Error("storage is away");
  },
};
const log = { info() {}, warn() {}, error() {} };

await createWorker({ queue, handlers, log }).step();
assert.equal(extensions, 1);
mock.timers.tick(120_000);
assert.equal(extensions, 1);
