import { readFileSync } from "node:fs";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};

/** This program's version, as package.json has it. */
export const toolVersion = version;

/** Name and version of this program, as journals and reports carry it. */
export const toolName = `nitbench ${version}`;
