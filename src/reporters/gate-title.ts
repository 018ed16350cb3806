import { ruleOf } from "../core/relative-words.ts";
import type { GateResult } from "../core/report.ts";

/** A gate in one line: `detection.recall where severity == critical >= 0.8`. */
export function gateTitle(gate: GateResult["gate"]): string {
  const rules = [
    ...(gate.min === undefined ? [] : [`>= ${gate.min}`]),
    ...(gate.max === undefined ? [] : [`<= ${gate.max}`]),
    ...(gate.vsBaseline === undefined ? [] : [ruleOf(gate)]),
  ];
  return [gate.metric, ...(gate.where === undefined ? [] : [`where ${gate.where}`]), rules.join(" and ")].join(" ");
}
