import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { UsageError } from "../../src/core/errors.ts";
import { ProviderError } from "../../src/core/provider.ts";
import { calm, findingsOf, makeCase, openProvider, requestFor } from "./fixture.ts";

let folder: string;
let files = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nitbench-replay-"));
});

afterAll(() => rm(folder, { recursive: true }));

async function record(...lines: (object | string)[]): Promise<string> {
  const file = join(folder, `${++files}.jsonl`);
  await writeFile(file, lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n"));
  return file;
}

async function replay(file: string, caseId = "case-1", repeat = 0) {
  const provider = await openProvider(`replay:${file}`);
  return provider.generate(requestFor(makeCase({ id: caseId }), { repeat }), calm);
}

describe("replay", () => {
  test("gives recorded text back as it is", async () => {
    const file = await record({ caseId: "case-1", text: "Looks\u2028odd.\n" });
    expect(await replay(file)).toMatchObject({ text: "Looks\u2028odd.\n", outcome: "completed" });
  });

  test("gives recorded findings back as the text of a review", async () => {
    const findings = [{ file: "a.py", lines: [1, 2], message: "Wrong.", severity: "low", confidence: 0.5 }];
    const file = await record({ caseId: "case-1", findings });
    expect(findingsOf((await replay(file)).text)).toEqual(findings);
  });

  test("states the recorded latency and is not timed itself", async () => {
    const file = await record({ caseId: "case-1", text: "", latencyMs: 1234.5 });
    expect((await replay(file)).recordedLatencyMs).toBe(1234.5);
    expect((await openProvider(`replay:${file}`)).isTimed).toBe(false);
  });

  test("passes a recorded outcome on, and leaves invalid to parsing", async () => {
    const file = await record(
      { caseId: "cut", text: "{", outcome: "truncated" },
      { caseId: "no", outcome: "refused" },
      { caseId: "odd", text: "{oops", outcome: "invalid" },
    );
    expect(await replay(file, "cut")).toMatchObject({ text: "{", outcome: "truncated" });
    expect(await replay(file, "no")).toMatchObject({ text: "", outcome: "refused" });
    expect(await replay(file, "odd")).toMatchObject({ text: "{oops", outcome: "completed" });
  });

  test("a recorded transport error is an outage", async () => {
    const file = await record({ caseId: "case-1", outcome: "transport-error" });
    await expect(replay(file)).rejects.toThrow(ProviderError);
  });

  test("a recording with a repeat serves that repeat; one without serves every repeat that has none", async () => {
    const file = await record({ caseId: "case-1", text: "any" }, { caseId: "case-1", repeat: 2, text: "third" });
    const texts = await Promise.all([0, 1, 2].map(async (repeat) => (await replay(file, "case-1", repeat)).text));
    expect(texts).toEqual(["any", "any", "third"]);
  });

  test("a case or repeat without a recording is an error that is not tried again", async () => {
    const file = await record({ caseId: "case-1", repeat: 0, text: "" });
    await expect(replay(file, "case-2")).rejects.toThrow(`no recorded review of case case-2 in ${file}`);
    await expect(replay(file, "case-1", 1)).rejects.toMatchObject({ isRetryable: false });
  });

  test.each([
    ['{"caseId": "a", "text": ""}\n\nnot json', ":3: not JSON"],
    ['{"caseId": "a", "findings": [{"message": 1}]}', ":1: findings.0.message:"],
    ['{"caseId": "a"}', ":1: expected text or findings, got neither"],
    ['{"caseId": "a", "text": "", "findings": []}', ":1: expected text or findings, got both"],
    ['{"caseId": "a", "outcome": "invalid"}', ":1: expected the text that could not be parsed"],
    [
      '{"caseId": "a", "text": ""}\n{"caseId": "a", "repeat": 0, "text": ""}',
      ":2: case a, repeat 0 is recorded already in line 1",
    ],
  ])("a bad file is a usage error with its line: %s", async (text, message) => {
    const file = await record(text);
    await expect(openProvider(`replay:${file}`)).rejects.toThrow(UsageError);
    await expect(openProvider(`replay:${file}`)).rejects.toThrow(file + message);
  });

  test("a file that is not there is a usage error", async () => {
    await expect(openProvider("replay:./none.jsonl")).rejects.toThrow("cannot read ./none.jsonl: ENOENT");
  });
});
