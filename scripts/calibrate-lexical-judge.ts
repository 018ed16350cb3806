/**
 * Calibrates the lexical judge: thresholds are chosen on the `choose` half, how often it is right is measured on the other
 * one and on the self-test. Writes record.json and the results in its README; with `--check` it writes nothing and fails
 * when one of them, or a threshold, is out of date.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Case } from "../src/core/case.ts";
import { judgeLexically, type LexicalAxis, lexicalJudgeVersion, lexicalThresholds } from "../src/core/judge/lexical.ts";
import { passOfRun } from "../src/core/judge/aggregate.ts";
import { type SelfTestOutcome, selfTestOutcome, SelfTestPair, SelfTestReview } from "../src/core/judge/self-test.ts";
import { parseJsonLine } from "../src/core/json-line.ts";
import { confusionOf, type Confusion, judgeRates, type Rate } from "../src/core/stats/agreement.ts";
import { sha256 } from "../src/load/hash.ts";
import { loadRubric } from "../src/load/rubric.ts";
import { digits, listWrong, shareRow, table } from "./calibration-tables.ts";
import { inlineRemarks, type Labelled, LabelledRemark, themePairs, voicePairs } from "./lexical-judge-pairs.ts";
import { resultsOfPairs, takePairTest } from "./lexical-pair-self-test.ts";

const root = new URL("../", import.meta.url);
const files = {
  twins: "datasets/twins/cases.jsonl",
  remarks: "judges/calibration/lexical-judge/remarks.jsonl",
  selfTest: "judges/self-test/review.jsonl",
  pairs: "judges/self-test/same-bug.jsonl",
};
const recordFile = new URL("judges/calibration/lexical-judge/record.json", root);
const cardFile = new URL("judges/calibration/lexical-judge/README.md", root);
const begin = "<!-- results: begin, written by scripts/calibrate-lexical-judge.ts -->";
const end = "<!-- results: end -->";

const rubrics = fileURLToPath(new URL("judges", root));
const { floor } = loadRubric("lexical", [rubrics]).rubric;
const axes: readonly LexicalAxis[] = ["theme", "actionable", "voice"];

type Agreement = Confusion & { tpr: Rate | null; tnr: Rate | null };

interface LexicalJudgeRecord {
  judge: "lexical";
  version: number;
  thresholds: typeof lexicalThresholds;
  data: Record<keyof typeof files, string>;
  theme: Record<"choose" | "measure" | "far", Agreement>;
  actionable: Record<"choose" | "measure" | "references", Agreement>;
  voice: Record<"choose" | "measure", Agreement>;
  selfTest: {
    floor: number;
    status: SelfTestOutcome["status"];
    axes: Record<LexicalAxis, Agreement>;
    /** What it made of each case. */
    verdicts: Record<string, string>;
  };
}

/** A record with what it was made from. */
interface Calibrated {
  record: LexicalJudgeRecord;
  /** The thresholds that the `choose` half gives. */
  chosen: Record<"theme" | "voice", number>;
  selfTest: SelfTestOutcome;
  /** Of the lexical matcher, on findings and bugs. */
  pairs: ReturnType<typeof takePairTest>;
}

function readText(path: string): string {
  return readFileSync(new URL(path, root), "utf8");
}

function readLines<T>(path: string, read: (line: string, place: string) => T): T[] {
  return readText(path)
    .trim()
    .split("\n")
    .map((line, index) => read(line, `${path}:${index + 1}`));
}

function scoreOf(axis: LexicalAxis, { candidate, references, norm }: Labelled): number | null {
  return judgeLexically({ candidate, references, norm }).scores[axis];
}

function agreementOf(axis: LexicalAxis, labelled: readonly Labelled[]): Agreement {
  const confusion = confusionOf(
    labelled.map((one) => {
      const verdict = judgeLexically(one)[axis];
      return [one.label, verdict === "unknown" ? null : verdict === "pass"];
    }),
  );
  return { ...confusion, ...judgeRates(confusion) };
}

