import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { answerEvents } from "../../../src/core/latency/answer-events.ts";
import { firstFindingEnd } from "../../../src/core/latency/first-finding.ts";
import type { StampedPiece } from "../../../src/core/latency/streams/stream.ts";

const finding = { file: "a.py", lines: [3, 3], severity: "high", message: "The index is one too great." };
const answer = JSON.stringify({ findings: [finding, { ...finding, file: "b.py" }] });

function piecesOf(text: string, size: number): StampedPiece[] {
  const count = Math.ceil(text.length / size);
  return Array.from({ length: count }, (_, index) => ({
    atMs: 100 + index,
    text: text.slice(index * size, (index + 1) * size),
    isReasoning: false,
  }));
}

describe("the first finding", () => {
  test("ends where its object does, before the second begins", () => {
    const end = firstFindingEnd(answer);
    expect(answer.slice(0, end ?? 0)).toBe(`{"findings":[${JSON.stringify(finding)}`);
  });

  test("may stand in a fence, or after words", () => {
    expect(firstFindingEnd(`Here it is:\n\`\`\`json\n${answer}`)).not.toBeNull();
  });

  test.each([
    ["no findings at all", '{"findings": []}'],
    ["a finding that is not complete", answer.slice(0, 60)],
    ["an object without a place", '{"findings": [{"message": "hm"}]}'],
    ["an object without a message", '{"findings": [{"file": "a.py", "lines": [1, 1]}]}'],
    ["a finding that finds nothing", '{"findings": [{"file": "a.py", "message": "LGTM"}]}'],
    ["braces that are not JSON", "if (a) { b(); } else { c(); }"],
    ["nothing", ""],
  ])("is not there in %s", (_, text) => {
    expect(firstFindingEnd(text)).toBeNull();
  });

  test("is not what the model thinks aloud", () => {
    expect(firstFindingEnd(`<think>perhaps ${answer}`)).toBeNull();
    const thoughts = `<think>perhaps ${answer}</think>`;
    expect(firstFindingEnd(thoughts + answer)).toBeGreaterThan(thoughts.length);
  });

  test("is not broken by braces and quotes in its strings", () => {
    const hard = JSON.stringify({ findings: [{ file: "a.py", message: 'writes "}" and \\ and {' }] });
    expect(firstFindingEnd(hard)).toBe(hard.length - 2);
  });

  test("is found wherever it stands in any list of valid findings", () => {
    const message = fc.string({ minLength: 1 }).map((words) => `The bug: ${words}`);
    fc.assert(
      fc.property(message, (text) => {
        const one = JSON.stringify({ file: "a.py", message: text });
        expect(firstFindingEnd(`{"findings":[${one},`)).toBe(`{"findings":[${one}`.length);
      }),
    );
  });
});

describe("events of an answer", () => {
  test("are readings of its pieces", () => {
    const pieces = piecesOf(answer, 10);
    const end = firstFindingEnd(answer) ?? 0;
    expect(answerEvents({ pieces: [{ atMs: 50, text: "hm", isReasoning: true }, ...pieces] }, "findings")).toEqual({
      firstReasoningMs: 50,
      firstContentMs: 100,
      firstFindingMs: 100 + Math.ceil(end / 10) - 1,
      lastContentMs: pieces.at(-1)?.atMs,
      pieces: pieces.length + 1,
    });
  });

  test("are null for an answer that says nothing, or only thinks", () => {
    const thinking = { atMs: 5, text: answer, isReasoning: true };
    expect(answerEvents({ pieces: [thinking] }, "findings")).toMatchObject({
      firstReasoningMs: 5,
      firstContentMs: null,
      firstFindingMs: null,
      lastContentMs: null,
    });
    expect(answerEvents({ pieces: [] }, "findings").pieces).toBe(0);
  });

  test("know of no first finding in prose", () => {
    expect(answerEvents({ pieces: piecesOf(answer, 10) }, "prose").firstFindingMs).toBeNull();
  });
});
