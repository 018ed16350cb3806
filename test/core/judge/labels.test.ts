import { describe, expect, it } from "vitest";
import { JudgeLabel, mergeLabels } from "../../../src/core/judge/labels.ts";

const label = (by: string, axes: JudgeLabel["axes"], more: Partial<JudgeLabel> = {}): JudgeLabel => ({
  caseId: "a",
  review: "The index fails.",
  axes,
  by,
  ...more,
});

describe("mergeLabels", () => {
  it("takes each axis as most people have it, and leaves out what they are split over", () => {
    const merged = mergeLabels([
      label("ines", { theme: "pass", voice: "pass" }),
      label("jo", { theme: "pass", voice: "fail" }),
      label("ada", { theme: "fail" }),
    ]);
    expect(merged.reviews).toEqual([{ caseId: "a", review: "The index fails.", people: { theme: true } }]);
    expect(merged).toMatchObject({ ties: 1, people: ["ada", "ines", "jo"] });
  });

  it("tells reviews apart by their case and their text, and keeps their order", () => {
    const labels = [
      label("ines", { theme: "pass" }, { caseId: "b" }),
      label("ines", { theme: "fail" }),
      label("ines", { theme: "fail" }, { review: "Another one." }),
      label("jo", { theme: "pass" }, { caseId: "b" }),
    ];
    expect(mergeLabels(labels).reviews.map(({ caseId, people }) => [caseId, people["theme"]])).toEqual([
      ["b", true],
      ["a", false],
      ["a", false],
    ]);
  });

  it("says how people agree among themselves: 1 where always, null where no two labelled the same", () => {
    const labels = [
      label("ines", { theme: "pass", voice: "pass" }),
      label("jo", { theme: "pass" }),
      label("ines", { theme: "fail" }, { caseId: "b" }),
      label("jo", { theme: "fail" }, { caseId: "b" }),
    ];
    expect(mergeLabels(labels).agreement).toEqual({ theme: 1, voice: null });
  });
});

it("a label is a case, a review, axes and a person, and nothing else", () => {
  expect(JudgeLabel.safeParse(label("ines", { theme: "pass" })).success).toBe(true);
  expect(JudgeLabel.safeParse({ ...label("ines", {}), axes: { theme: "unknown" } }).success).toBe(false);
  expect(JudgeLabel.safeParse({ ...label("ines", {}), reviewer: "openai:m" }).success).toBe(false);
  expect(JudgeLabel.safeParse(label("", {})).success).toBe(false);
});
