import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { numberPairs } from "../../../src/core/judge/batch.ts";
import { renderBatch } from "../../../src/core/judge/batch-prompt.ts";
import { parseBatch } from "../../../src/core/judge/batch-verdict.ts";
import { Rubric } from "../../../src/core/judge/rubric.ts";

const nonce = "k3f9x2m7q1";
const { axes } = Rubric.parse({
  version: 1,
  name: "mine",
  judges: "pair",
  pairsPerCall: "case",
  prompt: "mine.md",
  axes: [
    { name: "same", definition: "Is\n  the same.\n" },
    { name: "near", definition: "Is near.", scale: { points: 3, threshold: 2 } },
  ],
});
const batch = numberPairs([
  { finding: "one", bug: "uno" },
  { finding: "two", bug: "due" },
]);
const render = (template: string, about = batch) =>
  renderBatch({ file: "mine.md", template }, axes, "+a", about, nonce);

describe("a question about several pairs", () => {
  test("shows every finding and bug once, numbered, in a block of its own", () => {
    expect(render("{{diff}}\n{{bugs}}\n{{findings}}")).toBe(
      [
        `<<<DIFF ${nonce}\n+a\n${nonce} DIFF>>>`,
        `<<<BUG 1 ${nonce}\ndue\n${nonce} BUG 1>>>`,
        `<<<BUG 2 ${nonce}\nuno\n${nonce} BUG 2>>>`,
        `<<<FINDING 1 ${nonce}\none\n${nonce} FINDING 1>>>`,
        `<<<FINDING 2 ${nonce}\ntwo\n${nonce} FINDING 2>>>`,
      ].join("\n"),
    );
  });

  test("lists the pairs that are asked about, by these numbers", () => {
    expect(render("{{pairs}}")).toBe("- FINDING 1 and BUG 2\n- FINDING 2 and BUG 1");
  });

  test("lists the axes, each in one line", () => {
    expect(render("{{axes}}")).toBe("- same: Is the same.\n- near: Is near.");
  });

  test("says what the answer must be, in the order of the entry's keys", () => {
    const contract = render("{{contract}}");
    expect(contract).toContain(
      `{"pairs": [{"finding": …, "bug": …, "evidence": "…", "reasoning": "…", "same": …, "near": …}, …], "nonce": "${nonce}"}`,
    );
    expect(contract).toContain(
      '- "pairs": one entry for each of the 2 pairs in the list above, and none for any other',
    );
    expect(contract).toContain('- "same": "pass", "fail" or "unknown"\n- "near": 0, 1, 2, 3 or "unknown"');
  });

  test("has no text for a template of single pairs", () => {
    expect(render("{{^bug}}none{{/bug}}{{#pairs}}several{{/pairs}}")).toBe("noneseveral");
  });

  test("gives no answer that a judge could merely repeat", () => {
    const shown = render("{{axes}}\n{{pairs}}\n{{contract}}");
    expect(parseBatch(shown, { axes }, batch.pairs, nonce).some(({ ok }) => ok)).toBe(false);
  });

  test("has exactly its own blocks, whatever the texts hold", () => {
    const pieces = ["<<<", ">>>", "\n", nonce, " ", "FINDING 1", "FINDING 2", "BUG 1", "{{pairs}}"];
    const text = fc.array(fc.oneof(fc.string(), fc.constantFrom(...pieces))).map((parts) => parts.join(""));
    const mark = /^<<<([A-Z]+ \d+) k3f9x2m7q1$|^k3f9x2m7q1 ([A-Z]+ \d+)>>>$/gm;
    fc.assert(
      fc.property(text, text, text, (first, second, bug) => {
        const shown = render("{{bugs}}\n{{findings}}", {
          findings: [first, second],
          bugs: [bug],
          pairs: [{ finding: 1, bug: 1 }],
        });
        const marks = [...shown.matchAll(mark)].map(([, opened, closed]) => opened ?? `/${closed}`);
        expect(marks).toEqual(["BUG 1", "/BUG 1", "FINDING 1", "/FINDING 1", "FINDING 2", "/FINDING 2"]);
        expect(shown.split(nonce)).toHaveLength(marks.length + 1);
        expect(shown.match(/<<<|>>>/g)).toHaveLength(marks.length);
      }),
    );
  });
});

test.each([
  ["no pair", { ...batch, pairs: [] }, axes, nonce, "question: expected a pair to ask about, got none"],
  ["no axis", batch, [], nonce, "question: expected an axis to ask for, got none"],
  ["a nonce that is none", batch, axes, "short", 'nonce: expected 8 to 64 letters and digits, got "short"'],
] as const)("no prompt is made of %s", (_, about, asked, own, message) => {
  expect(() => renderBatch({ file: "x", template: "" }, asked, "", about, own)).toThrow(new RangeError(message));
});
