import type { Matcher } from "../core/match/matcher.ts";
import type { Scorer } from "../core/scorer.ts";
import type { Suite } from "../core/suite.ts";
import { createContractScorer } from "./contract.ts";
import { createDetectionScorer } from "./detection.ts";
import { createFormScorer } from "./form.ts";
import { createOverlapScorer } from "./overlap.ts";

/** What scorers are given from outside. */
export interface ScorerTools {
  matcher: Matcher;
}

/** The scorers that a suite asks for. `load` needs none: its times stand in every case line. */
export function createScorers({ scorers }: Pick<Suite, "scorers">, tools: ScorerTools): Scorer[] {
  const { detection, overlap, contract, form } = scorers;
  return [
    ...(detection === undefined ? [] : [createDetectionScorer(detection, tools.matcher)]),
    ...(overlap === undefined ? [] : [createOverlapScorer()]),
    ...(contract === undefined ? [] : [createContractScorer()]),
    ...(form === undefined ? [] : [createFormScorer()]),
  ];
}
