import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/core/errors.ts";
import { lexicalThreshold, lexicalVersion } from "../../src/core/match/lexical.ts";
import { loadLexicalCalibration, loadPrompt, loadVerdicts, packageRoot } from "../../src/load/files.ts";
import { messageOf } from "../fixtures/complaint.ts";
import { writeBelow } from "../fixtures/small-dataset.ts";
import { temporaryFolders } from "../fixtures/temporary.ts";

const folder = temporaryFolders();

test("the package's own folder holds its suites, prompts and datasets", () => {
  for (const path of ["package.json", "suites/quickstart.yaml", "prompts/review.md", "datasets/twins/cases.jsonl"]) {
    expect(existsSync(join(packageRoot, path))).toBe(true);
  }
});

describe("a prompt", () => {
  test("is read with its hash, which changes with its text", () => {
    const own = folder();
    const load = (text: string) => loadPrompt(writeBelow(own, "prompt.md", text));
    expect(load("Review {{diff}}").prompt).toMatchObject({ template: "Review {{diff}}", fields: ["diff"] });
    expect(load("Review {{diff}}").hash).toBe(load("Review {{diff}}").hash);
    expect(load("Review {{diff}}!").hash).not.toBe(load("Review {{diff}}").hash);
  });

  test("with an unknown field is refused with its line and the nearest field", () => {
    const file = writeBelow(folder(), "prompt.md", "Review\n{{dif}}\n");
    expect(messageOf(() => loadPrompt(file), UsageError)).toMatch(
      /prompt\.md:2: unknown field "dif" \(did you mean "diff"\?/,
    );
  });

  test("that is missing or a folder is refused, with the key to mend", () => {
    const own = folder();
    mkdirSync(join(own, "sub"));
    const complaint = (name: string) => messageOf(() => loadPrompt(join(own, name)), UsageError);
    expect(complaint("none.md")).toBe(`prompt "${join(own, "none.md")}": no such file (mend reviewer.prompt)`);
    expect(complaint("sub")).toBe(`prompt "${join(own, "sub")}": is a folder (mend reviewer.prompt)`);
  });
});

test.skipIf(process.platform !== "linux")("a prompt and verdicts that cannot be read are refused", () => {
  const file = "/proc/self/mem";
  expect(messageOf(() => loadPrompt(file), UsageError)).toMatch(/^prompt "\/proc\/self\/mem": cannot read it \(E/);
  expect(messageOf(() => loadVerdicts(file), UsageError)).toMatch(/^verdicts "\/proc\/self\/mem": cannot read it \(E/);
});

describe("recorded verdicts", () => {
  const verdict = { caseId: "one", findingIndex: 0, bugId: "one-bug", match: true, judge: "people" };

  test("are read line by line, blank lines aside", () => {
    const file = writeBelow(
      folder(),
      "verdicts.jsonl",
      `${JSON.stringify(verdict)}\r\n\r\n${JSON.stringify({ ...verdict, findingIndex: 1, match: false })}`,
    );
    expect(loadVerdicts(file).map(({ place, verdict: { match } }) => [place, match])).toEqual([
      [`${file}:1`, true],
      [`${file}:3`, false],
    ]);
  });

  test("are refused with file and line", () => {
    const file = writeBelow(
      folder(),
      "verdicts.jsonl",
      `${JSON.stringify(verdict)}\n${JSON.stringify({ ...verdict, match: "yes" })}\n`,
    );
    expect(messageOf(() => loadVerdicts(file), UsageError)).toMatch(
      /verdicts\.jsonl:2: match: expected true or false, got "yes"$/,
    );
  });

  test("that are missing are refused, with the key to mend", () => {
    const file = join(folder(), "none.jsonl");
    expect(messageOf(() => loadVerdicts(file), UsageError)).toBe(
      `verdicts "${file}": no such file (mend scorers.detection.verdicts)`,
    );
  });

  test("that are a folder are said to be one", () => {
    const own = folder();
    expect(messageOf(() => loadVerdicts(own), UsageError)).toBe(
      `verdicts "${own}": is a folder (mend scorers.detection.verdicts)`,
    );
  });
});

test("the lexical matcher's calibration is of the matcher that is built in", () => {
  expect(loadLexicalCalibration()).toMatchObject({ version: lexicalVersion, threshold: lexicalThreshold });
});
