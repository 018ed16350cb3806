import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import encoding from "./lib/encode.js";

mkdirSync("programs");
writeFileSync("programs/ffmpeg", `#!/bin/sh\nprintf '%s\\n' "$@" > arguments.txt\necho encoded\n`);
chmodSync("programs/ffmpeg", 0o755);
process.env.PATH = `${process.cwd()}/programs:${process.env.PATH}`;

const title = 'Pay "$5" & $(touch owned.txt)';
await encoding.encode("a.wav", "a.opus", { title, artist: "Nils" }, "ingest.log");

assert.equal(existsSync("owned.txt"), false);
const given = readFileSync("arguments.txt", "utf8").split("\n");
assert.ok(given.includes(`title=${title}`));
assert.ok(given.includes("artist=Nils"));
assert.equal(readFileSync("ingest.log", "utf8"), "encoded\n");
