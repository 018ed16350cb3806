import { inflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { CaseLine } from "../../../src/core/report.ts";
import type { RunData } from "../../../src/core/reporter.ts";
import { packCases } from "../../../src/reporters/html/payload.ts";
import { makeRun } from "../../fixtures/run-data.ts";
import { seeded } from "../../fixtures/run-synthetic.ts";

interface Unpacked {
  reviewers: { id: string; short: string }[];
  textLimit: number;
  cases: {
    id: string;
    diff: string;
    twin?: { of: string };
    outcomeOf: { r: number; n?: number; f: { state: string }[] | null; t: string; isCut?: true }[];
  }[];
}

async function unpacked(run: RunData): Promise<Unpacked> {
  const { encoded } = await packCases(run, new Map());
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is read here was packed a line before
  return JSON.parse(inflateRawSync(Buffer.from(encoded, "base64")).toString()) as Unpacked;
}

function withLines(run: RunData, change: (line: CaseLine) => CaseLine[]): RunData {
  return {
    ...run,
    lines: async function* () {
      for await (const line of run.lines()) yield* change(line);
    },
  };
}

/** Text that hardly packs: six bits of chance in each character. */
function noise(seed: number, length: number): string {
  const random = seeded(seed);
  return Array.from({ length }, () => String.fromCharCode(48 + Math.floor(random() * 64)).replace("\\", "~")).join("");
}

const oneReviewer = (cases?: number) =>
  makeRun({ ...(cases === undefined ? {} : { cases }), measured: 1, company: false });
const leastBudget = 1_050_000;

describe("the packed cases", () => {
  it("hold every case once, with one line for every reviewer", async () => {
    const data = await unpacked(makeRun());
    expect(data.cases).toHaveLength(30);
    expect(new Set(data.cases.map((item) => item.id)).size).toBe(30);
    expect(data.cases.every((item) => item.outcomeOf.length === data.reviewers.length)).toBe(true);
  });

  it("put a clean twin right after its case", async () => {
    const { cases } = await unpacked(makeRun({ cases: 40 }));
    const before = cases.flatMap((item, index) =>
      item.twin === undefined ? [] : [[cases[index - 1]?.id, item.twin.of]],
    );
    expect(before).toHaveLength(20);
    expect(before.every(([previous, of]) => previous === of)).toBe(true);
  });

  it("name measured reviewers first and floors and ceilings last", async () => {
    const { reviewers } = await unpacked(makeRun());
    expect(
      reviewers
        .map((one) => one.id)
        .slice(0, 2)
        .toSorted(),
    ).toEqual(["vllm:base", "vllm:lora-v7"]);
    expect(reviewers.at(-1)?.id).toBe("floor:silent");
  });

  it("keep an unscored line apart from a silent one", async () => {
    const { cases } = await unpacked(makeRun());
    const findings = cases.flatMap((item) => item.outcomeOf.map((line) => line.f));
    expect(findings.filter((one) => one === null)).toHaveLength(1);
    expect(findings.some((one) => one?.length === 0)).toBe(true);
  });

  it("keep repeats in order, and drop lines of a reviewer that the report does not know", async () => {
    const run = withLines(makeRun(), (line) => [{ ...line, repeat: 1 }, line, { ...line, reviewer: "stranger" }]);
    const { cases, reviewers } = await unpacked(run);
    expect(cases[0]?.outcomeOf).toHaveLength(reviewers.length * 2);
    expect(cases[0]?.outcomeOf.slice(0, 2).map((line) => line.n ?? 0)).toEqual([0, 1]);
  });

  it("call each reviewer by a name that fits a button and that no other has", async () => {
    const { reviewers } = await unpacked(makeRun({ measured: 12, hasLongNames: true }));
    const short = reviewers.map((one) => one.short);
    expect(new Set(short).size).toBe(reviewers.length);
    expect(Math.max(...short.map((one) => one.length))).toBeLessThanOrEqual(28);
  });

  it("cut long generations and say so", async () => {
    const { cases } = await unpacked(
      withLines(makeRun({ measured: 1, company: false }), (line) => [{ ...line, text: "x".repeat(90_000) }]),
    );
    expect(cases.every((item) => item.outcomeOf.every((line) => line.t.length === 8000 && line.isCut === true))).toBe(
      true,
    );
  });

  it("cut a text in the middle of no character", async () => {
    const text = `${"x".repeat(7999)}😀${"y".repeat(10)}`;
    const { cases } = await unpacked(withLines(oneReviewer(), (line) => [{ ...line, text }]));
    expect(cases[0]?.outcomeOf[0]).toMatchObject({ t: `${"x".repeat(7999)}\uFFFD`, isCut: true });
  });

  it("keep the texts that fit, and make what is hidden in them visible", async () => {
    const { cases, textLimit } = await unpacked(
      withLines(oneReviewer(), (line) => [{ ...line, text: "é\u202E漢\r\n" }]),
    );
    expect(textLimit).toBe(8000);
    expect(cases.every((item) => item.outcomeOf.every((line) => line.t === "é⟨U+202E⟩漢\r\n" && !line.isCut))).toBe(
      true,
    );
  });
});

describe("the limit on texts", () => {
  const eachText = (line: CaseLine, repeats: number, textOf: (repeat: number) => string): CaseLine[] =>
    Array.from({ length: repeats }, (_, repeat) => ({ ...line, repeat, text: textOf(repeat) }));
  const textsOf = ({ cases }: Unpacked) => cases.flatMap((item) => item.outcomeOf.map((line) => line.t));

  it("is lowered until the whole fits, and said", async () => {
    let seed = 0;
    const run = withLines(oneReviewer(), (line) => eachText(line, 10, () => noise((seed += 1), 8000)));
    const { encoded, textLimit } = await packCases(run, new Map());
    expect(textLimit).toBe(2000);
    expect(encoded.length).toBeLessThanOrEqual(leastBudget);
    const data = await unpacked(run);
    expect(data.textLimit).toBe(2000);
    expect(textsOf(data).every((text) => text.length === 2000)).toBe(true);
    expect(data.cases.every((item) => item.outcomeOf.every((line) => line.isCut === true))).toBe(true);
  });

  it("is lowered although the cases that it was foretold from pack well", async () => {
    const order = new Map((await unpacked(oneReviewer(300))).cases.map((item, index) => [item.id, index]));
    const isForetoldFrom = (id: string) => (order.get(id) ?? 0) % 25 < 12;
    const run = withLines(oneReviewer(300), (line) =>
      eachText(line, 1, () =>
        isForetoldFrom(line.caseId) ? "x".repeat(8000) : noise(order.get(line.caseId) ?? 0, 8000),
      ),
    );
    const { encoded, textLimit } = await packCases(run, new Map());
    expect(textLimit).toBe(2000);
    expect(encoded.length).toBeLessThanOrEqual(leastBudget);
  });

  it("is lowered where all texts together are more than memory should hold, however well they pack", async () => {
    const run = withLines(oneReviewer(), (line) => eachText(line, 40, (repeat) => String(repeat).repeat(8000)));
    const data = await unpacked(run);
    expect(data.textLimit).toBe(2000);
    expect(textsOf(data)).toHaveLength(30 * 40);
    expect(textsOf(data).every((text) => text.length === 2000)).toBe(true);
    expect(data.cases[7]?.outcomeOf[39]).toMatchObject({ n: 39, t: "39".repeat(1000), isCut: true });
  });
});
