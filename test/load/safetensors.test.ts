import { chmodSync, mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/core/errors.ts";
import { readSafetensorsHeader, readTensor, scanTensors, WeightsError } from "../../src/load/safetensors.ts";
import { encode, lfsPointer, safetensors, withHeader } from "../fixtures/peft.ts";
import { temporaryFolders } from "../fixtures/temporary.ts";

const makeFolder = temporaryFolders();

function lay(content: string | Uint8Array, name = "w.safetensors"): string {
  const file = join(makeFolder(), name);
  writeFileSync(file, content);
  return file;
}

async function refusal(promise: Promise<unknown>): Promise<WeightsError> {
  const error: unknown = await promise.then(
    () => new RangeError("expected a refusal, got none"),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(WeightsError);
  expect(error).toBeInstanceOf(UsageError);
  return error as WeightsError;
}

const sound = () =>
  safetensors(
    { b: { shape: [2, 3], values: [1, 2, 3] }, a: { dtype: "BF16", shape: [4], values: [0.5] } },
    { format: "pt" },
  );

describe("a safetensors file", () => {
  test("has its tensors where the header says", async () => {
    const file = lay(sound());
    const { tensors, metadata } = await readSafetensorsHeader(file);
    expect(tensors.map(({ name, dtype, shape, begin, end }) => [name, dtype, shape, end - begin])).toEqual([
      ["b", "F32", [2, 3], 24],
      ["a", "BF16", [4], 8],
    ]);
    expect(metadata).toEqual({ format: "pt" });
    const [b, a] = await Promise.all(tensors.map((tensor) => readTensor(file, tensor)));
    expect(b).toEqual(encode("F32", [1, 2, 3, 1, 2, 3]));
    expect(a).toEqual(encode("BF16", [0.5, 0.5, 0.5, 0.5]));
  });

  test.each<[string, string | Uint8Array, string, RegExp]>([
    ["is empty", "", "empty", /: is empty \(copy it again\)$/],
    ["has a few bytes", "abc", "unreadable", /: has 3 bytes, too few for a safetensors file \(copy it again\)$/],
    ["is a Git LFS pointer", lfsPointer, "lfs-pointer", /: is a Git LFS pointer, .* \(run: git lfs pull\)$/],
    [
      "is a pickle",
      "PK\u0003\u0004archive/data.pkl",
      "unreadable",
      /: is a pickle that PyTorch wrote, .*safe_serialization=True\)$/,
    ],
    [
      "says that its header has 2^60 bytes",
      withHeader("{}", undefined, 2n ** 60n),
      "unreadable",
      /: says that its header has 1152921504606846976 bytes, more than the 100000000 that the format allows \(/,
    ],
    [
      "ends within its header",
      withHeader("{}", undefined, 400n),
      "unreadable",
      /: says that its header has 400 bytes, but only 2 follow: it was cut \(copy it again\)$/,
    ],
    [
      "ends within its tensors",
      sound().subarray(0, -3),
      "unreadable",
      /: tensor "a" ends at byte \d+, but the file has \d+ \(it was cut\) \(copy/,
    ],
    [
      "has no JSON for a header",
      withHeader("hello"),
      "unreadable",
      /: its header is not JSON \(copy or save it again\)$/,
    ],
  ])("that %s is refused in one line", async (_, content, code, says) => {
    const error = await refusal(readSafetensorsHeader(lay(content)));
    expect(error.message).toMatch(says);
    expect(error.message).not.toContain("\n");
    expect(error.code).toBe(code);
  });

  test("that is not there is refused", async () => {
    const error = await refusal(readSafetensorsHeader(join(makeFolder(), "none.safetensors")));
    expect(error.message).toMatch(/cannot be read: ENOENT.* \(mend its permissions or name another\)$/);
  });

  test("that is a folder is refused", async () => {
    const folder = join(makeFolder(), "w.safetensors");
    mkdirSync(folder);
    expect((await refusal(readSafetensorsHeader(folder))).message).toMatch(/cannot be read: EISDIR/);
  });

  test.skipIf(process.getuid?.() === 0)("that may not be read is refused", async () => {
    const file = lay(sound());
    chmodSync(file, 0);
    expect((await refusal(readSafetensorsHeader(file))).message).toMatch(/cannot be read: EACCES/);
  });
});

describe("scanning tensors", () => {
  test("judges each by its own values, across the chunks it is read in", async () => {
    const values = 700_000;
    const late = Array.from({ length: values }, (_, index) => (index === values - 1 ? Number.NaN : 0));
    const file = lay(
      safetensors({
        late: { shape: [values], values: late },
        odd: { dtype: "U8", shape: [3], values: [0] },
        zero: { shape: [values], values: [0, -0] },
        none: { shape: [0] },
        one: { dtype: "F16", shape: [5], values: [1] },
      }),
    );
    const { tensors } = await readSafetensorsHeader(file);
    expect(Object.fromEntries(await scanTensors(file, tensors))).toEqual({
      late: { isZero: false, nonFinite: 1 },
      odd: { isZero: true, nonFinite: 0 },
      zero: { isZero: true, nonFinite: 0 },
      none: { isZero: true, nonFinite: 0 },
      one: { isZero: false, nonFinite: 0 },
    });
  });

  test("judges many that lie in one piece of the file, wherever they begin in it", async () => {
    const dtypes = ["U8", "BF16", "F32", "F64"] as const;
    const names = Array.from({ length: 400 }, (_, index) => `t${index}`);
    const file = lay(
      safetensors(
        Object.fromEntries(
          names.map((name, index) => [
            name,
            { dtype: dtypes[index % 4] ?? "U8", shape: [index % 7], values: [index % 3] },
          ]),
        ),
      ),
    );
    const { tensors } = await readSafetensorsHeader(file);
    const scans = await scanTensors(file, tensors);
    expect(names.map((name) => scans.get(name)?.isZero)).toEqual(
      names.map((_, index) => index % 3 === 0 || index % 7 === 0),
    );
  });

  test("says so where the file was cut since its header was read", async () => {
    const file = lay(sound());
    const { tensors } = await readSafetensorsHeader(file);
    truncateSync(file, tensors.at(-1)?.begin ?? 0);
    expect((await refusal(scanTensors(file, tensors))).message).toMatch(/ends within tensor "a" \(copy it again\)$/);
    const [last] = tensors.slice(-1);
    if (last !== undefined) expect((await refusal(readTensor(file, last))).message).toMatch(/ends within tensor "a"/);
  });
});
