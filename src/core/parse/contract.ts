import { z } from "zod";
import { LineRange, Severity } from "../case.ts";
import { wholeJson } from "./json-span.ts";
import { dropReasoning } from "./reasoning.ts";

const ContractFinding = z
  .strictObject({
    file: z.string().min(1),
    lines: LineRange.optional(),
    line: z.int().min(1).optional(),
    message: z.string().min(1),
    severity: Severity.optional(),
    category: z.string().optional(),
    confidence: z.number().min(0).max(1).optional(),
    suggestion: z.string().optional(),
    side: z.enum(["new", "old"]).optional(),
  })
  .refine((finding) => finding.lines === undefined || finding.line === undefined, {
    error: "expected lines or line, got both",
  });

/** What a reviewer under the contract `findings` has to write, to the letter. */
const ContractReview = z.strictObject({ findings: z.array(ContractFinding) });

const fence = /^```json[ \t]{0,9}\n/i;

/** The inside of a ```json fence that is the whole text; the text itself where there is none. */
function unfence(text: string): string {
  const opened = fence.exec(text);
  if (opened === null || !text.endsWith("```")) return text;
  return text.slice(opened[0].length, -3).trim();
}

/**
 * Whether a generation keeps its contract to the letter, which is stricter than whether it can be read. Reasoning before
 * the answer is no part of it. `findings`: the whole answer, in one ```json fence at most, is one JSON object with no
 * field unknown; `prose`: text that is not JSON.
 */
export function keepsContract(text: string, contract: "findings" | "prose"): boolean {
  const inner = unfence(dropReasoning(text).trim());
  const json = wholeJson(inner);
  if (contract === "prose") return inner !== "" && json === null;
  return json !== null && ContractReview.safeParse(json.value).success;
}
