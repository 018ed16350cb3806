import type { Case } from "../core/case.ts";
import { parseDiff } from "../core/diff.ts";
import { caseFields } from "../core/fields.ts";
import { drawCases } from "../core/latency/draw.ts";
import { planCase, type PlanSettings } from "../core/plan.ts";
import type { GenerationRequest } from "../core/provider.ts";

/** One question of the latency phase. */
export interface Question {
  caseId: string;
  part: number;
  /** Lines that the diff of the request adds or deletes. */
  diffLines: number;
  request: GenerationRequest;
}

/** The questions of a run: the nth is the same for every reviewer and level. */
export interface Questions {
  at(index: number): Question;
  /** The nth warm-up question: about a change that is in no dataset. */
  warmup(index: number): Question;
}

/** What questions are made of: the dataset as the run has it. */
export interface QuestionSource {
  /** How many lines the diff of each case changes. */
  diffLines: readonly number[];
  read(index: number): Case;
}

/** Draws questions from a dataset by a seed. @param plan how a case becomes requests; its repeats are not heeded */
export function drawQuestions(
  source: QuestionSource,
  plan: Omit<PlanSettings, "reviewer" | "seesTruth" | "repeats">,
  sizes: "as-is" | "even",
  seed: number,
): Questions {
  const order = drawCases(source.diffLines, sizes, seed);
  const drawn: Question[] = [];
  const ask = (of: Case) =>
    planCase(of, { ...plan, reviewer: "", seesTruth: false, repeats: 1 }).jobs.map(({ request }) =>
      questionOf(request),
    );
  const warmups = ask(warmupCase);
  return {
    at(index) {
      while (drawn.length <= index) {
        const next = order.next();
        if (next.done) throw new Error("there is no case to ask about");
        drawn.push(...ask(source.read(next.value)));
      }
      return drawn[index] as Question;
    },
    warmup: (index) => warmups[index % warmups.length] as Question,
  };
}

function questionOf(request: GenerationRequest): Question {
  const { caseId, part, case: shown } = request;
  const fields = caseFields({ id: caseId, ...shown, references: [] }, caseId, parseDiff(shown.diff));
  return { caseId, part, diffLines: Number(fields["lines"] ?? 0), request };
}

const warmupCase: Case = {
  id: "warm-up",
  language: "python",
  title: "Keep the last reading of each sensor",
  references: [],
  diff: `--- a/sensors/store.py
+++ b/sensors/store.py
@@ -1,9 +1,15 @@
 class ReadingStore:
     def __init__(self):
-        self._readings = []
+        self._latest = {}
 
     def add(self, sensor, value, at):
-        self._readings.append((sensor, value, at))
+        known = self._latest.get(sensor)
+        if known is None or known[1] < at:
+            self._latest[sensor] = (value, at)
+
+    def latest(self, sensor):
+        found = self._latest.get(sensor)
+        return None if found is None else found[0]
 
     def clear(self):
-        self._readings = []
+        self._latest = {}
`,
};
