import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { textLimit } from "../../../src/core/judge/block.ts";
import { judgeLexically, lexicalThresholds, voiceScore } from "../../../src/core/judge/lexical.ts";

const reference =
  "`parse` returns null for an empty file, and the next line dereferences it. Check it before `header.length`.";
const norm = [
  "I think the lock is released too early, because `flush` runs after it. Could we hold it until then?",
  "I think two exports could mix their lines here, because the file is shared. Could we open one for each?",
  "I think the token ends up in the log, because it is part of the query. Could we send it as a header?",
];
const judge = (candidate: string, references = [reference], reviews = norm) =>
  judgeLexically({ candidate, references, norm: reviews });

describe("theme", () => {
  test("passes the same concern in other words and fails another one", () => {
    expect(judge("An empty file makes `parse` give null, so `header.length` throws. Return early.").theme).toBe("pass");
    expect(judge("The name `tmp` says nothing. Rename it to `parsedRows`.").theme).toBe("fail");
  });

  test("splits identifiers: emptyFile and empty_file are the words of the reference", () => {
    const { scores } = judge("emptyFile, null_header", ["empty file null header"]);
    expect(scores.theme).toBe(1);
  });

  test("takes the closest of several remarks and of several references", () => {
    const alone = judge("Check `header` for null.").scores.theme;
    const among = judge("- Rename `tmp`.\n- Check `header` for null.", ["Add a changelog entry.", reference]).scores
      .theme;
    expect(among).toBe(alone);
  });

  test("is unknown without a reference, a blank one included", () => {
    expect(judge("Check `header` for null.", [])).toMatchObject({ theme: "unknown", scores: { theme: null } });
    expect(judge("Check `header` for null.", [" \n"]).theme).toBe("unknown");
  });
});

describe("voice", () => {
  test("passes a review written like the norm and fails its content in another hand", () => {
    expect(judge("I think the header is lost, because `parse` skips a line. Could we read it first?").voice).toBe(
      "pass",
    );
    expect(judge("🚨 WARNING!!! header lost → `parse` skips 1 line!!! FIX ASAP 🔥").voice).toBe("fail");
  });

  test("does not look at code and numbers", () => {
    const one = voiceScore("I think `a.b()` fails for 3 rows, because it is `null`.", norm);
    expect(voiceScore("I think `x ?? y` fails for 417 rows, because it is `0`.", norm)).toBe(one);
  });

  test("falls with a length that is several times that of the norm", () => {
    const short = "I think the header is lost, because `parse` skips a line. Could we read it first?";
    const long = Array.from({ length: 8 }, () => short).join(" ");
    expect(voiceScore(long, norm)).toBeLessThan((voiceScore(short, norm) ?? 0) / 2);
  });

  test("is unknown for a norm that shows no habit: none, one review, or two with nothing in common", () => {
    const review = "I think the header is lost.";
    for (const reviews of [[], [norm[0] ?? ""], [norm[0] ?? "", "  "], ["abc abc", "xyz"]]) {
      expect(judge(review, [reference], reviews)).toMatchObject({ voice: "unknown", scores: { voice: null } });
    }
  });

  test("is 1 for a review of the norm whose others are like it", () => {
    const same = "Please add a test.";
    expect(voiceScore(same, [same, same])).toBe(1);
  });
});

describe("what says nothing", () => {
  test.each(["", "  \n ", ":", "LGTM", "Looks good to me, nice work!", "I'm sorry, but I can't review this code."])(
    "%j fails on every axis",
    (candidate) => {
      expect(judge(candidate)).toEqual({
        theme: "fail",
        actionable: "fail",
        voice: "fail",
        scores: { theme: 0, actionable: 0, voice: 0 },
      });
    },
  );

  test("a verdict in place of a review is silence, even one that repeats the reference", () => {
    const verdict = { evidence: reference, reasoning: reference, theme: "pass", actionable: "pass", voice: "pass" };
    expect(judge(JSON.stringify(verdict))).toMatchObject({ theme: "fail", actionable: "fail", voice: "fail" });
  });

  test("is so behind the part of a review that a model would be shown", () => {
    const late = `${" ".repeat(textLimit)}${reference}`;
    expect(judge(late).scores).toEqual({ theme: 0, actionable: 0, voice: 0 });
  });

  test("is unknown where the material is missing", () => {
    expect(judge("", [], [])).toMatchObject({ theme: "unknown", actionable: "fail", voice: "unknown" });
  });
});

test("scores are in [0, 1], decide the verdicts, and are the same every time", () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.constantFrom(...norm, reference));
  fc.assert(
    fc.property(
      text,
      fc.array(text, { maxLength: 3 }),
      fc.array(text, { maxLength: 4 }),
      (candidate, references, reviews) => {
        const question = { candidate, references, norm: reviews };
        const verdict = judgeLexically(question);
        expect(judgeLexically(question)).toEqual(verdict);
        for (const axis of ["theme", "actionable", "voice"] as const) {
          const score = verdict.scores[axis];
          if (score === null) {
            expect(verdict[axis]).toBe("unknown");
            continue;
          }
          expect(score).toBeGreaterThanOrEqual(0);
          expect(score).toBeLessThanOrEqual(1);
          expect(verdict[axis]).toBe(score >= lexicalThresholds[axis] ? "pass" : "fail");
        }
      },
    ),
  );
});
