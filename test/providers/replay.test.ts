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

  test("gives recorded findings back as they are, beside their text", async () => {
    const findings = [
      { file: "a.py", lines: [1, 2], message: "Wrong.", severity: "low", confidence: 0.5 },
      { message: "LGTM" },
      { message: "LGTM" },
    ];
    const file = await record({ caseId: "case-1", findings });
    const answer = await replay(file);
    expect(answer.findings).toEqual(findings);
    expect(findingsOf(answer.text)).toEqual(findings);
  });

  test("shows recorded findings in the words that the contract asks for", async () => {
    const file = await record({ caseId: "case-1", findings: [{ file: "a.py", lines: [1, 2], message: "Wrong." }] });
    const provider = await openProvider(`replay:${file}`, { contract: "prose" });
    expect(await provider.generate(requestFor(makeCase({})), calm)).toMatchObject({ text: "a.py:1-2: Wrong." });
  });

  test("gives recorded text no findings of its own: it is parsed as any other", async () => {
    const file = await record({ caseId: "case-1", text: "a.py:1: Wrong." });
    expect(await replay(file)).not.toHaveProperty("findings");
  });

  test("is asked for whole cases", async () => {
    const file = await record({ caseId: "case-1", text: "" });
    expect((await openProvider(`replay:${file}`)).isWholeCase).toBe(true);
  });

  test("tells which reviews of a case it has, and how many findings each", async () => {
    const file = await record(
      { caseId: "case-1", findings: [{ message: "LGTM" }, { message: "LGTM" }] },
      { caseId: "case-1", repeat: 2, text: "a.py:1: One.\n\na.py:2: Two.\n\na.py:3: Three." },
      { caseId: "cut", findings: [{ message: "Wrong." }], outcome: "truncated" },
      { caseId: "odd", text: '{"findings": [' },
    );
    const provider = await openProvider(`replay:${file}`);
    expect(["case-1", "cut", "odd", "other"].map((caseId) => provider.recordedReviews?.(caseId))).toEqual([
      [
        { repeat: 0, standsForOthers: true, findings: 2 },
        { repeat: 2, standsForOthers: false, findings: 3 },
      ],
      [{ repeat: 0, standsForOthers: true, findings: 0 }],
      [{ repeat: 0, standsForOthers: true, findings: 0 }],
      [],
    ]);
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
    await expect(replay(file, "case-2")).rejects.toThrow(`no recorded review of this case in ${file}`);
    await expect(replay(file, "case-1", 1)).rejects.toMatchObject({
      message: `no recorded review of this case for repeat 1 in ${file}`,
      isRetryable: false,
    });
  });

  test.each([
    ['{"caseId": "a", "text": ""}\n\nnot json', ":3: not JSON"],
    ['{"caseId": "a", "findings": [{"message": 1}]}', ":1: findings[0].message: expected text, got 1"],
    ['{"caseId": "a", "finding": []}', ':1: unknown key "finding" (did you mean "findings"? known: '],
    ["[]", ":1: expected a mapping, got a list of 0"],
    ["\n", ": expected recorded reviews, got none (one JSON line a case)"],
    ['{"caseId": "a"}', ":1: expected text or findings, got neither"],
    ['{"caseId": "a", "text": "", "findings": []}', ":1: expected text or findings, got both"],
    ['{"caseId": "a", "outcome": "invalid"}', ":1: expected the text that could not be parsed"],
    [
      '{"caseId": "a", "text": ""}\n{"caseId": "a", "repeat": 0, "text": ""}',
      ':2: case "a", repeat 0 is recorded already in line 1',
    ],
  ])("a bad file is a usage error with its line: %s", async (text, message) => {
    const file = await record(text);
    await expect(openProvider(`replay:${file}`)).rejects.toThrow(UsageError);
    await expect(openProvider(`replay:${file}`)).rejects.toThrow(file + message);
  });

  test.each([
    [{ v: 1, kind: "run", runId: "r", tool: "nitbench" }, "nitbench's journal"],
    [{ v: 1, kind: "generation", key: "k", caseId: "a", text: "" }, "nitbench's journal"],
    [{ v: 1, reviewer: "r", caseId: "a", ledger: null, scores: {}, text: "" }, "a run's case lines"],
    [{ id: "a", diff: "+", language: "go" }, "a dataset"],
  ])("a file of another kind is told for what it is: %j", async (line, kind) => {
    const file = await record(line);
    await expect(openProvider(`replay:${file}`)).rejects.toThrow(
      new UsageError(`${file}:1: this is ${kind}, not a recording (docs/formats.md has its format)`),
    );
  });

  test("a file that is not there is a usage error", async () => {
    await expect(openProvider("replay:./none.jsonl")).rejects.toThrow("cannot read ./none.jsonl: ENOENT");
  });
});
