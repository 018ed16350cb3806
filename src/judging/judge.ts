import { resolve } from "node:path";
import { lexicalRef } from "./ask-judge.ts";
import type { Case } from "../core/case.ts";
import type { PanelErrors } from "../core/compile-report.ts";
import { UsageError } from "../core/errors.ts";
import { judgeErrorOf, type KnownError } from "../core/judge/calibration.ts";
import { indexNorms, type NormSource } from "../core/judge/norm.ts";
import type { ProviderWorld } from "../core/provider.ts";
import type { CaseLine, JudgeReport } from "../core/report.ts";
import type { JudgeSettings } from "../core/suite.ts";
import type { Dataset } from "../load/dataset.ts";
import { sha256 } from "../load/hash.ts";
import { loadRubric } from "../load/rubric.ts";
import {
  axesOfPanel,
  type JudgeChoice,
  type Member,
  nameJudges,
  prepareMembers,
  whyPanelInforms,
  workOfAll,
} from "./panel.ts";
import type { JudgeTools } from "../scorers/judge.ts";

/** The judge of reviews, or several of them, each ready to be asked once its log is open. */
export interface PreparedJudge {
  /** One, or an odd number as a panel. */
  members: readonly Member[];
  /** Whether it is the engine that compares by words, which asks nobody. */
  isLexical: boolean;
  tools: JudgeTools;
  /** How many cases there are to judge: those with a reference. */
  cases: number;
  /** Why its metrics may not gate; null where every judge may. */
  informsBecause: string | null;
  /** Axes on which a gate may not rest alone, each with the reason. */
  axesInform: Readonly<Record<string, string>>;
  /** How often it errs against people; null where that is not known, and for a panel, of which nobody knows. */
  error: KnownError;
  /** The same of each judge of a panel; empty for a single one. */
  panel: PanelErrors;
  /** Counts what was said of a case, for the report. */
  count(runs: NonNullable<CaseLine["judged"]>): void;
  report(): JudgeReport;
}

/**
 * Reads the rubric and makes the judges: those that the command, the suite, the environment or the rubric names, in this
 * order, and the lexical engine where none does; that one informs and never gates. A model gates only with a record of its
 * calibration that allows it, a panel only where each of its models has one.
 * @param folder the suite's, to which the rubric's path is relative
 */
export async function prepareJudge(
  settings: JudgeSettings,
  choice: JudgeChoice,
  folder: string,
  dataset: Dataset,
  seed: number,
  world: ProviderWorld,
): Promise<PreparedJudge> {
  const isPath = /[/\\]/.test(settings.rubric);
  const loaded = loadRubric(isPath ? resolve(folder, settings.rubric) : settings.rubric);
  const { rubric } = loaded;
  if (rubric.judges !== "review")
    throw new UsageError(
      `scorers.judge.rubric: ${loaded.file} judges ${rubric.judges}s (name one that judges reviews)`,
    );
  const named = nameJudges(loaded, choice, settings, world.env);
  const runs = choice.runs ?? settings.runs ?? rubric.runs;
  const rubricWord = isPath ? loaded.file : settings.rubric;
  const wish = { loaded, rubricWord, runs, seed, settings };
  const members = await prepareMembers(named.length === 0 ? [{ ref: lexicalRef }] : named, wish, world);
  const isLexical = members.every(({ judge }) => judge.provider === null);
  const isPanel = members.length > 1;
  const informsBecause = isLexical ? whyLexicalInforms(named.length > 0) : whyPanelInforms(members);
  const errors = members.map((member) => {
    const { informsBecause: own, calibration } = member.work();
    return {
      ref: member.judge.ref,
      error: judgeErrorOf({ informsBecause: isPanel ? own : informsBecause, calibration }),
    };
  });

  return {
    members,
    isLexical,
    cases: dataset.entries.filter(({ fields }) => fields["references"] !== 0).length,
    tools: {
      judges: members.map(({ judge }) => ({ ref: judge.ref, engine: judge.engine, runs: judge.setup.runs })),
      axes: rubric.axes,
      silence: rubric.silence,
      norms: indexNorms(
        dataset.entries.map((entry) => withoutTexts(dataset.read(entry))),
        seed,
        sha256,
      ),
    },
    informsBecause,
    axesInform: isLexical ? {} : axesOfPanel(members),
    error: isPanel ? null : (errors[0]?.error ?? null),
    panel: isPanel ? errors : [],
    count(judged) {
      for (const member of members)
        member.count(isPanel ? judged.filter((run) => run.judge === member.judge.ref) : judged);
    },
    report: () => ({
      ref: members.map(({ judge }) => judge.ref).join(", "),
      engine: isLexical ? "lexical" : "model",
      rubric: { name: rubric.name, file: loaded.file, hash: loaded.hash },
      axes: rubric.axes.map(({ name, required, definition }) => ({ name, required, definition })),
      ...(rubric.silence === "pass" ? { silence: rubric.silence } : {}),
      runs: members[0]?.judge.setup.runs ?? runs,
      temperature: rubric.temperature,
      ...workOfAll(members),
      informsBecause,
    }),
  };
}

/** All cases are held at once here, so without what is long in them. */
function withoutTexts(source: Case): NormSource {
  const { diff: _, files: __, context: ___, ...others } = source;
  return others;
}

function whyLexicalInforms(isNamed: boolean): string {
  const why = isNamed ? "the" : "no judge model is named, so the";
  return `${why} lexical judge informs and decides nothing (name ${isNamed ? "a model" : "one"} with --judge REF)`;
}
