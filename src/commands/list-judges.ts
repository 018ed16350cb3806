import { plural, shortRef } from "../core/format.ts";
import { readsAs, setupOf } from "../core/judge/calibration.ts";
import type { Axis } from "../core/judge/rubric.ts";
import { judgeRecords } from "../load/judge-calibration.ts";
import { type LoadedRubric, loadRubric, rubricFolders, rubricNames } from "../load/rubric.ts";

/** A rubric, what it asks, and which judges are on record of having been compared with people by it. */
interface ListedJudge {
  name: string;
  about: string;
  axes: string[];
  runs: number;
  prompt: string | null;
  calibrated: { ref: string; runs: number; mayGate: boolean }[];
}

/** All rubrics, the user's own first; one that does not parse is listed as what it is. */
export function listJudges(): ListedJudge[] {
  const folders = rubricFolders();
  const names = [...new Set(folders.flatMap(rubricNames))].sort();
  return names.map((name) => {
    try {
      return describe(name, loadRubric(name, folders));
    } catch {
      return { name, about: "(not readable)", axes: [], runs: 0, prompt: null, calibrated: [] };
    }
  });
}

function describe(name: string, loaded: LoadedRubric): ListedJudge {
  const { description, axes, runs, engine, judges, prompt = null } = loaded.rubric;
  const calibrated = calibrationsOf(loaded);
  const facts = [
    `${judges}s by ${axes.map(axisWords).join(", ")}`,
    engine === "lexical" ? "asks no model" : plural(runs, "run"),
    ...(prompt === null ? [] : [prompt]),
    engine === "lexical" ? "informs only" : recordWords(calibrated),
  ];
  return {
    name,
    about: [description, `(${facts.join("; ")})`].filter(Boolean).join(" "),
    axes: axes.map((axis) => axis.name),
    runs,
    prompt,
    calibrated,
  };
}

function axisWords({ name, scale, required }: Axis): string {
  const points = scale === "verdict" ? "" : ` 0 to ${scale.points}`;
  return `${name}${points}${required ? "" : " (not required)"}`;
}

/** The records of this version of the rubric, and whether a gate may rest on each. */
function calibrationsOf({ rubric, hash }: LoadedRubric): ListedJudge["calibrated"] {
  return judgeRecords(rubric.name)
    .filter((record) => record.rubric.hash === hash)
    .map((record) => {
      const { ref, runs } = record;
      const wanted = {
        ref,
        setup: setupOf(record),
        judges: rubric.judges,
        floor: rubric.floor,
        words: "",
        program: "",
      };
      return { ref, runs, mayGate: rubric.engine === "model" && readsAs(record, wanted) === null };
    });
}

function recordWords(calibrated: ListedJudge["calibrated"]): string {
  if (calibrated.length === 0) return "no judge on record";
  return calibrated.map(({ ref, mayGate }) => `${shortRef(ref)} ${mayGate ? "may gate" : "informs"}`).join(", ");
}
