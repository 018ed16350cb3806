/** How the lexical matcher does on the self-test of `same-bug`, with the places that a judge is shown and without them. */
import { judgeByWords } from "../src/core/judge/by-words.ts";
import { type SelfTestOutcome, selfTestOutcome, type SelfTestPair } from "../src/core/judge/self-test.ts";
import { lexicalSimilarity, lexicalThreshold } from "../src/core/match/lexical.ts";
import { loadRubric } from "../src/load/rubric.ts";
import { digits, listWrong, shareRow, table } from "./calibration-tables.ts";

const describedBug = /^(?:[^\s:]+(?::[\d-]+)?: )?\(([\w-]+)\) ([\s\S]*)$/;
const placeOfFinding = /^[^\s:]+\.\w+(?::[\d-]+)?: /;

/** What the matcher makes of the pairs: as `judge test` asks it, and as detection does, which compares no places. */
export function takePairTest(cases: readonly SelfTestPair[], folder: string) {
  const { axes, floor } = loadRubric("same-bug", [folder]).rubric;
  const outcomeOf = (passes: (one: SelfTestPair) => boolean | null) =>
    selfTestOutcome(cases, new Map(cases.map((one) => [one.id, passes(one)])), floor.selfTest);
  return {
    withPlaces: outcomeOf(
      ({ diff, bug, finding }) => judgeByWords({ axes }, { judges: "pair", diff, bug, finding }).pass,
    ),
    withoutPlaces: outcomeOf(({ bug, finding }) => {
      const [, category = "", description = bug] = describedBug.exec(bug) ?? [];
      const message = finding.replace(placeOfFinding, "");
      return lexicalSimilarity({ message }, { description, category }) >= lexicalThreshold;
    }),
  } satisfies Record<string, SelfTestOutcome>;
}

/** The results as the README shows them, paragraph by paragraph. */
export function resultsOfPairs(pairs: ReturnType<typeof takePairTest>): string[] {
  return [
    `The lexical matcher on the self-test of findings and bugs, floor ${digits(pairs.withPlaces.floor)}: **${pairs.withPlaces.status}** with the places in the texts, as a judge is shown them (\`judge test same-bug --judge lexical\`), **${pairs.withoutPlaces.status}** without, as detection compares them.`,
    table([
      ["self-test of `same-bug`", "cases", "right", "true rate, exact bounds (95 % each)"],
      ...(["withPlaces", "withoutPlaces"] as const).flatMap((way) => {
        const { critical, negatives, positives, others } = pairs[way];
        const how = way === "withPlaces" ? "with places" : "without";
        return [
          shareRow(`critical negatives, ${how}`, critical),
          shareRow(`other negatives, ${how}`, negatives),
          shareRow(`positives, ${how}`, positives),
          shareRow(`all but critical, ${how}`, others),
        ];
      }),
    ]),
    `- Without places: negatives that it passes: ${listWrong({ wrong: [...pairs.withoutPlaces.critical.wrong, ...pairs.withoutPlaces.negatives.wrong] })}.`,
    `- Without places: positives that it fails: ${listWrong(pairs.withoutPlaces.positives)}.`,
  ];
}
