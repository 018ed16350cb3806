import { resolve } from "node:path";
import { lexicalRef } from "./ask-judge.ts";
import { UsageError } from "../core/errors.ts";
import type { JudgedRun } from "../core/judge/judge.ts";
import { judgedMatcher } from "../core/match/judged.ts";
import type { Matcher } from "../core/match/matcher.ts";
import type { ProviderWorld } from "../core/provider.ts";
import type { Report } from "../core/report.ts";
import { JudgeSettings } from "../core/suite.ts";
import { loadRubric } from "../load/rubric.ts";
import { type JudgeChoice, type Member, nameJudges, prepareMembers, whyPanelInforms, workOfAll } from "./panel.ts";

/** The judge of pairs, or several of them, each ready to be asked once its log is open. */
export interface PreparedJudgeMatcher {
  matcher: Matcher;
  /** One, or an odd number as a panel. */
  members: readonly Member[];
  /** What the report says of the matcher, as far as it has been asked. */
  facts: () => NonNullable<Report["matcher"]>;
  /** Why detection may not gate; null where the calibration of every judge allows it. */
  informsBecause: string | null;
}

const usualRubric = "same-bug";

/**
 * Makes the judge that says which findings describe which bugs: the model that the command, the suite's judge scorer, the
 * environment or the rubric names, in this order; of several what most of them say. How they are asked is as the judge
 * scorer says where the suite has one.
 * @param named the rubric, of which a path is relative to the suite's `folder`
 * @throws UsageError where no model is named, or the rubric judges no pairs
 */
export async function prepareJudgeMatcher(
  named: string | undefined,
  ofScorer: JudgeSettings | undefined,
  choice: JudgeChoice,
  folder: string,
  seed: number,
  world: ProviderWorld,
): Promise<PreparedJudgeMatcher> {
  const rubricName = named ?? usualRubric;
  const settings = ofScorer ?? JudgeSettings.parse({});
  const isPath = /[/\\]/.test(rubricName);
  const loaded = loadRubric(isPath ? resolve(folder, rubricName) : rubricName);
  const { rubric } = loaded;
  if (rubric.judges !== "pair")
    throw new UsageError(
      `scorers.detection.rubric: ${loaded.file} judges ${rubric.judges}s (name one that judges pairs, such as ${usualRubric})`,
    );
  const judges = nameJudges(loaded, choice, settings, world.env);
  const [first] = judges;
  if (first === undefined || first.ref === lexicalRef)
    throw new UsageError(
      `scorers.detection.matcher: judge needs a model, got ${first?.ref ?? "none"} (name one with --judge REF or NITBENCH_JUDGE, or write matcher: lexical)`,
    );
  const runs = choice.runs ?? settings.runs ?? rubric.runs;
  const rubricWord = isPath ? loaded.file : rubricName;
  const members = await prepareMembers(judges, { loaded, rubricWord, runs, seed, settings }, world);
  const matcher = judgedMatcher(...members.map(pairJudgeOf));

  return {
    matcher,
    members,
    facts: () => ({
      name: "judge",
      calibration: null,
      judge: members.map(({ judge }) => judge.ref).join(", "),
      asked: {
        rubric: { name: rubric.name, file: loaded.file, hash: loaded.hash },
        runs,
        temperature: rubric.temperature,
        ...workOfAll(members),
      },
    }),
    informsBecause: whyPanelInforms(members),
  };
}

function pairJudgeOf(member: Member) {
  const { engine, setup, ref } = member.judge;
  if (engine.kind !== "model") throw new Error(`judge "${ref}" is no model`);
  return { ...engine, runs: setup.runs, count: (judged: readonly JudgedRun[]) => member.count(judged) };
}
