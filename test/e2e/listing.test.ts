import { describe, expect, test } from "vitest";
import { sourceReference } from "../../src/core/source.ts";
import { listSources } from "../../src/load/sources/source.ts";
import { toolVersion } from "../../src/version.ts";
import { workspaces } from "../fixtures/command.ts";

const makeWorkspace = workspaces();

describe("what there is", () => {
  const commands = ["run", "list", "gate", "score", "merge", "baseline", "leaderboard", "init"];
  const flags = [
    "--model",
    "--baseline",
    "--repeats",
    "--concurrency",
    "--limit",
    "--where",
    "--seed",
    "--out",
    "--name",
    "--resume",
    "--shard",
    "--set",
    "--reporter",
    "--allow-inconclusive",
    "--dry-run",
    "--quiet",
    "--json",
    "--help",
    "--version",
  ];

  test("is all in --help, and nothing that is not built", async () => {
    const { code, stdout, stderr } = await makeWorkspace().run(["--help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const word of [...commands, ...flags]) expect(stdout).toMatch(new RegExp(`^ +(-\\w, )?${word} `, "m"));
    expect(stdout).toMatch(/^Exit codes: .*, 70 a defect, /m);
    expect(stdout.replaceAll(/\s+/g, " ")).toContain("one JSON document; a list where several suites are run");
    for (const word of ["--trained-on"]) expect(stdout).not.toContain(word);
  });

  test("has a column for each list, as wide as its own names", async () => {
    const { stdout } = await makeWorkspace().run(["list"]);
    expect(stdout).toMatch(/^ {2}openai:ID\[@URL\] {11,20}\S/m);
    expect(stdout).toMatch(/^ {2}github:microsoft\/BC-Bench@7a509ed {5,50}\S/m);
    expect(stdout).not.toMatch(/ \n/);
  });

  test("is told of a command by its own --help", async () => {
    const { code, stdout } = await makeWorkspace().run(["list", "--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain("suites, judges, datasets, providers or metrics");
  });

  test("--version is the package's", async () => {
    expect(await makeWorkspace().run(["--version"])).toEqual({ code: 0, stdout: `${toolVersion}\n`, stderr: "" });
  });

  test("list shows suites, datasets, providers and metrics", async () => {
    const workspace = makeWorkspace();
    workspace.write("suites/mine.yaml", workspace.read("tiny.yaml"));
    workspace.write("suites/broken.yaml", "a: [");
    const { code, stdout } = await workspace.run(["list"]);
    expect(code).toBe(0);
    for (const heading of ["suites", "judges", "datasets", "providers", "metrics"])
      expect(stdout).toMatch(new RegExp(`^${heading}$`, "m"));
    for (const name of ["quickstart", "mine", "broken", "twins", "hf:ORG", "openai:ID", "detection\\.recall"])
      expect(stdout).toMatch(new RegExp(`^  ${name}`, "m"));
  });

  test("list datasets shows the public benchmarks as suites name them, beside the folders with cases", async () => {
    const workspace = makeWorkspace();
    workspace.write("datasets/mine/cases.jsonl", "");
    workspace.write("datasets/mine/README.md", "# Mine\n\nWhat we\nmissed.\n\nMore.\n");
    const { code, stdout } = await workspace.run(["list", "datasets", "--json"]);
    expect(code).toBe(0);
    const { datasets } = JSON.parse(stdout) as { datasets: { name: string; about: string }[] };
    expect(datasets).toContainEqual({ name: "mine", about: "What we missed." });
    const names = datasets.map(({ name }) => name);
    expect(names).toContain("twins");
    const references = listSources().map(({ manifest }) => sourceReference(manifest));
    expect(references.length).toBeGreaterThan(0);
    expect(names).toEqual(expect.arrayContaining(references));
    expect(names.filter((name) => !name.startsWith("github:") && references.some((one) => one.includes(name)))).toEqual(
      [],
    );
  });

  test("list passes over what is no file where one is expected", async () => {
    const workspace = makeWorkspace();
    workspace.write("suites/fake.yaml/file", "");
    workspace.write("datasets/fake/cases.jsonl/file", "");
    workspace.write("datasets/mine/cases.jsonl", "");
    workspace.write("datasets/mine/README.md/file", "");
    const { code, stdout, stderr } = await workspace.run(["list"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^  mine/m);
    expect(stdout).not.toContain("fake");
  });

  test("list does not mind files that are called as its folders", async () => {
    const workspace = makeWorkspace();
    workspace.write("suites", "");
    workspace.write("datasets", "");
    expect(await workspace.run(["list"])).toMatchObject({ code: 0, stderr: "" });
  });

  test("list judges shows each rubric: what it asks, in how many runs, by which prompt, and which judges are on record", async () => {
    const workspace = makeWorkspace();
    workspace.write("judges/broken.yaml", "a: [");
    const { code, stdout } = await workspace.run(["list", "judges"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^ {2}review +Does the review .* \(reviews by theme, actionable, voice; 3 runs; prompts\/review\.md; no judge on record\)$/m,
    );
    expect(stdout).toMatch(/^ {2}lexical .* asks no model; informs only\)$/m);
    expect(stdout).toMatch(/^ {2}broken +\(not readable\)$/m);
    const { judges } = JSON.parse((await workspace.run(["list", "judges", "--json"])).stdout);
    expect(judges).toContainEqual(
      expect.objectContaining({ name: "review", axes: ["theme", "actionable", "voice"], runs: 3, calibrated: [] }),
    );
  });

  test("list metrics --json is one JSON document of names and meanings", async () => {
    const { code, stdout } = await makeWorkspace().run(["list", "metrics", "--json"]);
    expect(code).toBe(0);
    const { metrics, ...rest } = JSON.parse(stdout) as { metrics: { name: string; about: string }[] };
    expect(rest).toEqual({});
    expect(metrics.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["detection.recall", "overlap.f1", "contract.valid_rate", "load.p95_ms"]),
    );
    expect(metrics.every(({ about }) => about.length > 5)).toBe(true);
  });
});
