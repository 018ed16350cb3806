import { describe, expect, test } from "vitest";
import type { z } from "zod";
import { checkSuite } from "../../src/core/check-suite.ts";
import { metricNames } from "../../src/core/metric.ts";
import { Gate, Suite } from "../../src/core/suite.ts";

type Input = z.input<typeof Suite>;

const suiteOf = (more: Partial<Input> = {}) =>
  Suite.parse({
    version: 1,
    name: "s",
    dataset: { path: "d" },
    scorers: { detection: {}, overlap: {}, contract: {}, form: {}, load: {} },
    ...more,
  });
const without = (gates: Suite["gates"], scorers: Suite["scorers"]) =>
  checkSuite({ ...suiteOf(), gates, scorers }).map(({ path, message }) => `${path.join(".")}: ${message}`);

const mistakesOf = (more: Partial<Input>) =>
  checkSuite(suiteOf(more)).map(({ path, message }) => `${path.join(".")}: ${message}`);
const gateMistakes = (gate: NonNullable<Input["gates"]>[number]) => mistakesOf({ gates: [gate] });

test("a suite whose gates are on metrics that its scorers give has no mistake", () => {
  const gates = metricNames.map((metric) => ({ metric, min: 0.5 }));
  const scorers = {
    ...suiteOf().scorers,
    ratings: {},
    judge: {},
    safety: {},
    latency: {},
    detection: { counting: "published" as const },
  };
  expect(mistakesOf({ gates, scorers, reviewers: ["openai:m"], company: ["floor:silent", "static:"] })).toEqual([]);
});

