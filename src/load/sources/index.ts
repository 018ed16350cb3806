import type { ImportSource } from "./importer.ts";

/** The importer of every source, by the name of its folder in `datasets/`; only the one that is used is loaded. */
export const importers: Readonly<Record<string, () => Promise<ImportSource>>> = {
  martian: async () => (await import("./martian.ts")).importSource,
  humanevalpack: async () => (await import("./humanevalpack.ts")).importSource,
  crscore: async () => (await import("./crscore.ts")).importSource,
  "bc-bench": async () => (await import("./bc-bench.ts")).importSource,
  defects4j: async () => (await import("./defects4j.ts")).importSource,
};
