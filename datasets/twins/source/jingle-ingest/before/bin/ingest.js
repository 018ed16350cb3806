#!/usr/bin/env node
"use strict";

const path = require("node:path");
const { parseArgs } = require("node:util");
const { encode } = require("../lib/encode.js");
const { putAway, readyPieces } = require("../lib/pieces.js");

async function main() {
  const { values } = parseArgs({
    options: {
      drop: { type: "string", default: "/srv/drop" },
      playout: { type: "string", default: "/srv/playout" },
      done: { type: "string", default: "/srv/drop/done" },
    },
  });

  for (const piece of await readyPieces(values.drop)) {
    await encode(piece.audio, path.join(values.playout, `${piece.name}.opus`));
    await putAway(piece, values.done);
    console.log(`${piece.name}: encoded`);
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
