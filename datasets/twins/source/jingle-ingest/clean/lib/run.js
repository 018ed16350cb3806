"use strict";

const { spawn } = require("node:child_process");
const { once } = require("node:events");
const { open } = require("node:fs/promises");

/** Runs a program and appends all its output to a log file; rejects when the program fails. */
async function run(program, args, log) {
  const file = await open(log, "a");
  try {
    const child = spawn(program, args, { stdio: ["ignore", file.fd, file.fd] });
    const [code, signal] = await once(child, "close");
    if (code !== 0) throw new Error(`${program} ended with ${signal ?? code}, see ${log}`);
  } finally {
    await file.close();
  }
}

module.exports = { run };