/** Of two decimals, the threshold with the best mean of TPR and TNR; of equally good ones the highest. */
function bestThreshold(axis: LexicalAxis, labelled: readonly Labelled[]): number {
  const scored = labelled.flatMap((one) => {
    const score = scoreOf(axis, one);
    return score === null ? [] : [{ score, label: one.label }];
  });
  const thresholds = new Set(scored.map(({ score }) => Math.floor(score * 100) / 100));
  let best = { threshold: 0, balanced: -1 };
  for (const threshold of [...thresholds].sort((a, b) => a - b)) {
    const { tpr, tnr } = judgeRates(confusionOf(scored.map(({ score, label }) => [label, score >= threshold])));
    const balanced = ((tpr?.value ?? 0) + (tnr?.value ?? 0)) / 2;
    if (balanced >= best.balanced) best = { threshold, balanced };
  }
  return best.threshold;
}

/** How the lexical judge of today does on the data of today. */
export function calibrateLexicalJudge(): Calibrated {
  const cases = readLines(files.twins, (line, place) => parseJsonLine(Case, line, place));
  const selfTestCases = readLines(files.selfTest, (line, place) => parseJsonLine(SelfTestReview, line, place));
  const pairs = takePairTest(
    readLines(files.pairs, (line, place) => parseJsonLine(SelfTestPair, line, place)),
    rubrics,
  );
  const remarks = readLines(files.remarks, (line, place) => parseJsonLine(LabelledRemark, line, place)).map(
    ({ split, text, actionable }): Labelled => ({
      split,
      candidate: text,
      references: [],
      norm: [],
      label: actionable,
    }),
  );
  const themes = themePairs(cases);
  const theme = [...themes.same, ...themes.different];
  const voice = voicePairs(cases);
  const { verdicts, agreement } = takeSelfTest(selfTestCases);
  const selfTest = selfTestOutcome(selfTestCases, verdicts, floor.selfTest);
  const of = (split: Labelled["split"], labelled: readonly Labelled[]) => labelled.filter((one) => one.split === split);
  const record: LexicalJudgeRecord = {
    judge: "lexical",
    version: lexicalJudgeVersion,
    thresholds: lexicalThresholds,
    data: { twins: hashOf("twins"), remarks: hashOf("remarks"), selfTest: hashOf("selfTest"), pairs: hashOf("pairs") },
    theme: {
      choose: agreementOf("theme", of("choose", theme)),
      measure: agreementOf("theme", of("measure", theme)),
      far: agreementOf("theme", of("measure", themes.far)),
    },
    actionable: {
      choose: agreementOf("actionable", of("choose", remarks)),
      measure: agreementOf("actionable", of("measure", remarks)),
      references: agreementOf("actionable", inlineRemarks(cases)),
    },
    voice: { choose: agreementOf("voice", of("choose", voice)), measure: agreementOf("voice", of("measure", voice)) },
    selfTest: {
      floor: floor.selfTest,
      status: selfTest.status,
      axes: agreement,
      verdicts: Object.fromEntries(
        [...verdicts].map(([id, pass]) => [id, pass === null ? "unscored" : pass ? "pass" : "fail"]),
      ),
    },
  };
  const chosen = {
    theme: bestThreshold("theme", of("choose", theme)),
    voice: bestThreshold("voice", of("choose", voice)),
  };
  return { record, chosen, selfTest, pairs };
}

function hashOf(file: keyof typeof files): string {
  return `sha256:${sha256(readText(files[file]))}`;
}

function takeSelfTest(cases: readonly SelfTestReview[]) {
  const asked = ({ candidate, reference = "", norm = [] }: SelfTestReview) => ({
    candidate,
    references: [reference],
    norm,
  });
  const verdicts = new Map(
    cases.map((one) => {
      const { scores: _, ...answers } = judgeLexically(asked(one));
      return [one.id, passOfRun(answers, axes)];
    }),
  );
  const onAxis = (axis: LexicalAxis) =>
    cases
      .filter(({ kind, fails }) => kind === "positive" || fails?.includes(axis))
      .map((one): Labelled => ({ split: "measure", ...asked(one), label: one.kind === "positive" }));
  const agreement: Record<LexicalAxis, Agreement> = {
    theme: agreementOf("theme", onAxis("theme")),
    actionable: agreementOf("actionable", onAxis("actionable")),
    voice: agreementOf("voice", onAxis("voice")),
  };
  return { verdicts, agreement };
}

