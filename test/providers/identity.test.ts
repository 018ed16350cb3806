import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolders } from "../fixtures/temporary.ts";
import { openProvider } from "./fixture.ts";

const makeFolder = temporaryFolders();

async function identityOf(ref: string, baseUrl?: string, env: Record<string, string> = {}): Promise<string> {
  const provider = await openProvider(ref, baseUrl === undefined ? {} : { baseUrl }, { env });
  return provider.identity;
}

test.each([
  ["floor:silent", /^floor:silent/],
  ["ceiling:oracle", /^ceiling:oracle$/],
  ["command:./review.sh --fast", /^command \.\/review\.sh --fast$/],
  ["static:", /^static oxlint \d\S*, ruff \d\S*, secretlint \d/],
  ["http:http://h:8080/a/review?version=2", /^http http:\/\/h:8080\/a\/review\?version=2$/],
  ["openai:m@http://h:8080/a/v1", /^openai m http:\/\/h:8080\/a\/v1$/],
])("the identity of %s is %s", async (ref, identity) => {
  expect(await identityOf(ref)).toMatch(identity);
});

test("that of an endpoint tells base URLs of one host apart, wherever they come from", async () => {
  const first = await identityOf("openai:m@http://h/a/v1");
  expect(await identityOf("openai:m@http://h/b/v1")).not.toBe(first);
  expect(await identityOf("openai:m", "http://h/a/v1/")).toBe(first);
  expect(await identityOf("openai:m", undefined, { OPENAI_BASE_URL: "http://h/a/v1" })).toBe(first);
  expect(await identityOf("openai:m", undefined, { OPENAI_BASE_URL: "http://h/b/v1" })).not.toBe(first);
});

test("that of a recording changes with its file's content", async () => {
  const file = join(makeFolder(), "recording.jsonl");
  const identities: string[] = [];
  for (const text of ["Fine.", "Wrong."]) {
    writeFileSync(file, `${JSON.stringify({ caseId: "a", text })}\n`);
    identities.push(await identityOf(`replay:${file}`));
  }
  expect(identities[0]).toMatch(new RegExp(`^replay ${file} sha256:[0-9a-f]{64}$`));
  expect(identities[0]).not.toBe(identities[1]);
});
