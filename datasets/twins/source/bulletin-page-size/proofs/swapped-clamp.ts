import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";

writeFileSync("src/regions.ts", 'export const regions = ["north", "south"];\nexport type Region = string;\n');
const { readFeedQuery } = await import("./src/feed/query.ts");

const sizeOf = (query: string) => readFeedQuery(new URL(`https://atoll.example/bulletins${query}`)).size;
assert.equal(sizeOf("?size=10"), 10);
assert.equal(sizeOf("?size=0"), 1);
assert.equal(sizeOf("?size=500"), 200);
assert.equal(sizeOf(""), 25);