function agreementRow(name: string, { tp, fp, tn, fn, tpr, tnr }: Agreement): string[] {
  const rate = (one: Rate | null) =>
    one === null ? "–" : `${digits(one.value)} (${digits(one.low)} to ${digits(one.high)})`;
  const n = tp + fp + tn + fn;
  return [name, String(tp + fn), String(tn + fp), digits((tp + tn) / n), rate(tpr), rate(tnr)];
}

/** The results as the README shows them. */
export function resultsOf({ record, selfTest, pairs }: Pick<Calibrated, "record" | "selfTest" | "pairs">): string {
  const { version, thresholds, theme, actionable, voice } = record;
  const head = ["questions", "pass", "fail", "accuracy", "TPR (95 %)", "TNR (95 %)"];
  return [
    `Version ${version}; thresholds: theme ${thresholds.theme}, actionable ${thresholds.actionable}, voice ${thresholds.voice}.`,
    table([
      head,
      agreementRow("theme, `choose`", theme.choose),
      agreementRow("theme, `measure`", theme.measure),
      agreementRow("theme, other case, `measure`", theme.far),
      agreementRow("actionable, `choose`", actionable.choose),
      agreementRow("actionable, `measure`", actionable.measure),
      agreementRow("actionable, references of twins", actionable.references),
      agreementRow("voice, `choose`", voice.choose),
      agreementRow("voice, `measure`", voice.measure),
      agreementRow("self-test, theme", record.selfTest.axes.theme),
      agreementRow("self-test, actionable", record.selfTest.axes.actionable),
      agreementRow("self-test, voice", record.selfTest.axes.voice),
    ]),
    `Self-test as a whole, floor ${digits(selfTest.floor)} of the cases that are not critical: **${selfTest.status}**.`,
    table([
      ["self-test", "cases", "right", "true rate, exact bounds (95 % each)"],
      shareRow("critical negatives", selfTest.critical),
      shareRow("other negatives", selfTest.negatives),
      shareRow("positives", selfTest.positives),
      shareRow("all but critical", selfTest.others),
    ]),
    `- Critical negatives that it passes: ${listWrong(selfTest.critical)}.`,
    `- Other negatives that it passes: ${listWrong(selfTest.negatives)}.`,
    `- Positives that it fails: ${listWrong(selfTest.positives)}.`,
    ...resultsOfPairs(pairs),
  ]
    .join("\n\n")
    .replaceAll(".\n\n- ", ".\n- ");
}

function cardWith(results: string): string {
  const card = readFileSync(cardFile, "utf8");
  const [from, to] = [card.indexOf(begin), card.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${cardFile.pathname}: expected the lines "${begin}" and "${end}"`);
  return `${card.slice(0, from + begin.length)}\n\n${results}\n\n${card.slice(to)}`;
}

/** Names what is out of date; writes the files unless it only checks. */
function main(isCheck: boolean): string[] {
  const calibrated = calibrateLexicalJudge();
  const { record, chosen } = calibrated;
  const written = [
    { file: recordFile, text: `${JSON.stringify(record, null, 2)}\n` },
    { file: cardFile, text: cardWith(resultsOf(calibrated)) },
  ];
  const other = (["theme", "voice"] as const)
    .filter((axis) => chosen[axis] !== lexicalThresholds[axis])
    .map(
      (axis) =>
        `src/core/judge/lexical.ts: threshold of ${axis} is ${lexicalThresholds[axis]}, chosen was ${chosen[axis]}: set it`,
    );
  if (isCheck) {
    const stale = written.filter(({ file, text }) => readFileSync(file, "utf8") !== text);
    return [
      ...stale.map(({ file }) => `${file.pathname}: not current (run node scripts/calibrate-lexical-judge.ts)`),
      ...other,
    ];
  }
  for (const { file, text } of written) writeFileSync(file, text);
  return other;
}

if (import.meta.main) {
  for (const complaint of main(process.argv.includes("--check"))) {
    console.error(complaint);
    process.exitCode = 1;
  }
}
