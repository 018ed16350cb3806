import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { extendCommandLine, programName, quote, writeCommandLine } from "../src/command-line.ts";

describe("the line that repeats a run", () => {
  test("has the words of the command behind the program's name", () => {
    expect(writeCommandLine(["standard", "--model", "openai:m@http://127.0.0.1:8000/v1", "--limit", "20"])).toBe(
      "nitbench standard --model openai:m@http://127.0.0.1:8000/v1 --limit 20",
    );
    expect(writeCommandLine([])).toBe("nitbench");
  });

  test.each([
    [["a", "--name", "x", "--json"], "nitbench a --json"],
    [["--resume", "runs/x", "a"], "nitbench a"],
    [["a", "--name=x", "--resume=y"], "nitbench a"],
    [["a", "--json", "b"], "nitbench a --json b"],
  ])("leaves out what names one run only: %j", (argv, line) => {
    expect(writeCommandLine(argv)).toBe(line);
  });

  test("keeps a value that reads like a flag or like another suite", () => {
    expect(writeCommandLine(["a", "b", "--out", "b", "--set", "name=--name"], ["b"])).toBe(
      "nitbench a --out b --set name=--name",
    );
  });

  test("of one of several suites leaves out the others", () => {
    expect(writeCommandLine(["run", "a", "-m", "floor:lgtm", "--quiet", "b"], ["b"])).toBe(
      "nitbench run a -m floor:lgtm --quiet",
    );
  });

  test("holds no key that a URL carries", () => {
    const line = writeCommandLine([
      "--model",
      "openai:m@http://user:s3cret@h/v1",
      "--set",
      "reviewer.baseUrl=https://h/v1?version=1&api_key=s3cret",
    ]);
    expect(line).not.toContain("s3cret");
    expect(line).not.toContain("user");
    expect(line).toContain("reviewer.baseUrl=https://h/v1?version=1&api_key=…");
  });

  test("is that of an earlier run, with the flags that are new", () => {
    const earlier = "nitbench tiny.yaml --out runs --set a=1";
    expect(extendCommandLine(earlier, ["run", "--out", "runs", "--resume", "x"])).toBe(earlier);
    expect(extendCommandLine(earlier, ["--resume", "x", "--set", "a=[]", "--quiet"])).toBe(
      `${earlier} --set 'a=[]' --quiet`,
    );
  });

  test.skipIf(process.platform === "win32")("is read back by a shell word for word", () => {
    const word = fc.string({
      unit: fc.constantFrom("a", " ", "'", '"', "\\", "$", "`", "*", "=", ">", "!", "\n", "ü"),
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(word, (text) => {
        expect(execFileSync("/bin/sh", ["-c", `printf %s ${quote(text)}`], { encoding: "utf8" })).toBe(text);
      }),
      { numRuns: 40 },
    );
  });

  test("quotes an empty word, so that it is not lost", () => {
    expect(quote("")).toBe("''");
  });
});

describe("programName", () => {
  test("is that of the project's script where that was called, else that of the package", () => {
    expect(programName({ npm_lifecycle_event: "bench" })).toBe("pnpm bench");
    const byPnpm = { npm_lifecycle_event: "bench", npm_config_user_agent: "pnpm/12.4.1 npm/? node/v24.1.0 linux x64" };
    expect(programName({ ...byPnpm, npm_execpath: "/usr/lib/node_modules/pnpm/bin/pnpm.cjs" })).toBe("pnpm bench");
    expect(programName({ ...byPnpm, npm_execpath: "/home/a/.npm/_npx/1f/node_modules/pnpm/bin/pnpm.cjs" })).toBe(
      "npx pnpm@12 bench",
    );
    expect(programName({ npm_lifecycle_event: "bench", npm_config_user_agent: "npm/10.2.0 node/v22" })).toBe(
      "npm run bench --",
    );
    expect(programName({ npm_lifecycle_event: "test" })).toBe("nitbench");
    expect(programName({})).toBe("nitbench");
  });
});
