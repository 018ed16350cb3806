import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { severities } from "../../../src/core/case.ts";
import { cleanText } from "../../../src/core/parse/clean.ts";
import { isRefusal, maxFindings, parseReview } from "../../../src/core/parse/review.ts";
import { isSilence, plainWords } from "../../../src/core/parse/silence.ts";
import { Review } from "../../../src/core/review.ts";

const findingsOf = (text: string) => {
  const parsed = parseReview(text);
  return parsed.ok ? parsed.review.findings : null;
};

const text = fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }));
const markup = fc
  .array(
    fc.constantFrom(
      ...'\n,\n\n,- ,  - ,1. ,# ,**,`,```,```json\n,```suggestion\n,{,},[,],",:,|,\n|---|\n,> ,<think>,</think>,<details>,</details>'.split(
        ",",
      ),
      ...'<summary>,@@ -1 +1 @@\n,src/a.py,:3,#L4-L2, line 5 ,nit: ,**File:** ,LGTM,leaks, but ,"findings","message",\u001b[31m,\ud800'.split(
        ",",
      ),
    ),
    { maxLength: 60 },
  )
  .map((pieces) => pieces.join(""));

/** What is wrong with how a text was read: nothing, or a list of complaints. */
function faultsOf(generation: string): string[] {
  const parsed = parseReview(generation);
  if (!parsed.ok) return parsed.reason === "" ? ["no reason"] : [];
  const { findings } = parsed.review;
  const inverted = findings.some(({ lines }) => lines !== undefined && lines[0] > lines[1]);
  return [
    ...(Review.safeParse(parsed.review).success ? [] : ["not a review"]),
    ...(inverted ? ["inverted lines"] : []),
    ...(isRefusal(generation) && findings.length > 0 ? ["a refusal with findings"] : []),
  ];
}

