import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Report } from "../../src/core/report.ts";

const root = resolve(import.meta.dirname, "../..");
const npm = process.platform === "win32" ? "npm.cmd" : "npm";

describe("the packed package, installed in an empty folder", () => {
  const folder = mkdtempSync(join(tmpdir(), "nitbench-package-"));
  const nitbench = (...args: string[]) =>
    spawnSync(join(folder, "node_modules", ".bin", "nitbench"), args, { cwd: folder, encoding: "utf8" });

  beforeAll(() => {
    execFileSync(npm, ["pack", "--silent", "--pack-destination", folder], { cwd: root });
    const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz")) ?? "";
    execFileSync(npm, ["install", "--silent", "--no-audit", "--no-fund", "--prefix", folder, join(folder, tarball)], {
      cwd: folder,
    });
  }, 240_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("is JavaScript without sources of data or tests", () => {
    const installed = join(folder, "node_modules", "nitbench");
    expect(existsSync(join(installed, "dist", "cli.js"))).toBe(true);
    const all = readdirSync(installed, { recursive: true, encoding: "utf8" });
    expect(all.filter((path) => /\.ts$|(^|\/)source\/|(^|\/)test\//.test(path))).toEqual([]);
  });

  it("answers --help", () => {
    const { status, stdout } = nitbench("--help");
    expect(status).toBe(0);
    expect(stdout).toContain("Usage: nitbench");
  });

  it("runs a bundled suite and writes its report into the folder", () => {
    const { status, stderr } = nitbench("quickstart", "--limit", "6", "--name", "first", "--quiet");
    expect(stderr).toBe("");
    expect(status).toBe(0);
    const run = join(folder, "reports", "runs", "first");
    const report = Report.parse(JSON.parse(readFileSync(join(run, "report.json"), "utf8")));
    expect(report.reviewers.find(({ id }) => id === "ceiling:oracle")?.metrics["detection.recall"]?.value).toBe(1);
    expect(readFileSync(join(run, "report.html"), "utf8")).toContain("<!doctype html>");
  });
});
