import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { digestOf, digestOfModel, hashFile } from "../../src/io/file-hash.ts";

const folder = mkdtempSync(join(tmpdir(), "nitbench-digest-"));
const file = join(folder, "weights");

afterEach(() => rmSync(file, { force: true }));

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

test("a digest is that of the file's bytes, also where the file is longer than one piece", async () => {
  const text = "weights ".repeat(200_000);
  writeFileSync(file, text);
  expect(await hashFile(file)).toBe(sha256(text));
  expect(await digestOf(file)).toBe(sha256(text));
});

test("what was fed to a hash before the file counts", async () => {
  writeFileSync(file, "b");
  expect(await hashFile(file, createHash("sha256").update("a"))).toBe(sha256("ab"));
});

test("a file that was replaced by another has another digest", async () => {
  writeFileSync(file, "one");
  const before = await digestOf(file);
  rmSync(file);
  writeFileSync(file, "two");
  expect([before, await digestOf(file)]).toEqual([sha256("one"), sha256("two")]);
});

test("a file that could not be read is read once it is there", async () => {
  await expect(digestOf(file)).rejects.toThrow("ENOENT");
  writeFileSync(file, "late");
  expect(await digestOf(file)).toBe(sha256("late"));
});

test("a model in a folder is all that decides how it answers, whatever else lies there", async () => {
  const model = mkdtempSync(join(folder, "model-"));
  const digests = new Set<string>();
  const put = async (name: string, text: string) => {
    writeFileSync(join(model, name), text);
    digests.add(await digestOfModel(model));
    return digests.size;
  };
  expect(await put("model.safetensors", "weights")).toBe(1);
  for (const name of ["README.md", "trainer_state.json", "training_args.bin", "optimizer.pt"])
    expect(await put(name, "x")).toBe(1);
  const decisive = ["config.json", "generation_config.json", "tokenizer.model", "merges.txt", "chat_template.jinja"];
  for (const [index, name] of decisive.entries()) expect(await put(name, "x")).toBe(index + 2);
  expect(await put("chat_template.jinja", "y")).toBe(decisive.length + 2);
});
