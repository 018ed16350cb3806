import type { ImportSource } from "./importer.ts";

/** The importer of every source, by the name of its folder in `datasets/`; only the one that is used is loaded. */
export const importers: Readonly<Record<string, () => Promise<ImportSource>>> = {};
