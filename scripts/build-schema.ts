// Writes suites/suite.schema.json from the zod schema; --check exits 1 when it is not current.
import { readFileSync, writeFileSync } from "node:fs";
import { suiteJsonSchema } from "../src/core/suite.ts";

const file = new URL("../suites/suite.schema.json", import.meta.url);
const text = `${JSON.stringify(suiteJsonSchema(), null, 2)}\n`;

if (!process.argv.includes("--check")) writeFileSync(file, text);
else if (readFileSync(file, "utf8") !== text) {
  process.stderr.write("suites/suite.schema.json is not current: run pnpm schema\n");
  process.exitCode = 1;
}
