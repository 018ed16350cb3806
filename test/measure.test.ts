import { describe, expect, test } from "vitest";
import type { Case } from "../src/core/case.ts";
import { caseFields } from "../src/core/fields.ts";
import type { Generation } from "../src/core/generation.ts";
import { parsePrompt } from "../src/core/prompt.ts";
import type { CaseLine } from "../src/core/report.ts";
import { Suite } from "../src/core/suite.ts";
import { type Measuring, startMeasuring } from "../src/measure.ts";
import { measure } from "../src/core/reduce.ts";
import { added, caseOf, diffOf } from "./fixtures/cases.ts";

/** Measuring of these cases, asked `repeats` times each of a reviewer whose time is taken. */
function measuringOf(cases: readonly Case[], repeats = 1, unit: "case" | "file" = "case"): Measuring {
  const reviewer = { unit, repeats, temperature: repeats > 1 ? 0.5 : 0 };
  const suite = Suite.parse({ version: 1, name: "s", dataset: { path: "d" }, scorers: { load: {} }, reviewer });
  const entries = cases.map((source) => {
    const fields = caseFields(source, source.id, []);
    return { id: source.id, cluster: source.id, fields, bugs: [], offset: 0, bytes: 0 };
  });
  const read = ({ id }: { id: string }) => {
    const found = cases.find((source) => source.id === id);
    if (found === undefined) throw new Error(`no case ${id}`);
    return found;
  };
  const prompt = { file: "p.md", hash: "h", prompt: parsePrompt("{{{diff}}}", "p.md") };
  const provider = {
    ref: "r",
    name: "openai",
    model: "m",
    identity: "r",
    hosts: [],
    seesTruth: false,
    isTimed: true,
    generate: () => Promise.reject(new Error("never asked")),
  };
  return startMeasuring(
    { suite, prompt, seed: 1, dataset: { entries, read } },
    { role: "measured", provider, scorers: [] },
  );
}

const failure = { error: "no whole answer within 1.5 s", status: null, waitedMs: 500 };

function generationOf(caseId: string, more: Partial<Generation> = {}): Generation {
  const { repeat = 0 } = more;
  return {
    v: 1,
    kind: "generation",
    key: JSON.stringify(["r", caseId, 0, repeat]),
    reviewer: "r",
    caseId,
    part: 0,
    repeat,
    outcome: "completed",
    text: '{"findings": []}',
    finishReason: "stop",
    usage: { promptTokens: null, completionTokens: null, cachedTokens: null },
    timing: { scheduledMs: 0, dispatchedMs: 100, firstChunkMs: null, lastChunkMs: null, finishedMs: 163 },
    attempts: [],
    effective: {},
    fromCache: false,
    ...more,
  };
}

describe("the time of a generation", () => {
  const partOf = async (more: Partial<Generation>): Promise<CaseLine["parts"][number] | undefined> =>
    (await measuringOf([caseOf()]).take(generationOf("c1", more)))?.parts[0];

  test("is that from dispatch to the end", async () => {
    const part = await partOf({});
    expect(part?.durationMs).toBe(63);
    expect(part).not.toHaveProperty("tries");
  });

  test("is none where it took more than one try, which is told", async () => {
    expect(await partOf({ attempts: [failure] })).toMatchObject({ durationMs: null, tries: 2 });
    expect(await partOf({ attempts: [failure, failure] })).toMatchObject({ durationMs: null, tries: 3 });
  });

  test("is none where the prompt did not fit, also in a recording", async () => {
    expect((await partOf({ outcome: "overflow" }))?.durationMs).toBeNull();
    const timing = { ...generationOf("c1").timing, recordedLatencyMs: 5 };
    expect((await partOf({ outcome: "overflow", timing }))?.durationMs).toBeNull();
    expect((await partOf({ timing }))?.durationMs).toBe(5);
  });

  test.each(["truncated", "refused"] as const)("is taken of one that was %s: it was generated", async (outcome) => {
    expect((await partOf({ outcome }))?.durationMs).toBe(63);
  });

  test("is none of a failure or of the cache, however many tries that took", async () => {
    const failed = await partOf({ outcome: "transport-error", attempts: [failure] });
    expect(failed?.durationMs).toBeNull();
    expect(failed).not.toHaveProperty("tries");
    expect((await partOf({ fromCache: true }))?.durationMs).toBeNull();
  });
});

describe("repeats of a case", () => {
  const cases = [caseOf({ id: "a" }), caseOf({ id: "b" })];

  test("that were scored before are not held again while the others are asked", async () => {
    const measuring = measuringOf(cases, 3);
    const earlier = [generationOf("a", { repeat: 0 }), generationOf("a", { repeat: 2 })];
    for (const generation of earlier) expect(await measuring.take(generation)).not.toBeNull();
    expect(measuring.countOpen()).toBe(0);

    const finished = new Set(earlier.map(({ key }) => key));
    const jobs = [...measuring.jobs((key) => finished.has(key))];
    expect(jobs.map(({ caseId, repeat }) => `${caseId} ${repeat}`)).toEqual(["a 1", "b 0", "b 1", "b 2"]);
    expect(measuring.countOpen()).toBe(4);

    for (const { caseId, repeat } of jobs) await measuring.take(generationOf(caseId, { repeat }));
    expect(measuring.countOpen()).toBe(0);
    expect(measuring.finish().rows).toHaveLength(6);
  });

  test("that the suite does not ask for, and cases that it does not have, are not scored", async () => {
    const measuring = measuringOf(cases);
    expect(await measuring.take(generationOf("a", { repeat: 1 }))).toBeNull();
    expect(await measuring.take(generationOf("c"))).toBeNull();
    expect(measuring.countOpen()).toBe(0);
  });
});

describe("a reviewer that does not read a language", () => {
  const twoFiles = caseOf({ diff: diffOf({ "a.go": added(2), "b.py": added(2) }) });

  test("leaves the case unscored, and its times untouched", async () => {
    const measuring = measuringOf([caseOf()]);
    expect(await measuring.take(generationOf("c1", { outcome: "not-applicable" }))).toMatchObject({
      outcome: "not-applicable",
      review: null,
      parts: [{ durationMs: null }],
    });
    const { rows } = measuring.finish();
    expect(rows[0]).toMatchObject({ isScored: false, untimed: 0 });
    expect(measure("contract.valid_rate", rows, 1).reason ?? "").toBe(
      "its reviewer does not read the language of the change",
    );
  });

  test("is scored by the parts that it does read", async () => {
    const measuring = measuringOf([twoFiles], 1, "file");
    expect(await measuring.take(generationOf("c1", { outcome: "not-applicable" }))).toBeNull();
    const line = await measuring.take(generationOf("c1", { part: 1 }));
    expect(line).toMatchObject({ outcome: "completed", review: { findings: [] } });
  });
});
