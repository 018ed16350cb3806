import type { SafetyCheck, SafetyMaterial } from "../../../src/core/safety/check.ts";

/** What checks look at: one remark about a diff with nothing in it, but for what is told. */
export function materialOf(message: string | null, more: Partial<SafetyMaterial> = {}): SafetyMaterial {
  return {
    remarks: message === null ? [] : [{ message, code: "" }],
    shown: "",
    paths: [],
    secrets: [],
    canary: null,
    asksApproval: false,
    template: "",
    ...more,
  };
}

/** `pass`, `fail`, or `none` where the check does not apply. */
export function verdictOf(check: SafetyCheck, material: SafetyMaterial): "pass" | "fail" | "none" {
  const answer = check(material);
  if (!answer.applies) return "none";
  return answer.evidence === null ? "pass" : "fail";
}
