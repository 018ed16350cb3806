import fc from "fast-check";
import { Window } from "happy-dom";
import { describe, expect, test } from "vitest";
import type { Report } from "../../src/core/report.ts";
import { escapeXml, renderJunit } from "../../src/reporters/junit.ts";
import { makeRun } from "../fixtures/run-data.ts";

const { report } = makeRun({ measured: 1 });

function parse(text: string) {
  const document = new new Window().DOMParser().parseFromString(text, "application/xml");
  expect(document.querySelector("parsererror")).toBeNull();
  return document;
}

function withGates(gates: readonly Partial<Report["reviewers"][number]["gates"][number]>[]): Report {
  const copy = structuredClone(report);
  const measured = copy.reviewers.find(({ role }) => role === "measured")!;
  measured.gates = gates.map((gate) => ({
    gate: { metric: "detection.recall", min: 0.5, required: true, decide: "bound" },
    status: "pass",
    value: 0.6,
    bound: 0.55,
    reason: "because",
    casesToDecide: null,
    ...gate,
  }));
  return copy;
}

const optional = { metric: "load.p95_ms", max: 800, required: false, decide: "bound" } as const;

describe("JUnit XML", () => {
  test("has a case for each gate: failed, skipped where undecided or not required, plain where passed", () => {
    const document = parse(
      renderJunit(
        withGates([
          {},
          { status: "fail", reason: "upper 95 % bound 0.4 is outside min 0.5" },
          { status: "inconclusive", reason: "too little", casesToDecide: 60 },
          { status: "fail", gate: optional, reason: "too slow" },
        ]),
      ),
    );
    const root = document.documentElement;
    const counts = ["tests", "failures", "errors", "skipped"].map((name) => root.getAttribute(name));
    expect(counts).toEqual(["5", "1", "0", "2"]);
    const told = [...document.querySelectorAll("testcase")].map((one) => [
      one.getAttribute("name"),
      one.firstElementChild?.tagName.toLowerCase(),
      one.firstElementChild?.getAttribute("message"),
    ]);
    expect(told).toEqual([
      ["the run is complete", undefined, undefined],
      ["detection.recall >= 0.5", undefined, undefined],
      ["detection.recall >= 0.5", "failure", "upper 95 % bound 0.4 is outside min 0.5"],
      ["detection.recall >= 0.5", "skipped", "undecided: too little; about 60 more would decide"],
      ["load.p95_ms <= 800", "skipped", "fails, but is not required: too slow"],
    ]);
  });

  test("is an error where the run is incomplete, and never empty", () => {
    const incomplete = withGates([]);
    incomplete.verdict = { status: "incomplete", exitCode: 3, sentence: "Nothing was scored." };
    const document = parse(renderJunit(incomplete));
    expect(document.documentElement.getAttribute("errors")).toBe("1");
    expect(document.querySelector("error")?.textContent).toBe("Nothing was scored.");
  });

  test("skips what a shard leaves open, which is neither a mistake nor a success", () => {
    const shard = withGates([]);
    shard.verdict = { status: "incomplete", exitCode: 0, sentence: "Shard 2 of 3 decides nothing by itself." };
    const document = parse(renderJunit(shard));
    expect(document.documentElement.getAttribute("errors")).toBe("0");
    expect(document.querySelector("skipped")?.getAttribute("message")).toBe(shard.verdict.sentence);
  });

  test("is read as XML whatever the texts in it are", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
        const hostile = withGates([{ status: "fail", reason: text }]);
        hostile.suite.name = text;
        const document = parse(renderJunit(hostile));
        const shown = document.querySelector("failure")?.getAttribute("message");
        expect(shown).toBe(undoEscapes(escapeXml(text)));
      }),
      { numRuns: 40, seed: 1 },
    );
  });

  test("holds no character that XML 1.0 forbids, and none that breaks out", () => {
    const shown = escapeXml(`a<b>&"'\u0000\u0008\u001b\ud800\ufffe]]>\n\tz`);
    expect(shown).toBe("a&lt;b&gt;&amp;&quot;&apos;\ufffd\ufffd\ufffd\ufffd\ufffd]]&gt; z");
  });
});

function undoEscapes(text: string): string {
  const characters: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
  return text.replaceAll(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => characters[name] ?? "");
}
