import { describe, expect, test } from "vitest";
import { countGateClusters, type GateCase } from "../../src/core/gate-clusters.ts";

const bug = (severity: string) => ({ severity, category: "leak" });
const caseOf = (
  cluster: string,
  language: string,
  bugs: GateCase["bugs"],
  more: GateCase["fields"] = {},
): GateCase => ({
  cluster,
  fields: { id: cluster, language, bugs: bugs.length, references: 0, ...more },
  bugs,
});
const cases = [
  caseOf("one", "go", [bug("high"), bug("low")]),
  caseOf("one", "go", [], { twin: "one" }),
  caseOf("two", "python", [bug("critical")]),
  caseOf("two", "python", [], { twin: "two" }),
  caseOf("three", "go", [bug("high")], { references: 1 }),
  caseOf("three", "go", [bug("high")]),
];

describe("the clusters that a gate is about", () => {
  test.each([
    ["detection.recall", undefined, 3],
    ["detection.recall", "severity == high", 2],
    ["detection.recall", "severity == critical and language == go", 0],
    ["detection.recall", "language == python", 1],
    ["detection.recall", "promptChars > 5", 3],
    ["detection.false_alarm_rate", undefined, 2],
    ["detection.twin_discrimination", undefined, 2],
    ["detection.twin_discrimination", "severity == critical", 1],
    ["judge.pass_rate_consensus", undefined, 1],
    ["contract.valid_rate", undefined, 3],
  ] as const)("%s where %s: %d", (name, where, clusters) => {
    expect(countGateClusters(name, { where }, cases)).toBe(clusters);
  });
});
