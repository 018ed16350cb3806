import { expect, test } from "vitest";
import { Recording } from "../../src/core/recording.ts";

test.each([
  { caseId: "a", text: "" },
  { caseId: "a", findings: [] },
  { caseId: "a", repeat: 3, findings: [{ message: "Wrong." }], latencyMs: 12.5, outcome: "completed" },
  { caseId: "a", outcome: "overflow" },
])("%j is a recording", (line) => {
  expect(Recording.parse(line)).toEqual(line);
});

test.each([
  {},
  { caseId: "", text: "" },
  { caseId: "a" },
  { caseId: "a", outcome: "completed" },
  { caseId: "a", outcome: "invalid", findings: [] },
  { caseId: "a", text: "", findings: [] },
  { caseId: "a", text: "", repeat: -1 },
  { caseId: "a", text: "", outcome: "lost" },
  { caseId: "a", text: "", latency: 1 },
])("%j is not", (line) => {
  expect(Recording.safeParse(line).success).toBe(false);
});
