"use strict";

const { run } = require("./run.js");

/** Encodes a WAV file as Opus for the playout, with tags; what ffmpeg says goes to the log file. */
async function encode(source, target, tags, log) {
  const metadata = Object.entries(tags).flatMap(([tag, value]) => ["-metadata", `${tag}=${value}`]);
  const args = ["-nostdin", "-nostats", "-y", "-i", source, ...metadata, "-b:a", "160k", target];
  await run("ffmpeg", args, log);
}

module.exports = { encode };
