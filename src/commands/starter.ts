/** A file that `init` writes, by its path from the folder in which it is started. */
export interface StarterFile {
  path: string;
  content: string;
}

/**
 * A suite with two pairs of cases of its own, and a workflow that runs it on every pull request.
 * @param prompt the reviewer's prompt
 * @param version of the program that the workflow installs
 */
export function starterFiles(prompt: string, version: string): StarterFile[] {
  return [
    { path: "nitbench/ours.yaml", content: suite },
    {
      path: "nitbench/cases.jsonl",
      content: starterCases()
        .map((one) => `${JSON.stringify(one)}\n`)
        .join(""),
    },
    { path: "nitbench/review.md", content: prompt },
    { path: ".github/workflows/nitbench.yml", content: workflow(version) },
  ];
}

const suite = `version: 1
name: ours
description: Does the model find our bugs, and leave good changes alone?
dataset: { path: cases.jsonl }
reviewer: { prompt: review.md, contract: findings, maxTokens: 1024 }
# Measured where no --model is given:
# reviewers: ["openai:my-reviewer@http://127.0.0.1:8000/v1"]
company: ["floor:silent", "floor:shotgun", "ceiling:oracle"]
scorers:
  detection: { tolerance: 3 }
  contract: {}
  load: {}
# Gates decide by 95 % bounds, which a handful of cases cannot settle: these only inform. Take "required: false" away
# once --dry-run says of none that it cannot pass.
gates:
  - { metric: detection.recall, min: 0.3, required: false }
  - { metric: detection.false_alarm_rate, max: 0.3, required: false }
  # Not worse than --baseline by .05 or more, case by case:
  - { metric: detection.recall, vsBaseline: { margin: 0.05 }, required: false }
`;

/** Two changes with a bug and the same two without it. */
function starterCases(): unknown[] {
  return [
    ...pair({
      id: "discount-rounding",
      language: "python",
      title: "Take the discount off before tax",
      path: "shop/price.py",
      before: ["def total(price, discount, tax):", "    return round(price * (1 + tax), 2)"],
      buggy: ["    net = price - discount", "    return round(net) * (1 + tax)"],
      clean: ["    net = price - discount", "    return round(net * (1 + tax), 2)"],
      at: 1,
      category: "wrong-result",
      severity: "high",
      description:
        "The net price is rounded to whole units before the tax is added, so cents are lost and the total is wrong.",
    }),
    ...pair({
      id: "last-page",
      language: "javascript",
      title: "Show the last page of results",
      path: "src/pages.js",
      before: ["export function pages(count, size) {", "  return count / size;"],
      buggy: ["  return Math.floor(count / size);"],
      clean: ["  return Math.ceil(count / size);"],
      at: 0,
      category: "off-by-one",
      severity: "medium",
      description:
        "Math.floor drops the last page where it is not full, so the remaining results are never shown to anybody.",
    }),
  ];
}

interface StarterPair {
  id: string;
  language: string;
  title: string;
  path: string;
  /** Two lines, of which the second is replaced. */
  before: [string, string];
  buggy: string[];
  clean: string[];
  /** Which of the buggy lines has the bug, from 0 on. */
  at: number;
  category: string;
  severity: string;
  description: string;
}

function pair({ id, language, title, path, before, buggy, clean, at, ...bug }: StarterPair): unknown[] {
  const [head, old] = before;
  const diff = (added: readonly string[]) =>
    [
      `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}`,
      `@@ -1,2 +1,${1 + added.length} @@\n ${head}\n-${old}`,
      ...added.map((line) => `+${line}`),
      "",
    ].join("\n");
  const lines = [2 + at, 2 + at];
  const common = { language, title };
  const bugId = `${id}-bug`;
  return [
    { id, ...common, diff: diff(buggy), bugs: [{ id: bugId, anchor: { side: "new", file: path, lines }, ...bug }] },
    {
      id: `${id}-clean`,
      ...common,
      diff: diff(clean),
      bugs: [],
      twin: { of: id, places: [{ bugId, file: path, lines }] },
    },
  ];
}

function workflow(version: string): string {
  return `# Measures the reviewer on every pull request and gates it. Elsewhere the same line does: the exit code is the answer
# (0 passed, 1 a gate failed, 2 a mistake, 3 incomplete, 4 undecided), and junit.xml is what GitLab (artifacts:reports:junit)
# and Jenkins (the junit step) read.
name: nitbench
on:
  pull_request:
  workflow_dispatch:

permissions:
  contents: read
  pull-requests: write

jobs:
  gate:
    runs-on: ubuntu-latest
    timeout-minutes: 60
    env:
      # The reviewer to measure, such as openai:my-reviewer@https://models.example.org/v1: a variable of the repository.
      MODEL: \${{ vars.NITBENCH_MODEL }}
      OPENAI_API_KEY: \${{ secrets.OPENAI_API_KEY }}
    steps:
      - uses: actions/checkout@v5
      - uses: actions/setup-node@v5
        with:
          node-version: 24
      - name: Measure and gate
        shell: bash
        run: |
          baseline=()
          # Kept by: npx nitbench baseline set RUN, and committed.
          if [ -e reports/baselines/ours/report.json ]; then baseline=(--baseline ours); fi
          npx --yes nitbench@${version} nitbench/ours.yaml --model "$MODEL" --name ci "\${baseline[@]}"
      - name: Keep the report
        if: always()
        uses: actions/upload-artifact@v4
        with:
          name: nitbench
          path: reports/runs/ci
          if-no-files-found: ignore
      - name: Comment on the pull request
        # Pull requests from forks may not write comments.
        if: always() && github.event_name == 'pull_request' && hashFiles('reports/runs/ci/comment.md') != ''
        continue-on-error: true
        env:
          GH_TOKEN: \${{ github.token }}
          PULL_REQUEST: \${{ github.event.pull_request.number }}
        run: gh pr comment "$PULL_REQUEST" --edit-last --create-if-none --body-file reports/runs/ci/comment.md
`;
}
