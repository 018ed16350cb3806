import { z } from "zod";
import { krippendorffAlpha } from "../stats/agreement.ts";

/** What one person says of one review of a case: one line of a file of labels. */
export const JudgeLabel = z.strictObject({
  caseId: z.string().min(1),
  review: z.string(),
  /** The axes that the person decided. */
  axes: z.record(z.string(), z.enum(["pass", "fail"])),
  by: z.string().min(1),
});
export type JudgeLabel = z.infer<typeof JudgeLabel>;

/** What most people say of one review. An axis that is absent was not labelled, or people were split over it. */
export interface LabelledReview {
  caseId: string;
  review: string;
  people: Record<string, boolean>;
}

/** People's labels put together. */
export interface MergedLabels {
  reviews: LabelledReview[];
  /** Axes of reviews left out, since as many people passed as failed them. */
  ties: number;
  /** Names, sorted. */
  people: string[];
  /** By axis, the agreement of people among themselves: alpha, null where nobody labelled what another did. */
  agreement: Record<string, number | null>;
}

/** Puts the labels of one review together, axis by axis as most people have it; reviews stay in their order. */
export function mergeLabels(labels: readonly JudgeLabel[]): MergedLabels {
  const byReview = Map.groupBy(labels, ({ caseId, review }) => JSON.stringify([caseId, review]));
  const axes = [...new Set(labels.flatMap((label) => Object.keys(label.axes)))];
  let ties = 0;
  const reviews = [...byReview.values()].flatMap((ofReview): LabelledReview[] => {
    const people: Record<string, boolean> = {};
    for (const axis of axes) {
      const votes = ofReview.map((label) => label.axes[axis]).filter((vote) => vote !== undefined);
      const passes = votes.filter((vote) => vote === "pass").length;
      if (passes * 2 !== votes.length) people[axis] = passes * 2 > votes.length;
      else if (votes.length > 0) ties += 1;
    }
    const [first] = ofReview;
    return first === undefined ? [] : [{ caseId: first.caseId, review: first.review, people }];
  });
  const agreement = axes.map((axis) => [
    axis,
    krippendorffAlpha([...byReview.values()].map((ofReview) => ofReview.map((label) => label.axes[axis] ?? null))),
  ]);
  return {
    reviews,
    ties,
    people: [...new Set(labels.map(({ by }) => by))].sort(),
    agreement: Object.fromEntries(agreement) as MergedLabels["agreement"],
  };
}
