"use strict";

const { exec } = require("node:child_process");
const { promisify } = require("node:util");

const shell = promisify(exec);
const quoted = (word) => JSON.stringify(word);

/** Runs a program and appends all its output to a log file; rejects when the program fails. */
async function run(program, args, log) {
  const command = [program, ...args].map(quoted).join(" ");
  await shell(`${command} >> ${quoted(log)} 2>&1`);
}

module.exports = { run };
