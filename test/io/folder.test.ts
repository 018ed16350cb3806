import { existsSync, readdirSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { makeFolder } from "../../src/io/folder.ts";
import { writeBelow } from "../fixtures/small-dataset.ts";
import { temporaryFolders } from "../fixtures/temporary.ts";

const folder = temporaryFolders();

describe("making a folder", () => {
  test("makes what is missing on the way, and again changes nothing", () => {
    const own = folder();
    makeFolder(join(own, "a", "b", "c"));
    writeBelow(own, "a/b/c/keep.txt", "mine");
    makeFolder(join(own, "a", "b", "c"));
    expect(readdirSync(join(own, "a", "b", "c"))).toEqual(["keep.txt"]);
  });

  test("goes through a link to a folder", () => {
    const own = folder();
    makeFolder(join(own, "real"));
    symlinkSync(join(own, "real"), join(own, "link"));
    makeFolder(join(own, "link", "new"));
    expect(statSync(join(own, "real", "new")).isDirectory()).toBe(true);
  });

  test("below a file is an error that names the file, and makes nothing", () => {
    const own = folder();
    writeBelow(own, "file", "");
    expect(() => makeFolder(join(own, "file", "a", "b"))).toThrow(`${join(own, "file")} is no folder`);
    expect(() => makeFolder(join(own, "file"))).toThrow("is no folder");
    expect(readdirSync(own)).toEqual(["file"]);
  });

  test.skipIf(process.platform !== "linux")("where none can be made is an error and not a wait", () => {
    expect(() => makeFolder("/proc/nitbench/run")).toThrow(/ENOENT|EACCES|EPERM/);
    expect(existsSync("/proc/nitbench")).toBe(false);
  });

  test("that a link leads nowhere is an error", () => {
    const own = folder();
    symlinkSync(join(own, "gone"), join(own, "link"));
    expect(() => makeFolder(join(own, "link", "a"))).toThrow("link");
  });
});