describe("a gate", () => {
  test("on an unknown metric is told the nearest one", () => {
    const [mistake] = gateMistakes({ metric: "detection.recal", min: 0.5 });
    expect(mistake).toMatch(
      /^gates\.0\.metric: unknown metric "detection\.recal" \(did you mean "detection\.recall"\? list metrics shows all\)/,
    );
  });

  test.each(["contract.verdict_accuracy"])("on %s is told that it is not built yet", (metric) => {
    expect(gateMistakes({ metric, min: 0.5 })).toEqual([`gates.0.metric: "${metric}" is not built yet`]);
  });

  test.each([
    [{ min: 80 }, "gates.0.min: expected 0 to 1, got 80 (write 0.8)"],
    [{ max: 100 }, "gates.0.max: expected 0 to 1, got 100 (write 1)"],
    [{ min: 0.5, warnAbove: 95 }, "gates.0.warnAbove: expected 0 to 1, got 95 (write 0.95)"],
    [{ min: 250 }, "gates.0.min: expected 0 to 1, got 250"],
    [{ max: -0.1 }, "gates.0.max: expected 0 to 1, got -0.1"],
    [{ min: 0.8, max: 0.2 }, "gates.0.min: expected at most max (0.2), got 0.8 (swap the two)"],
  ])("%j of a rate is a mistake", (rule, mistake) => {
    expect(gateMistakes({ metric: "detection.recall", ...rule })).toEqual([mistake]);
  });

  test("of a time or a count may be above 1", () => {
    expect(gateMistakes({ metric: "load.p95_ms", max: 1000 })).toEqual([]);
    expect(gateMistakes({ metric: "detection.findings_per_clean_case", max: 2 })).toEqual([]);
  });

  test.each(["recall", "precision", "f1"])("on published %s asks for published counting", (name) => {
    const metric = `detection.${name}_published`;
    expect(gateMistakes({ metric, min: 0.5 })).toEqual([
      `gates.0.metric: "${metric}" needs published counting (write counting: published under scorers.detection)`,
    ]);
  });

  test("on a published metric without the scorer is told of the scorer alone", () => {
    expect(without([Gate.parse({ metric: "detection.f1_published", min: 0.5 })], { overlap: {} })).toEqual([
      'gates.0.metric: "detection.f1_published" needs the scorer detection (write detection: { counting: published } under scorers)',
    ]);
  });

  test("without its scorer is told which to add", () => {
    expect(without([Gate.parse({ metric: "detection.recall", min: 0.5 })], { overlap: {} })).toEqual([
      'gates.0.metric: "detection.recall" needs the scorer detection (write detection: {} under scorers)',
    ]);
  });

  test.each([
    [{ metric: "detection.f1", vsBaseline: { margin: 0.05 } }, []],
    [{ metric: "detection.findings_per_clean_case", vsBaseline: { margin: 2 } }, []],
    [
      { metric: "load.p95_ms", vsBaseline: { margin: 50 } },
      ['gates.0.vsBaseline: "load.p95_ms" cannot be compared case by case (write min or max)'],
    ],
    [
      { metric: "detection.average_precision", vsBaseline: { improve: 0 } },
      ['gates.0.vsBaseline: "detection.average_precision" cannot be compared case by case (write min or max)'],
    ],
    [
      { metric: "form.words_per_review", vsBaseline: { margin: 5 } },
      ['gates.0.vsBaseline: "form.words_per_review" is better neither high nor low (write min or max)'],
    ],
    [
      { metric: "detection.recall", vsBaseline: { margin: 5 } },
      ["gates.0.vsBaseline.margin: expected less than 1, got 5 (write 0.05)"],
    ],
  ])("against a baseline, %j, is told whether it can be decided", (gate, mistakes) => {
    expect(gateMistakes(gate)).toEqual(mistakes);
  });

  test.each(["severity == critical", "language == go and category in [race, logic]", "promptChars > 8000"])(
    "may look at the bugs where %s",
    (where) => {
      expect(gateMistakes({ metric: "detection.recall", where, min: 0.5 })).toEqual([]);
    },
  );

  test("on a time of the latency phase asks for less than one request may take, which a missed one counts as", () => {
    const gates = [{ metric: "latency.p95_ms", max: 500 }];
    const refused =
      "expected less than the 500 ms that one request may take, got 500 (raise scorers.latency.timeoutMs)";
    expect(mistakesOf({ gates, scorers: { detection: {}, latency: { timeoutMs: 500 } } })).toEqual([
      `gates.0.max: ${refused}`,
    ]);
    expect(mistakesOf({ gates, scorers: { detection: {}, latency: { timeoutMs: 501 } } })).toEqual([]);
  });

  test("on a time of the latency phase has no slice", () => {
    const gates = [{ metric: "latency.p95_ms", where: "language == go", max: 900 }];
    expect(mistakesOf({ gates, scorers: { detection: {}, latency: {} } })).toEqual([
      'gates.0.where: "latency.p95_ms" is measured on all requests alike, so it has no slices (remove where)',
    ]);
  });

  test("may not ask a severity of a metric that does not count bugs", () => {
    const [mistake] = gateMistakes({ metric: "detection.precision", where: "severity == critical", min: 0.5 });
    expect(mistake).toMatch(
      /^gates\.0\.where: "detection\.precision" does not count bugs, so it has no severity or category \(those that have: detection\.recall, /,
    );
    expect(gateMistakes({ metric: "overlap.f1", where: "language == go", min: 0.5 })).toEqual([]);
  });

  test("with a condition that cannot be read is told why", () => {
    expect(gateMistakes({ metric: "detection.recall", where: "sverity == low", min: 0.5 })[0]).toMatch(
      /^gates\.0\.where: unknown field "sverity" \(did you mean "severity"/,
    );
  });
});

describe("scorers", () => {
  test.each([
    [
      { detection: {}, latency: { mode: "sweep" as const } },
      "scorers.latency.concurrency: expected several levels, got 1 (write [1, 4, 16])",
    ],
    [
      { detection: { rubric: "same-bug" } },
      "scorers.detection.rubric: belongs to matcher: judge, got lexical (write matcher: judge, or remove it)",
    ],
    [
      { detection: { verdicts: "v.jsonl" } },
      "scorers.detection.verdicts: belongs to matcher: recorded, got lexical (write matcher: recorded, or remove it)",
    ],
    [
      { detection: { matcher: "recorded" as const } },
      "scorers.detection.verdicts: missing (matcher: recorded needs a file of recorded verdicts)",
    ],
  ])("%j is a mistake", (scorers, mistake) => {
    expect(mistakesOf({ scorers })).toEqual([mistake]);
  });

  test("none at all are a mistake", () => {
    expect(without([], {})).toEqual(["scorers: expected at least one scorer, got none (write detection: {})"]);
  });

  test.each([{}, { rubric: "./ours.yaml" }])("a judge as matcher is none: %j", (more) => {
    expect(mistakesOf({ scorers: { detection: { matcher: "judge", ...more } } })).toEqual([]);
  });

  test("a recorded matcher with its verdicts is none", () => {
    expect(mistakesOf({ scorers: { detection: { matcher: "recorded", verdicts: "v.jsonl" } } })).toEqual([]);
  });
});

test("an unknown reviewer is found where it stands", () => {
  expect(
    mistakesOf({ reviewers: ["openai:m", "opnai:m"], company: ["flor:silent"] }).map(
      (mistake) => mistake.split(": model")[0],
    ),
  ).toEqual(["reviewers.1", "company.0"]);
});

test("repeats ask for a temperature", () => {
  expect(mistakesOf({ reviewer: { repeats: 3 } })).toEqual([
    "reviewer.repeats: expected 1 at temperature 0, where repeats are near-copies, got 3 (set reviewer.temperature above 0)",
  ]);
  expect(mistakesOf({ reviewer: { repeats: 3, temperature: 0.7 } })).toEqual([]);
});

test("all mistakes are told at once", () => {
  expect(
    mistakesOf({
      reviewers: ["x"],
      reviewer: { repeats: 2 },
      gates: [
        { metric: "nope", min: 1 },
        { metric: "detection.f1", min: 70 },
      ],
    }),
  ).toHaveLength(4);
});

describe("a base URL", () => {
  test.each(["http://user:s3cret@h/v1", "https://h/v1?version=1&access_token=s3cret"])(
    "that carries a key is a mistake that does not repeat it: %s",
    (baseUrl) => {
      const [mistake, ...more] = mistakesOf({ reviewer: { baseUrl } });
      expect(mistake).toMatch(/^reviewer\.baseUrl: a URL must not carry a key \(/);
      expect(mistake).not.toContain("s3cret");
      expect(more).toEqual([]);
    },
  );

  test("with a plain query is none", () => {
    expect(mistakesOf({ reviewer: { baseUrl: "https://h/v1?api-version=2" } })).toEqual([]);
  });
});
