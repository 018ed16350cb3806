import { canChooseBy } from "./choose-checkpoint.ts";
import { suggestNearest, UsageError } from "./errors.ts";
import { bugFieldNames, caseFieldNames } from "./fields.ts";
import { isComparable } from "./contributions.ts";
import { checkLatencySettings } from "./latency/settings.ts";
import { isMetricName, metricDefinitions, type MetricName, metricNames, plannedMetrics } from "./metric.ts";
import { parseModelRef } from "./model.ts";
import { countsBugs, isAboutBugs, metricsThatCountBugs } from "./row.ts";
import type { Gate, Suite } from "./suite.ts";
import { carriesSecret, secretAdvice } from "./url-secret.ts";
import { parseWhere } from "./where.ts";

/** A mistake at a path of a suite file, such as `["gates", 0, "min"]`. */
export interface Mistake {
  path: (string | number)[];
  message: string;
}

/** What gates and slices may ask: the case's fields, those of its bugs, and the size of the prompt. */
export const gateFieldNames: readonly string[] = [...caseFieldNames, ...bugFieldNames, "promptChars"];

/** Finds what a schema cannot see: gates on metrics that nobody measures, conditions that do not parse, unknown models. */
export function checkSuite(suite: Suite): Mistake[] {
  return [
    ...checkScorers(suite),
    ...suite.gates.flatMap((gate, index) =>
      checkGate(gate, suite).map(({ path, message }) => ({ path: ["gates", index, ...path], message })),
    ),
    ...(["reviewers", "company"] as const).flatMap((list) =>
      suite[list].flatMap((ref, index) => checkRef(ref, [list, index])),
    ),
    ...checkRepeats(suite),
    ...checkBaseUrl(suite),
    ...checkSweep(suite),
  ];
}

function checkScorers({ scorers, dataset }: Suite): Mistake[] {
  const mistakes: Mistake[] = [];
  if (Object.keys(scorers).length === 0)
    mistakes.push({ path: ["scorers"], message: "expected at least one scorer, got none (write detection: {})" });
  for (const { path, message } of scorers.latency === undefined ? [] : checkLatencySettings(scorers.latency))
    mistakes.push({ path: ["scorers", "latency", ...path], message });
  if (scorers.judge?.runs !== undefined && scorers.judge.runs % 2 === 0) {
    const message = `expected an odd number, so that the median is a run's, got ${scorers.judge.runs}`;
    mistakes.push({ path: ["scorers", "judge", "runs"], message });
  }
  mistakes.push(...checkPanel(scorers.judge?.model));
  const detection = scorers.detection;
  if (detection?.rubric !== undefined && detection.matcher !== "judge") {
    const message = `belongs to matcher: judge, got ${detection.matcher} (write matcher: judge, or remove it)`;
    mistakes.push({ path: ["scorers", "detection", "rubric"], message });
  }
  if (detection?.verdicts !== undefined && detection.matcher !== "recorded") {
    const message = `belongs to matcher: recorded, got ${detection.matcher} (write matcher: recorded, or remove it)`;
    mistakes.push({ path: ["scorers", "detection", "verdicts"], message });
  }
  if (detection?.matcher === "recorded" && detection.verdicts === undefined && dataset.source === undefined) {
    mistakes.push({
      path: ["scorers", "detection", "verdicts"],
      message: "missing (matcher: recorded needs a file of recorded verdicts)",
    });
  }
  return mistakes;
}

function checkPanel(model: NonNullable<Suite["scorers"]["judge"]>["model"]): Mistake[] {
  if (!Array.isArray(model)) return [];
  const path = ["scorers", "judge", "model"];
  const refs = model.map((member) => (typeof member === "string" ? member : member.model));
  const twice = refs.find((ref, index) => refs.indexOf(ref) !== index);
  return [
    ...(twice === undefined ? [] : [{ path, message: `"${twice}" is named twice (name each judge once)` }]),
    ...(refs.length % 2 === 1
      ? []
      : [{ path, message: `expected an odd number of judges, so that there is a majority, got ${refs.length}` }]),
  ];
}

