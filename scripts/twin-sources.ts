import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { parse } from "yaml";
import { type Tree, TwinSheet, type TwinSource } from "./twin-cases.ts";

/** Where the folders lie that people edit, one for each twin. */
export const sourceHome = join(import.meta.dirname, "../datasets/twins/source");

function readTree(folder: string): Tree {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((file) => relative(folder, join(file.parentPath, file.name)).split(sep).join("/")).sort();
  return Object.fromEntries(
    paths.map((path) => {
      const text = readFileSync(join(folder, path), "utf8");
      if ((text !== "" && !text.endsWith("\n")) || text.includes("\r")) {
        throw new Error(`${join(folder, path)}: expected lines that end with \\n, the last one too`);
      }
      return [path, text];
    }),
  );
}

function readSheet(file: string): TwinSheet {
  const read = TwinSheet.safeParse(parse(readFileSync(file, "utf8")));
  if (read.success) return read.data;
  const problems = read.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new Error(`${file}: ${problems.join("; ")}`);
}

/** The names of the folders of `datasets/twins/source`, sorted. */
export function twinSlugs(): string[] {
  const folders = readdirSync(sourceHome, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.map(({ name }) => name).sort();
}

/** One folder of `datasets/twins/source`; throws one line for a sheet that does not fit its schema. */
export function readTwinSource(slug: string): TwinSource {
  const folder = join(sourceHome, slug);
  const [before, buggy, clean] = ["before", "buggy", "clean"].map((version) => readTree(join(folder, version)));
  return { slug, sheet: readSheet(join(folder, "twin.yaml")), before: before!, buggy: buggy!, clean: clean! };
}