describe("any text", () => {
  test("is read without an error, into findings that the schema of a review allows", () => {
    fc.assert(
      fc.property(fc.oneof(text, markup), (generation) => {
        expect(faultsOf(generation)).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });

  test("leaves no control character in a finding but newlines and tabs", () => {
    fc.assert(
      fc.property(fc.oneof(text, markup), (generation) => {
        for (const finding of findingsOf(`- ${generation}`) ?? []) {
          for (const part of [finding.message, finding.file ?? "", finding.suggestion ?? ""]) {
            expect(part).not.toMatch(/[^\P{Cc}\n\t]/u);
          }
        }
      }),
    );
  });
});

const cleanString = text.filter((value) => cleanText(value) === value);
const path = fc
  .array(fc.stringMatching(/^[a-z][a-z0-9_-]{0,8}$/), { minLength: 1, maxLength: 4 })
  .map((folders) => `${folders.join("/")}.py`);
const lines = fc
  .tuple(fc.integer({ min: 1, max: 1_000_000 }), fc.integer({ min: 1, max: 1_000_000 }))
  .map(([a, b]): [number, number] => (a <= b ? [a, b] : [b, a]));
const finding = fc.record(
  {
    file: path,
    lines,
    side: fc.constantFrom("new" as const, "old" as const),
    message: cleanString.filter((message) => plainWords(message) !== "" && !isSilence(message)),
    severity: fc.constantFrom(...severities),
    category: cleanString,
    confidence: fc.double({ min: 0, max: 1, noNaN: true }),
    suggestion: cleanString,
  },
  { requiredKeys: ["message"] },
);

describe("JSON findings", () => {
  test("come back as they were written", () => {
    fc.assert(
      fc.property(fc.array(finding, { maxLength: 8 }), (findings) => {
        expect(findingsOf(JSON.stringify({ findings }))).toEqual(findings.map((one) => ({ ...one })));
      }),
    );
  });

  test("come back from a fence after a preamble", () => {
    fc.assert(
      fc.property(fc.array(finding, { maxLength: 4 }), (findings) => {
        const written = `Here is the review.\n\n\`\`\`json\n${JSON.stringify({ findings }, null, 2)}\n\`\`\`\n`;
        expect(findingsOf(written)).toEqual(findings.map((one) => ({ ...one })));
      }),
    );
  });

  test("are invalid wherever they are cut", () => {
    const whole = '{"findings": [{"file": "a.py", "line": 3, "message": "leaks"}, {"message": "b"}]}';
    const cuts = Array.from({ length: whole.length - 1 }, (_, index) => whole.slice(0, index + 1));
    expect(cuts.filter((cut) => parseReview(cut).ok)).toEqual([]);
  });

  test.each([
    ["cut off", '{"findings": [', "cut off"],
    ["malformed", '{"findings": [}]}', "malformed"],
    ["without findings", '{"score": 3}', "without findings"],
    ["given twice and differing", '{"findings": []}\n{"findings": ["a leak"]}', "several that differ"],
  ])("that are %s are invalid, and the reason says so", (_, generation, reason) => {
    expect(parseReview(generation)).toEqual({ ok: false, reason: expect.stringContaining(reason) as string });
  });
});

describe("severity words", () => {
  test.each([
    ["blocker", "critical"],
    ["P0", "critical"],
    ["Major", "high"],
    ["error", "high"],
    ["P1", "high"],
    ["WARNING", "medium"],
    ["moderate", "medium"],
    ["P2", "medium"],
    ["minor", "low"],
    ["info", "low"],
    ["P3", "low"],
    ["style", "nit"],
    ["Nitpick", "nit"],
    ["🟠 Major", "high"],
    ["constructor", undefined],
  ])("%s in JSON is %s", (word, severity) => {
    expect(findingsOf(JSON.stringify({ findings: [{ message: "leaks", severity: word }] }))?.[0]?.severity).toBe(
      severity,
    );
  });

  test.each([
    ["nit: rename it", "nit", "rename it"],
    ["**critical**: it leaks", "critical", "it leaks"],
    ["**Critical: it leaks** on error", "critical", "**it leaks** on error"],
    ["[high] it leaks", "high", "it leaks"],
    ["(minor) it leaks", "low", "it leaks"],
    ["Minor versions differ", undefined, "Minor versions differ"],
    ["high-level design is unclear", undefined, "high-level design is unclear"],
  ])("%s in words gives severity %s", (remark, severity, message) => {
    expect(findingsOf(remark)).toEqual([{ message, ...(severity === undefined ? {} : { severity }) }]);
  });
});

describe("confidence", () => {
  test.each([
    [0.25, 0.25],
    [85, 0.85],
    ["40%", 0.4],
    ["0.5", 0.5],
    [1, 1],
    ["high", undefined],
    [-1, undefined],
    [1_000, undefined],
  ])("%s is %s", (stated, confidence) => {
    expect(findingsOf(JSON.stringify({ findings: [{ message: "leaks", confidence: stated }] }))?.[0]?.confidence).toBe(
      confidence,
    );
  });
});

describe("nothing to say", () => {
  test.each([
    "",
    ":",
    "LGTM",
    "Looks good to me 👍",
    "No issues found.",
    "I didn't find any bugs.",
    "None",
    "👍",
    "---",
    "N/A",
    "LGTM overall. Nice work!",
  ])("%j has no findings", (generation) => {
    expect(findingsOf(generation)).toEqual([]);
  });

  test.each([
    "LGTM, but line 3 leaks the handle",
    "No bounds check in `at`",
    "No error handling in fetch()",
    "Looks good except the name `tmp`.",
    "Is this safe?",
    "The code is not clean.",
  ])("%j is a finding", (generation) => {
    expect(findingsOf(generation)).toHaveLength(1);
  });

  test("a text without a word is of the form empty, praise is prose", () => {
    expect([parseReview(" \n"), parseReview("LGTM")].map((parsed) => parsed.ok && parsed.form)).toEqual([
      "empty",
      "prose",
    ]);
  });
});

describe("refusals", () => {
  test.each([
    "I'm sorry, but I can't help with that.",
    "I cannot assist with this request.",
    "As an AI language model, I cannot review code.",
    "Sorry, I am unable to review this. Please provide the diff.",
    "抱歉，我无法协助。",
  ])("%j is one, and has no findings", (generation) => {
    expect(isRefusal(generation)).toBe(true);
    expect(findingsOf(generation)).toEqual([]);
  });

  test.each([
    "",
    "LGTM",
    "I can't see where the lock is released.",
    "I cannot help but notice that line 3 leaks.",
    "I can't help with the tests. The handle leaks when the header is malformed.",
    '{"findings": []}',
  ])("%j is none", (generation) => {
    expect(isRefusal(generation)).toBe(false);
  });
});

describe("more than a review can hold", () => {
  test("the first thousand findings are kept and the review says that it was cut", () => {
    const bullets = Array.from({ length: maxFindings + 1 }, (_, index) => `- a.py:${index + 1}: leak ${index}`);
    const parsed = parseReview(bullets.join("\n"));
    expect(parsed).toMatchObject({ ok: true, isCapped: true });
    expect(findingsOf(bullets.join("\n"))).toHaveLength(maxFindings);
    expect(findingsOf(bullets.join("\n"))?.at(-1)?.message).toBe(`leak ${maxFindings - 1}`);
  });

  test("a thousand findings are not cut", () => {
    const findings = Array.from({ length: maxFindings }, (_, index) => ({ message: `leak ${index}` }));
    expect(parseReview(JSON.stringify({ findings }))).toEqual({ ok: true, form: "json", review: { findings } });
  });

  test("a finding more in JSON is cut and said to be", () => {
    const findings = Array.from({ length: maxFindings + 1 }, (_, index) => ({ message: `leak ${index}` }));
    expect(parseReview(JSON.stringify({ findings }))).toMatchObject({ ok: true, isCapped: true });
  });
});

// Large enough that anything quadratic would never come back.
describe("a flood", () => {
  const size = 4_000_000;
  const floods: Record<string, string> = {
    "opening brackets": "[".repeat(size),
    "balanced brackets": "[".repeat(size / 2) + "]".repeat(size / 2),
    "objects that never close": '{"'.repeat(size / 2),
    "empty objects": "{}".repeat(size / 2),
    "one line without a blank": "x".repeat(size),
    "one line of words": "leak ".repeat(size / 5),
    "one line of blanks": `a${" ".repeat(size)}b`,
    newlines: "\n".repeat(size),
    "carriage returns": "\r".repeat(size),
    bullets: "- a\n".repeat(size / 4),
    places: "src/a.py:3: leak\n".repeat(size / 17),
    "dotted names": "a.".repeat(size / 2),
    folders: "a/".repeat(size / 2),
    digits: `line ${"1".repeat(size)}`,
    backticks: "`".repeat(size),
    fences: "```\n".repeat(size / 4),
    stars: "* ".repeat(size / 2),
    bold: "**a** ".repeat(size / 6),
    pipes: "|".repeat(size),
    "quotation marks": "> ".repeat(size / 2),
    "escape characters": "\u001b]".repeat(size / 2),
    thoughts: "<think>\n".repeat(size / 8),
    "HTML comments that never close": "<!--".repeat(size / 4),
    severities: "nit: ".repeat(size / 5),
    labels: "File: a\n".repeat(size / 8),
    "lone surrogates": "\ud800".repeat(size),
  };
  test.each(Object.keys(floods))("of %s is read", (name) => {
    expect(typeof parseReview(floods[name] ?? "").ok).toBe("boolean");
    expect(isRefusal(floods[name] ?? "")).toBe(false);
  });
});

describe("no problem, under a condition", () => {
  test.each(["No problem when n > 0; otherwise division by zero.", "No issues unless the list is empty."])(
    "is a remark: %s",
    (message) => {
      expect(findingsOf(message)).toHaveLength(1);
      expect(findingsOf(JSON.stringify({ findings: [{ message }] }))).toHaveLength(1);
    },
  );

  test.each(["I found no bugs in the changed lines.", "No concerns about the code or tests here."])(
    "without one is none: %s",
    (message) => {
      expect(findingsOf(message)).toEqual([]);
    },
  );
});