function checkGate(gate: Gate, suite: Suite): Mistake[] {
  const { metric } = gate;
  if (plannedMetrics.includes(metric)) return [{ path: ["metric"], message: `"${metric}" is not built yet` }];
  if (!isMetricName(metric))
    return [
      {
        path: ["metric"],
        message: `unknown metric "${metric}" (${suggestNearest(metric, metricNames, "list metrics shows all")})`,
      },
    ];
  const { scorer, unit, counting } = metricDefinitions[metric];
  const mistakes: Mistake[] = [];
  if (scorer !== null && suite.scorers[scorer] === undefined) {
    const settings = counting === undefined ? "{}" : `{ counting: ${counting} }`;
    mistakes.push({
      path: ["metric"],
      message: `"${metric}" needs the scorer ${scorer} (write ${scorer}: ${settings} under scorers)`,
    });
  } else if (counting !== undefined && suite.scorers.detection?.counting !== counting) {
    mistakes.push({
      path: ["metric"],
      message: `"${metric}" needs ${counting} counting (write counting: ${counting} under scorers.detection)`,
    });
  }
  mistakes.push(...checkRelative(gate, metric));
  for (const key of ["min", "max", "warnAbove"] as const) {
    const value = gate[key];
    if (value !== undefined && unit === "rate" && (value < 0 || value > 1)) {
      mistakes.push({
        path: [key],
        message: `expected 0 to 1, got ${value}${value > 1 && value <= 100 ? ` (write ${value / 100})` : ""}`,
      });
    }
  }
  if (gate.min !== undefined && gate.max !== undefined && gate.min > gate.max) {
    mistakes.push({ path: ["min"], message: `expected at most max (${gate.max}), got ${gate.min} (swap the two)` });
  }
  return [...mistakes, ...checkGateLimit(gate, metric, suite), ...checkGateWhere(gate)];
}

/** A request without an answer counts as its limit at least: a gate beyond that would pass by what never came. */
function checkGateLimit({ max }: Gate, metric: MetricName, { scorers, reviewer }: Suite): Mistake[] {
  const { kind, unit } = metricDefinitions[metric];
  const limitMs = scorers.latency?.timeoutMs ?? reviewer.timeoutMs;
  if (kind !== "timed" || unit !== "ms" || max === undefined || max < limitMs) return [];
  const message = `expected less than the ${limitMs} ms that one request may take, got ${max} (raise scorers.latency.timeoutMs)`;
  return [{ path: ["max"], message }];
}

/** Only what is a function of sums over cases, and has a better direction, can be compared with a baseline. */
function checkRelative({ vsBaseline }: Gate, metric: MetricName): Mistake[] {
  if (vsBaseline === undefined) return [];
  const { unit, better } = metricDefinitions[metric];
  if (!isComparable(metric))
    return [{ path: ["vsBaseline"], message: `"${metric}" cannot be compared case by case (write min or max)` }];
  if (better === null)
    return [{ path: ["vsBaseline"], message: `"${metric}" is better neither high nor low (write min or max)` }];
  return (["margin", "improve"] as const).flatMap((key) => {
    const value = vsBaseline[key];
    if (value === undefined || unit !== "rate" || value < 1) return [];
    const advice = value <= 100 ? ` (write ${value / 100})` : "";
    return [{ path: ["vsBaseline", key], message: `expected less than 1, got ${value}${advice}` }];
  });
}

function checkSweep({ sweep, scorers }: Suite): Mistake[] {
  const metric = sweep?.metric;
  if (metric === undefined) return [];
  const path = ["sweep", "metric"];
  if (!isMetricName(metric))
    return [
      {
        path,
        message: `unknown metric "${metric}" (${suggestNearest(metric, metricNames, "list metrics shows all")})`,
      },
    ];
  const { scorer } = metricDefinitions[metric];
  if (scorer === null || !canChooseBy(metric))
    return [{ path, message: `"${metric}" does not say case by case which is better (write detection.f1)` }];
  if (scorers[scorer] !== undefined) return [];
  return [{ path, message: `"${metric}" needs the scorer ${scorer} (write ${scorer}: {} under scorers)` }];
}

function checkGateWhere({ where, metric }: Gate): Mistake[] {
  if (where === undefined || !isMetricName(metric)) return [];
  if (metricDefinitions[metric].kind === "timed")
    return [
      { path: ["where"], message: `"${metric}" is measured on all requests alike, so it has no slices (remove where)` },
    ];
  try {
    const condition = parseWhere(where, gateFieldNames, "where");
    if (!isAboutBugs(condition) || countsBugs(metric)) return [];
    return [
      {
        path: ["where"],
        message: `"${metric}" does not count bugs, so it has no severity or category (those that have: ${metricsThatCountBugs.join(", ")})`,
      },
    ];
  } catch (error) {
    if (error instanceof UsageError) return [{ path: ["where"], message: error.message.replace(/^where: /, "") }];
    throw error;
  }
}

function checkRef(ref: string, path: Mistake["path"]): Mistake[] {
  try {
    parseModelRef(ref);
    return [];
  } catch (error) {
    if (error instanceof UsageError) return [{ path, message: error.message }];
    throw error;
  }
}

function checkRepeats({ reviewer }: Suite): Mistake[] {
  if (reviewer.repeats === 1 || reviewer.temperature > 0) return [];
  return [
    {
      path: ["reviewer", "repeats"],
      message: `expected 1 at temperature 0, where repeats are near-copies, got ${reviewer.repeats} (set reviewer.temperature above 0)`,
    },
  ];
}

function checkBaseUrl({ reviewer: { baseUrl } }: Suite): Mistake[] {
  return baseUrl !== undefined && carriesSecret(baseUrl)
    ? [{ path: ["reviewer", "baseUrl"], message: secretAdvice }]
    : [];
}
