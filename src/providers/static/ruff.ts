import { type Diagnostic as RuffDiagnostic, PositionEncoding, Workspace } from "@astral-sh/ruff-wasm-nodejs";
import type { Severity } from "../../core/case.ts";
import { firstAddedLine, type Lint } from "./linter.ts";

/** Names, unused code, comparisons and syntax; likely defects; and the part of bandit's rules that seldom cries wolf. */
const select = [
  "F E9 W6 PLE E711 E712 E713 E714 E721 E722 B",
  "S102 S103 S105 S106 S107 S113 S202 S301 S302 S306 S307 S323 S324 S501 S502 S503 S505 S506 S508 S602 S604 S605 S608",
  "S609 S701",
].flatMap((codes) => codes.split(" "));

/** bugbear's own opt-in rules are matters of opinion. */
const ignore = ["B9"];

/**
 * ruff in this process, for Python: rules F, E9, W6, PLE, the comparisons of E7, B without B9, and the rules of S about
 * weak cryptography, injection, unsafe loading, hard-coded passwords and missing time-outs. Files without their complete
 * text are left out. A defect that stops the program or opens it is high, a likely defect medium, the rest low.
 */
export function createRuff(): Lint {
  const workspace = new Workspace(
    { lint: { select, ignore }, "target-version": "py314", preview: false },
    PositionEncoding.Utf16,
  );
  return async (files) =>
    files.flatMap((file) => {
      if (file.text === null) return [];
      const diagnostics = workspace.check(file.text) as RuffDiagnostic[];
      return diagnostics.flatMap(({ code, message, start_location: start }) => {
        const line = firstAddedLine(file, [start.row]);
        const rule = code ?? "invalid-syntax";
        return line === null ? [] : [{ path: file.path, line, rule, message, severity: severityOf(rule) }];
      });
    });
}

function severityOf(rule: string): Severity {
  if (rule === "invalid-syntax" || /^(?:E9|F7|F82|PLE|S)/.test(rule)) return "high";
  return /^(?:B|F)(?!401|541|841)/.test(rule) ? "medium" : "low";
}
