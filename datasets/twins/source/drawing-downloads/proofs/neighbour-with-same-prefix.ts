import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { DrawingNotFound, DrawingStore } from "./src/storage/drawings.ts";

for (const tenant of ["harbour", "harbour-east"]) {
  mkdirSync(`drawings/${tenant}/quay`, { recursive: true });
  writeFileSync(`drawings/${tenant}/quay/plan.dxf`, tenant);
}
const drawings = new DrawingStore("drawings");

assert.equal(await text((await drawings.read("harbour", "quay/plan.dxf")).stream), "harbour");
await assert.rejects(drawings.read("harbour", "../../proof.ts"), DrawingNotFound);
await assert.rejects(drawings.read("harbour", "../harbour-east/quay/plan.dxf"), DrawingNotFound);
await assert.rejects(drawings.remove("harbour", "../harbour-east/quay/plan.dxf"), DrawingNotFound);
assert.ok(existsSync("drawings/harbour-east/quay/plan.dxf"));
