import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Question, renderQuestion } from "../../../src/core/judge/prompt.ts";
import { Rubric } from "../../../src/core/judge/rubric.ts";
import { parseVerdict } from "../../../src/core/judge/verdict.ts";

const nonce = "k3f9x2m7q1";
const rubric = Rubric.parse({
  version: 1,
  name: "mine",
  judges: "review",
  prompt: "mine.md",
  axes: [
    { name: "theme", definition: "Says\n  the same.\n", needs: "reference" },
    { name: "correct", definition: "Is right.", scale: { points: 3, threshold: 2 } },
    { name: "voice", definition: "Sounds the same.", needs: "norm" },
  ],
});
const pair: Pick<Rubric, "judges" | "axes"> = { judges: "pair", axes: rubric.axes.slice(0, 1) };
const question: Extract<Question, { judges: "review" }> = {
  judges: "review",
  diff: "+a",
  references: ["one", "two"],
  norm: ["three"],
  review: "four",
};
const same: Question = { judges: "pair", diff: "+a", bug: "five", finding: "six" };

function render(template: string, asked: Question = question, shown: Pick<Rubric, "judges" | "axes"> = rubric): string {
  return renderQuestion({ file: "mine.md", template }, shown, asked, nonce);
}
const only = (...names: string[]) => ({ ...rubric, axes: rubric.axes.filter(({ name }) => names.includes(name)) });

describe("a question about a review", () => {
  test("shows every text in a block of its own", () => {
    expect(render("{{diff}}\n{{references}}\n{{norm}}\n{{review}}")).toBe(
      [
        `<<<DIFF ${nonce}\n+a\n${nonce} DIFF>>>`,
        `<<<REFERENCE ${nonce}\none\n${nonce} REFERENCE>>>`,
        `<<<REFERENCE ${nonce}\ntwo\n${nonce} REFERENCE>>>`,
        `<<<NORM ${nonce}\nthree\n${nonce} NORM>>>`,
        `<<<REVIEW ${nonce}\nfour\n${nonce} REVIEW>>>`,
      ].join("\n"),
    );
  });

  test("shows references and norm only where an asked axis needs them", () => {
    const sections = "{{#references}}R{{/references}}{{#norm}}N{{/norm}}";
    expect(render(sections)).toBe("RN");
    expect(render(sections, question, only("theme"))).toBe("R");
    expect(render(sections, question, only("voice"))).toBe("N");
    expect(render(sections, question, only("correct"))).toBe("");
  });

  test("leaves out the block of a diff that is not known", () => {
    expect(render("{{#diff}}{{diff}}{{/diff}}{{^diff}}unknown{{/diff}}", { ...question, diff: "\n" })).toBe("unknown");
  });

  test("shows an empty review as an empty block, so that its absence can be judged", () => {
    expect(render("{{review}}", { ...question, review: "" })).toBe(`<<<REVIEW ${nonce}\n\n${nonce} REVIEW>>>`);
  });

  test("lists the asked axes with their definitions, each in one line", () => {
    expect(render("{{axes}}")).toBe("- theme: Says the same.\n- correct: Is right.\n- voice: Sounds the same.");
    expect(render("{{axes}}", question, only("voice"))).toBe("- voice: Sounds the same.");
  });

  test("says what the answer must be, in the order of the verdict's keys", () => {
    const contract = render("{{contract}}");
    expect(contract).toContain(
      `{"evidence": "…", "reasoning": "…", "theme": …, "correct": …, "voice": …, "nonce": "${nonce}"}`,
    );
    expect(contract).toContain(
      '- "theme": "pass", "fail" or "unknown"\n- "correct": 0, 1, 2, 3 or "unknown"\n- "voice"',
    );
  });

  test("gives no answer that a judge could merely repeat", () => {
    expect(parseVerdict(render("{{axes}}\n{{review}}\n{{contract}}"), rubric, nonce).ok).toBe(false);
  });

  test("puts texts in as they are, whatever the template language makes of them", () => {
    const review = "{{nonce}} {{/diff}} {{{axes}}} {{=<% %>=}} <b>&amp; $& $1";
    expect(render("{{review}}", { ...question, review })).toBe(`<<<REVIEW ${nonce}\n${review}\n${nonce} REVIEW>>>`);
  });

  test("has exactly its own blocks, whatever the texts hold", () => {
    const text = fc
      .array(fc.oneof(fc.string(), fc.constantFrom("<<<", ">>>", "\n", nonce, " ", "REVIEW", "DIFF", "{{review}}")))
      .map((pieces) => pieces.join(""));
    const block = /^<<<([A-Z]+) k3f9x2m7q1$|^k3f9x2m7q1 ([A-Z]+)>>>$/gm;
    fc.assert(
      fc.property(text, text, text, text, (diff, reference, norm, review) => {
        const shown = render("{{diff}}\n{{references}}\n{{norm}}\n{{review}}", {
          judges: "review",
          diff: `x${diff}`,
          references: [reference],
          norm: [norm],
          review,
        });
        const marks = [...shown.matchAll(block)].map(([, opened, closed]) => opened ?? `/${closed}`);
        expect(marks).toEqual(["DIFF", "/DIFF", "REFERENCE", "/REFERENCE", "NORM", "/NORM", "REVIEW", "/REVIEW"]);
        expect(shown.split(nonce)).toHaveLength(marks.length + 1);
        expect(shown.match(/<<<|>>>/g)).toHaveLength(marks.length);
      }),
    );
  });
});

test("a question about a pair shows bug and finding", () => {
  expect(render("{{bug}}\n{{finding}}", same, pair)).toBe(
    `<<<BUG ${nonce}\nfive\n${nonce} BUG>>>\n<<<FINDING ${nonce}\nsix\n${nonce} FINDING>>>`,
  );
});

describe("no prompt is made", () => {
  test.each([
    ["a review for a rubric of pairs", question, pair, "question: expected one about a pair, got one about a review"],
    ["a pair for a rubric of reviews", same, rubric, "question: expected one about a review, got one about a pair"],
    ["no axis", question, only(), "question: expected an axis to ask for, got none"],
    ["a missing reference", { ...question, references: [] }, rubric, "the axis theme needs a reference, got none"],
    ["a missing norm", { ...question, norm: [] }, rubric, "the axis voice needs a norm, got none"],
  ] as const)("of %s", (_, asked, shown, message) => {
    expect(() => render("", asked, shown)).toThrow(new RangeError(message.replace(/^the/, "question: the")));
  });

  test.each(["", "short", "k3f9x2m7q.", "with blanks in it", "x".repeat(65)])("with the nonce %j", (bad) => {
    expect(() => renderQuestion({ file: "x", template: "" }, rubric, question, bad)).toThrow(RangeError);
  });
});
