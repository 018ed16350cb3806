import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/core/errors.ts";
import { displayPath, loadSuite, suiteNames } from "../../src/load/suite.ts";
import { messageOf } from "../fixtures/complaint.ts";
import { writeBelow } from "../fixtures/small-dataset.ts";
import { temporaryFolders } from "../fixtures/temporary.ts";

const folder = temporaryFolders();

function suiteText(name: string, more = ""): string {
  return `version: 1\nname: ${name}\ndataset: { path: data }\nscorers: { detection: {} }\n${more}`;
}

describe("a suite", () => {
  test("is found by name in the first folder that has it", () => {
    const [own, bundled] = [folder(), folder()];
    writeBelow(own, "tiny.yaml", suiteText("tiny", "description: own\n"));
    writeBelow(bundled, "tiny.yaml", suiteText("tiny", "description: bundled\n"));
    writeBelow(bundled, "other.yaml", suiteText("other"));
    expect(loadSuite("tiny", [own, bundled], [])).toMatchObject({
      suite: { description: "own" },
      file: join(own, "tiny.yaml"),
      folder: own,
    });
    expect(loadSuite("other", [own, bundled], []).folder).toBe(bundled);
  });

  test("is found by path, wherever it lies", () => {
    const file = writeBelow(folder(), "deep/my.yml", suiteText("mine"));
    expect(loadSuite(file, [], []).suite.name).toBe("mine");
  });

  test("that nobody knows is answered with the nearest name", () => {
    const own = folder();
    writeBelow(own, "quickstart.yaml", suiteText("quickstart"));
    writeBelow(own, "standard.yaml", suiteText("standard"));
    expect(messageOf(() => loadSuite("quikstart", [own], []), UsageError)).toBe(
      'suite "quikstart": no such suite (did you mean "quickstart"? known: quickstart, standard)',
    );
  });

  test("whose path leads nowhere is refused", () => {
    expect(messageOf(() => loadSuite("./no/such.yaml", [], []), UsageError)).toBe(
      'suite "./no/such.yaml": no such file',
    );
  });

  test("that is a folder is refused", () => {
    const own = folder();
    expect(messageOf(() => loadSuite(`${own}/`, [], []), UsageError)).toContain("expected a suite file, got a folder");
  });

  test("is no folder that has its name", () => {
    const [own, bundled] = [folder(), folder()];
    mkdirSync(join(own, "tiny.yaml"));
    expect(messageOf(() => loadSuite("tiny", [own], []), UsageError)).toBe(
      'suite "tiny": no such suite (none are known)',
    );
    writeBelow(bundled, "tiny.yaml", suiteText("tiny"));
    expect(loadSuite("tiny", [own, bundled], []).folder).toBe(bundled);
  });

  test.skipIf(process.platform !== "linux")("that cannot be read is refused", () => {
    expect(messageOf(() => loadSuite("/proc/self/mem", [], []), UsageError)).toMatch(
      /^suite "\/proc\/self\/mem": cannot read it \(E[A-Z]+: /,
    );
  });

  test("has a hash of what runs: overrides count, comments and key order do not", () => {
    const own = folder();
    const hashOf = (text: string, overrides: Parameters<typeof loadSuite>[2] = []) =>
      loadSuite(writeBelow(own, "a.yaml", text), [], overrides).hash;
    const plain = hashOf(suiteText("a"));
    expect(hashOf(`# a comment\nname: a\nversion: 1\nscorers: { detection: {} }\ndataset: { path: data }\n`)).toBe(
      plain,
    );
    expect(hashOf(suiteText("a"), [{ path: "reviewer.unit", value: "hunk" }])).not.toBe(plain);
    expect(hashOf(suiteText("a"), [{ path: "reviewer.unit", value: "case" }])).toBe(plain);
  });

  test.each([
    [
      "a gate on an unknown metric",
      "gates:\n  - { metric: detection.recal, min: 0.5 }\n",
      /^a\.yaml:6: gates\[0\]\.metric: unknown metric "detection\.recal" \(did you mean "detection\.recall"\?/,
    ],
    [
      "a gate on a planned metric",
      "gates:\n  - { metric: contract.verdict_accuracy, min: 0.5 }\n",
      /^a\.yaml:6: gates\[0\]\.metric: "contract\.verdict_accuracy" is not built yet$/,
    ],
    [
      "a gate without its scorer",
      "gates:\n  - { metric: overlap.f1, min: 0.5 }\n",
      /^a\.yaml:6: gates\[0\]\.metric: "overlap\.f1" needs the scorer overlap/,
    ],
    [
      "a percentage in a gate",
      "gates:\n  - { metric: detection.recall, min: 80 }\n",
      /^a\.yaml:6: gates\[0\]\.min: expected 0 to 1, got 80 \(write 0\.8\)$/,
    ],
    [
      "an unknown kind of model",
      "company: [flor:silent]\n",
      /^a\.yaml:5: company\[0\]: model "flor:silent": unknown kind "flor" .*did you mean "floor"\?/,
    ],
    [
      "repeats without temperature",
      "reviewer: { repeats: 3 }\n",
      /^a\.yaml:5: reviewer\.repeats: expected 1 at temperature 0/,
    ],
  ])("with a mistake that no schema sees is refused with its line: %s", (_, more, expected) => {
    const file = writeBelow(folder(), "a.yaml", suiteText("a", more));
    const message = messageOf(() => loadSuite(file, [], []), UsageError);
    expect(message.replace(file, "a.yaml")).toMatch(expected);
  });

  test("with a condition on an unknown field of the dataset is refused with its line, or with the flag that gave it", () => {
    const file = writeBelow(folder(), "a.yaml", suiteText("a").replace("data }", 'data, where: "langage == go" }'));
    expect(messageOf(() => loadSuite(file, [], []), UsageError).replace(file, "a.yaml")).toMatch(
      /^a\.yaml:3: dataset\.where: .*"langage".*did you mean "language"\?/,
    );
    const flag = { path: "dataset.where", value: '"langage == go"', flag: "--where" };
    expect(messageOf(() => loadSuite(file, [], [flag]), UsageError)).toMatch(/^--where: dataset\.where: /);
  });
});

test("the names of suites are sorted, and a folder that is not there has none", () => {
  const own = folder();
  for (const name of ["b.yaml", "a.yaml", "suite.schema.json"]) writeBelow(own, name, "");
  mkdirSync(join(own, "folder.yaml"));
  expect(suiteNames(own)).toEqual(["a", "b"]);
  writeFileSync(join(own, "file"), "");
  expect(suiteNames(join(own, "file"))).toEqual([]);
  expect(suiteNames(join(own, "none"))).toEqual([]);
});

test("a path is shown relative only where it lies below the working folder", () => {
  expect(displayPath(join(process.cwd(), "suites", "a.yaml"))).toBe(join("suites", "a.yaml"));
  expect(displayPath(folder())).toMatch(/^[/\\]|^[A-Z]:/);
});
