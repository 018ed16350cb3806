"use strict";

const { readdir, readFile, rename } = require("node:fs/promises");
const path = require("node:path");

const NAME = /^([a-z0-9][a-z0-9-]*)\.wav$/;
const TAGS = ["title", "artist", "copyright"];

/** The pieces in the drop folder that have both files, by name. */
async function readyPieces(folder) {
  const files = new Set(await readdir(folder));
  const names = [...files].map((file) => NAME.exec(file)?.[1]).filter((name) => name !== undefined);
  const ready = names.filter((name) => files.has(`${name}.json`));
  return ready.sort().map((name) => {
    const audio = path.join(folder, `${name}.wav`);
    const sidecar = path.join(folder, `${name}.json`);
    return { name, audio, sidecar };
  });
}

const textOf = (answer) => (typeof answer === "string" ? answer.replace(/\p{Cc}+/gu, " ").trim() : "");

/** The tags that the form asked for, without control characters; those left empty are not there. */
async function readTags(piece) {
  const form = JSON.parse(await readFile(piece.sidecar, "utf8"));
  const tags = TAGS.map((tag) => [tag, textOf(form[tag])]);
  return Object.fromEntries(tags.filter(([, text]) => text !== ""));
}

/** Moves a piece out of the drop folder, so that it is not taken twice. */
async function putAway(piece, folder) {
  await rename(piece.sidecar, path.join(folder, `${piece.name}.json`));
  await rename(piece.audio, path.join(folder, `${piece.name}.wav`));
}

module.exports = { readyPieces, readTags, putAway };
