import { describe, expect, test } from "vitest";
import type { Generation, Outcome } from "../../src/core/generation.ts";
import { readPart, worstOutcome } from "../../src/core/part.ts";
import { added, diffOf } from "../fixtures/cases.ts";

const generationOf = (text: string, outcome: Outcome = "completed"): Generation => ({
  v: 1,
  kind: "generation",
  key: "k",
  reviewer: "r",
  caseId: "c",
  part: 0,
  repeat: 0,
  outcome,
  text,
  finishReason: null,
  usage: { promptTokens: null, completionTokens: null, cachedTokens: null },
  timing: { scheduledMs: 0, dispatchedMs: 0, firstChunkMs: null, lastChunkMs: null, finishedMs: 1 },
  attempts: [],
  effective: {},
  fromCache: false,
});
const one = { index: 0, diff: diffOf({ "a.ts": added(3) }) };
const two = { index: 0, diff: diffOf({ "a.ts": added(3), "b.ts": added(3) }) };
const json = (finding: object) => JSON.stringify({ findings: [{ message: "The loop never ends.", ...finding }] });
const findingOf = (text: string, part = one) => readPart(generationOf(text), part, "findings").review?.findings[0];

describe("readPart", () => {
  test("reads a completed generation and says whether it keeps the contract", () => {
    const read = readPart(generationOf(json({ file: "a.ts", lines: [2, 3] })), one, "findings");
    expect(read).toMatchObject({
      outcome: "completed",
      isContractValid: true,
      review: { findings: [{ file: "a.ts", lines: [2, 3] }] },
    });
    expect(readPart(generationOf("a.ts:2: The loop never ends."), one, "findings")).toMatchObject({
      outcome: "completed",
      isContractValid: false,
    });
  });

  test("counts findings in words where JSON was asked for, and says that the contract is broken", () => {
    expect(readPart(generationOf("The loop in a.ts:2 never ends."), one, "findings")).toMatchObject({
      outcome: "completed",
      isContractValid: false,
      review: { findings: [{ file: "a.ts", lines: [2, 2] }] },
    });
  });

  test("reads past the thoughts before an answer", () => {
    const thought = "<think>\nI could refuse.\n</think>\n";
    expect(readPart(generationOf(thought + json({ file: "a.ts", lines: [2, 3] })), one, "findings")).toMatchObject({
      outcome: "completed",
      isContractValid: true,
    });
    expect(readPart(generationOf(`${thought}I'm sorry, but I can't help with that.`), one, "findings").outcome).toBe(
      "refused",
    );
  });

  test.each(["truncated", "refused", "overflow"] as const)(
    "takes a generation that was %s for silence, whatever it says",
    (outcome) => {
      const read = readPart(generationOf(json({ file: "a.ts" }), outcome), one, "findings");
      expect(read).toMatchObject({ outcome, isContractValid: false, review: { findings: [] } });
    },
  );

  test("takes a transport error for no review at all", () => {
    expect(readPart(generationOf("", "transport-error"), one, "findings")).toMatchObject({
      outcome: "transport-error",
      isContractValid: null,
      review: null,
    });
  });

  test("takes what a reviewer cannot read for no review, whatever stands in it", () => {
    expect(readPart(generationOf(json({ file: "a.ts" }), "not-applicable"), one, "findings")).toMatchObject({
      outcome: "not-applicable",
      isContractValid: null,
      review: null,
    });
  });

  test.each([
    ["I'm sorry, but I can't help with that.", "refused"],
    ['{"findings": [{"file": "a.ts", ', "invalid"],
    ["", "completed"],
  ])("takes %j for silence that breaks the contract, and calls it %s", (text, outcome) => {
    expect(readPart(generationOf(text), one, "findings")).toMatchObject({
      outcome,
      isContractValid: false,
      review: { findings: [] },
    });
  });

  test("puts lines without a file into the only file that was shown", () => {
    expect(findingOf(json({ line: 2 }))).toMatchObject({ file: "a.ts", lines: [2, 2] });
    expect(findingOf(json({ line: 2 }), two)).not.toHaveProperty("file");
  });

  test("gives no file to a finding without lines, nor another to one that names its own", () => {
    expect(findingOf(json({}))).not.toHaveProperty("file");
    expect(findingOf(json({ file: "b.ts", line: 2 }))?.file).toBe("b.ts");
  });

  test("gives no file where the diff names none", () => {
    expect(findingOf(json({ line: 2 }), { index: 0, diff: "@@ -0,0 +1,2 @@\n+a\n+b\n" })).not.toHaveProperty("file");
  });
});

describe("a generation that was recorded as findings", () => {
  const findings = [
    { message: "LGTM" },
    { message: "LGTM" },
    { file: "b.ts", lines: [2, 2] as [number, number], message: "" },
  ];
  const recorded = (outcome: Outcome = "completed") => ({ ...generationOf(json({ file: "a.ts" }), outcome), findings });

  test("is that review, whatever its text says: nothing is dropped, merged or moved", () => {
    expect(readPart(recorded(), two, "findings")).toMatchObject({
      outcome: "completed",
      isContractValid: true,
      isCapped: false,
      review: { findings },
    });
    expect(readPart(recorded(), two, "findings").review?.findings).toHaveLength(3);
  });

  test("keeps the contract or not by its text", () => {
    expect(readPart(recorded(), two, "prose").isContractValid).toBe(false);
  });

  test("is silence where it was cut", () => {
    expect(readPart(recorded("truncated"), two, "findings").review).toEqual({ findings: [] });
  });
});

test("a case is shown with the outcome of the part that fared worst", () => {
  expect(worstOutcome(["completed", "invalid", "refused"])).toBe("invalid");
  expect(worstOutcome(["overflow", "transport-error", "completed"])).toBe("transport-error");
  expect(worstOutcome(["completed"])).toBe("completed");
  expect(worstOutcome(["not-applicable", "completed"])).toBe("completed");
  expect(worstOutcome(["not-applicable", "not-applicable"])).toBe("not-applicable");
});
