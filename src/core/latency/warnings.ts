import { formatFixed, plural, shortRef } from "../format.ts";
import type { LatencyReport, LatencyStage } from "./latency-report.ts";
import { describeLevel } from "./settings.ts";

/** From this share of cached tokens on a cold measurement is none. */
const mostCached = 0.01;

/** What a reader of the latency figures should know before trusting them, one line each. */
export function latencyWarnings(report: LatencyReport | null): string[] {
  if (report === null) return [];
  const { stages, leftOut, settings } = report;
  return [
    ...leftOut.map(({ reviewer, reason }) => `${shortRef(reviewer)}: its latency was not measured (${reason})`),
    ...stages.flatMap((stage) => warningsOf(stage, settings.cache)),
  ];
}

function warningsOf({ level, reviewers }: LatencyStage, cache: "cold" | "warm"): string[] {
  return reviewers.flatMap(({ reviewer, figures, givenUp }) => {
    const name = `${shortRef(reviewer)}: at ${describeLevel(level)}`;
    const missed = figures.requests - figures.answered;
    const [first] = figures.errors;
    const cached = figures.cachedShare ?? 0;
    const warnings = [
      givenUp,
      givenUp === null && missed > 0
        ? `${plural(missed, "request")} of ${figures.requests} had no answer (${first?.message ?? "nothing was said"})`
        : null,
      cache === "cold" && cached >= mostCached
        ? `${formatFixed(100 * cached, 0)} % of the prompts' tokens came from the server's cache, so this was not cold`
        : null,
      figures.cut > 0 && figures.cut >= 0.05 * figures.answered
        ? `${plural(figures.cut, "answer")} of ${figures.answered} were cut by the token limit, and whole ones would take longer`
        : null,
    ];
    return warnings.flatMap((warning) => (warning === null ? [] : [`${name}, ${warning}`]));
  });
}
