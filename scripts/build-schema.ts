// Writes the JSON schemas of suite and rubric files from their zod schemas; --check exits 1 when one is not current.
import { readFileSync, writeFileSync } from "node:fs";
import { rubricJsonSchema } from "../src/core/judge/rubric.ts";
import { suiteJsonSchema } from "../src/core/suite.ts";

const schemas = { "suites/suite.schema.json": suiteJsonSchema(), "judges/judge.schema.json": rubricJsonSchema() };

for (const [path, schema] of Object.entries(schemas)) {
  const file = new URL(`../${path}`, import.meta.url);
  const text = `${JSON.stringify(schema, null, 2)}\n`;
  if (!process.argv.includes("--check")) writeFileSync(file, text);
  else if (readFileSync(file, "utf8") !== text) {
    process.stderr.write(`${path} is not current: run pnpm schema\n`);
    process.exitCode = 1;
  }
}
