"use strict";

const { readdir, rename } = require("node:fs/promises");
const path = require("node:path");

const NAME = /^([a-z0-9][a-z0-9-]*)\.wav$/;

/** The pieces in the drop folder that are ready, by name. */
async function readyPieces(folder) {
  const files = await readdir(folder);
  const names = files.map((file) => NAME.exec(file)?.[1]).filter((name) => name !== undefined);
  return names.sort().map((name) => ({ name, audio: path.join(folder, `${name}.wav`) }));
}

/** Moves a piece out of the drop folder, so that it is not taken twice. */
async function putAway(piece, folder) {
  await rename(piece.audio, path.join(folder, `${piece.name}.wav`));
}

module.exports = { readyPieces, putAway };
