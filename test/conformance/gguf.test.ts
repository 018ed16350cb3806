import { readdirSync } from "node:fs";
import { join } from "node:path";
import { readGgufFileInfo } from "node-llama-cpp";
import { describe, expect, test } from "vitest";
import { readGgufHeader } from "../../src/load/gguf/read.ts";
import { tensorTypes } from "../../src/load/gguf/types.ts";
import { dataFolder } from "./data.ts";

const folder = dataFolder("tiny-gguf");
const why = folder === null ? " (skipped: no copy of the data, set NITBENCH_DATA)" : "";
const files = folder === null ? [] : readdirSync(folder).filter((file) => file.endsWith(".gguf"));

/** `{"a.b": 1}` as `{a: {b: 1}}`, which is how the engine's reader gives metadata. */
function nested(metadata: ReadonlyMap<string, unknown>): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [key, value] of metadata) {
    const names = key.split(".");
    const last = names.pop() ?? "";
    let at = root;
    for (const name of names) at = (at[name] ??= {}) as Record<string, unknown>;
    at[last] = value;
  }
  return root;
}

describe.skipIf(folder === null)(`GGUF files that other tools wrote${why}`, () => {
  test.each(files)("%s reads here as in the engine's own reader", async (name) => {
    const file = join(folder ?? "", name);
    const theirs = await readGgufFileInfo(file, { sourceType: "filesystem", logWarnings: false });
    const ours = await readGgufHeader(file, { longestArray: Infinity });
    expect(ours.version).toBe(theirs.version);
    expect(nested(ours.metadata)).toEqual(theirs.metadata);
    expect(
      ours.tensors.map((tensor) => [
        tensor.name,
        tensor.shape,
        tensorTypes[tensor.type]?.id,
        ours.dataOffset + tensor.offset,
      ]),
    ).toEqual(
      theirs.fullTensorInfo?.map((tensor) => [
        tensor.name,
        tensor.dimensions,
        tensor.ggmlType,
        Number(tensor.fileOffset),
      ]),
    );
  });
});
