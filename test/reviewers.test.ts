import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { UsageError } from "../src/core/errors.ts";
import { Suite } from "../src/core/suite.ts";
import { openReviewers } from "../src/reviewers.ts";
import { temporaryFolders } from "./fixtures/temporary.ts";

const makeFolder = temporaryFolders();
const suite = Suite.parse({
  version: 1,
  name: "s",
  description: "d",
  dataset: { path: "cases.jsonl" },
  reviewer: { prompt: "p.md" },
  scorers: {},
});

async function open(home: string, ...models: string[]): Promise<string> {
  const world = {
    fetch,
    now: () => 0,
    env: { HOME: home },
    note: () => undefined,
    signal: new AbortController().signal,
  };
  return await openReviewers(models, suite, null, world).then(
    ({ opened }) => `${opened.length} opened`,
    (error: unknown) => (error instanceof UsageError ? error.message : String(error)),
  );
}

test("a folder that is named twice is one reviewer, however its path is written", async () => {
  const home = makeFolder();
  mkdirSync(join(home, "a"));
  symlinkSync(join(home, "a"), join(home, "b"));
  const a = join(home, "a");
  for (const other of [`${home}/x/../a`, `${home}/b/`, "~/a", "~/b/."])
    expect(await open(home, a, other)).toMatch(
      /^model "\S+" is named twice, as "\S+\/a" before \(name each reviewer once\)$/,
    );
  expect(await open(home, `${a}/`, `${a}/.`)).toBe(`model "${a}" is named twice (name each reviewer once)`);
  expect(await open(home, a, join(home, "c"))).not.toContain("named twice");
  expect(await open(home, "floor:lgtm", "floor:silent")).toBe("2 opened");
});
