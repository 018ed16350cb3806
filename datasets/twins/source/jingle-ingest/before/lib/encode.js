"use strict";

const { execFile } = require("node:child_process");
const { promisify } = require("node:util");

const run = promisify(execFile);

/** Encodes a WAV file as Opus for the playout. */
async function encode(source, target) {
  await run("ffmpeg", ["-nostdin", "-loglevel", "error", "-y", "-i", source, "-b:a", "160k", target]);
}

module.exports = { encode };
