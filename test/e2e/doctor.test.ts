import { truncateSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { DoctorReport } from "../../src/doctor/doctor.ts";
import { workspaces } from "../fixtures/command.ts";
import { withHeader, writeAdapter } from "../fixtures/peft.ts";

const makeWorkspace = workspaces();

test("the doctor of a machine says what there is, and exits 0", async () => {
  const { code, stdout, stderr } = await makeWorkspace().run(["doctor"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/^nitbench doctor · nitbench \d/);
  expect(stdout).toMatch(/^Not here, and how to get it$/m);
});

test("the doctor of a sound adapter prints one JSON document, and exits 0", async () => {
  const workspace = makeWorkspace();
  writeAdapter(join(workspace.folder, "adapter"));
  const { code, stdout, stderr } = await workspace.run(["doctor", "--model", "./adapter", "--json"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const report = JSON.parse(stdout) as DoctorReport;
  expect(report).toMatchObject({ version: 1, exitCode: 0, models: [{ ref: "./adapter", kind: "adapter" }] });
});

test("the doctor stops an untrained adapter with exit 2, its findings on standard output", async () => {
  const workspace = makeWorkspace();
  writeAdapter(join(workspace.folder, "adapter"), { b: [0] });
  const { code, stdout } = await workspace.run(["doctor", "-m", "./adapter"]);
  expect(code).toBe(2);
  expect(stdout).toContain("every lora_B is zero");
});

test("a header of 2^60 bytes and a cut one are told in one line each", async () => {
  const workspace = makeWorkspace();
  const huge = writeAdapter(join(workspace.folder, "huge"));
  workspace.write("huge/adapter_model.safetensors", withHeader("{}", undefined, 2n ** 60n));
  const cut = writeAdapter(join(workspace.folder, "cut"));
  truncateSync(join(cut, "adapter_model.safetensors"), 200);
  const { code, stdout } = await workspace.run(["doctor", "-m", huge, "-m", cut, "--json"]);
  expect(code).toBe(2);
  const { models } = JSON.parse(stdout) as DoctorReport;
  expect(models.map(({ findings }) => findings.map(({ message }) => message))).toEqual([
    [expect.stringContaining("says that its header has 1152921504606846976 bytes, more than the 100000000")],
    [expect.stringMatching(/says that its header has \d+ bytes, but only 192 follow: it was cut$/)],
  ]);
});

test("an unknown flag of the doctor exits 2", async () => {
  const { code, stderr } = await makeWorkspace().run(["doctor", "--modle", "x"]);
  expect(code).toBe(2);
  expect(stderr).toContain("unknown option '--modle'");
});
