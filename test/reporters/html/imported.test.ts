import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Case } from "../../../src/core/case.ts";
import type { LedgerBug, LedgerFinding } from "../../../src/core/ledger.ts";
import type { CaseLine } from "../../../src/core/report.ts";
import type { RunData } from "../../../src/core/reporter.ts";
import { htmlReporter } from "../../../src/reporters/html/index.ts";
import { chromiumPath, launchBrowser, openWatched, skippedWithoutBrowser, storePage } from "../../fixtures/browser.ts";
import { diffOf } from "../../fixtures/run-cases.ts";
import { makeRun } from "../../fixtures/run-data.ts";

const bug = (id: string, more: object = {}) => ({
  id,
  category: "race",
  severity: "high" as const,
  description: `what ${id} is`,
  ...more,
});

const before = Array.from({ length: 30 }, (_, index) => `line ${index + 1}`).join("\n");
const after = before.replace("line 5\n", "line five\n").replace("line 25\n", "line twenty-five\n");

/** Cases as public benchmarks have them. */
const cases: Case[] = [
  {
    id: "address-alone",
    diff: "",
    language: "go",
    repo: "calcom/cal.com",
    pr: "https://github.com/calcom/cal.com/pull/8087",
    bugs: [bug("found-one"), bug("shared-one")],
    references: [],
  },
  {
    id: "many-places",
    diff: diffOf("a.txt", before, after),
    language: "text",
    pr: "javascript:alert(1)",
    bugs: [
      bug("placed", {
        anchor: { side: "new", file: "a.txt", lines: [5, 5] },
        elsewhere: [
          { side: "new", file: "a.txt", lines: [25, 25] },
          { side: "old", file: "a.txt", lines: [7, 8] },
          { side: "file", file: "b.txt" },
        ],
      }),
      bug("placeless"),
    ],
    references: [],
  },
];

const ledgerBug = (bugId: string, more: Partial<LedgerBug>): LedgerBug => ({
  bugId,
  category: "race",
  severity: "high",
  state: "missed",
  finding: null,
  theme: false,
  file: null,
  location: null,
  within: { 0: false, 1: false, 3: false, 5: false, 10: false },
  ...more,
});

const ledgerFinding = (state: LedgerFinding["state"], bugId?: string): LedgerFinding => ({
  state,
  offPlace: false,
  invented: null,
  ...(bugId === undefined ? {} : { bugId }),
});

/** The two cases with what one recorded reviewer and a floor said of them. */
function importedRun(): RunData {
  const run = makeRun({ measured: 1, company: false, warnings: ["a: 1 of 5 x", "b: 2 of 5 x"] });
  const { report } = run;
  const [reviewer] = report.reviewers;
  if (reviewer === undefined) throw new Error("the fixture has a reviewer");
  Object.assign(reviewer, { id: "recorded:opus", ref: "recorded:opus", provider: "recorded", gates: [] });
  report.suite.scorers = { detection: { matcher: "recorded", location: "optional", counting: "published" } };
  report.matcher = { name: "recorded", calibration: null, judge: "claude-judge", lexicalFor: ["floor:silent"] };
  const line = (caseId: string, more: Partial<CaseLine>): CaseLine => ({
    v: 1,
    reviewer: "recorded:opus",
    caseId,
    repeat: 0,
    cluster: caseId,
    fields: {},
    outcome: "completed",
    parts: [],
    review: { findings: [{ message: "an unlisted remark", file: "src/a.go" }, { message: "the matching remark" }] },
    ledger: {
      findings: [ledgerFinding("unlisted"), ledgerFinding("matched", "found-one")],
      bugs: [ledgerBug("found-one", { state: "found", finding: 1 }), ledgerBug("shared-one", { credited: true })],
      places: [],
    },
    scores: { "detection.recall": { numerator: 0.5375, denominator: 1 } },
    text: "",
    isTextCut: false,
    ...more,
  });
  const lines = [
    line("address-alone", {}),
    line("many-places", {
      review: { findings: [{ message: "said of nothing" }] },
      ledger: {
        findings: [ledgerFinding("unlisted")],
        bugs: [ledgerBug("placed", {}), ledgerBug("placeless", {})],
        places: [],
      },
    }),
  ];
  return {
    report,
    lines: async function* () {
      yield* lines;
    },
    cases: async function* () {
      yield* cases;
    },
  };
}

async function pageOf(run: RunData): Promise<string> {
  const [file] = await htmlReporter.render(run);
  return (file?.content ?? "").replaceAll(/\s+/g, " ");
}

const withoutCode = (page: string) => page.replaceAll(/<(script|style)\b[^>]*>.*?<\/\1>/g, "");

describe("the page of an imported benchmark", () => {
  it("says who gave the recorded verdicts and who was matched by words", async () => {
    const page = await pageOf(importedRun());
    expect(page).toContain("verdicts that <code>claude-judge</code> gave earlier");
    expect(page).toContain("Nobody recorded verdicts on <code>floor:silent</code>: matched by words.");
  });

  it("says that many-to-one figures stand beside those of its own counting, and only where they do", async () => {
    const run = importedRun();
    expect(await pageOf(run)).toMatch(/One finding holds at most one bug.*Many-to-one figures<\/b>.*stand beside ours/);
    run.report.suite.scorers = { detection: { counting: "one-to-one" } };
    expect(await pageOf(run)).not.toContain("Many-to-one figures");
  });

  it("asks nobody where every review was recorded", async () => {
    const run = importedRun();
    expect(await pageOf(run)).toContain("nobody: every review was recorded before or made here");
    expect(await pageOf(makeRun())).toContain("one request per case");
    const [reviewer] = run.report.reviewers;
    expect(await pageOf(run)).not.toContain(reviewer?.prompt.hash);
  });

  it("says once what is the same of several reviewers", async () => {
    const page = await pageOf(importedRun());
    expect(page).toContain("<h2>1 warning</h2>");
    expect(page).toContain("<li>b 2, a 1 of 5 x</li>");
  });

  it("leaves out what only a search for bugs can fill, where nobody searched for them", async () => {
    const run = importedRun();
    const rating = run.report.reviewers[0]?.metrics["detection.recall"];
    const metrics = { "ratings.relevance": { ...rating, unitOfAnalysis: "review", value: 0.48 } };
    for (const reviewer of run.report.reviewers) Object.assign(reviewer, { metrics, slices: [], diagnosis: [] });
    Object.assign(run.report, { matcher: null, verdict: { status: "ungated", exitCode: 0, sentence: "" } });
    Object.assign(run.report.suite, { scorers: { ratings: {} } });
    Object.assign(run.report.dataset, { cases: 2, bugs: 0, clean: 0, unannotated: 2 });
    const body = withoutCode(await pageOf(run));
    expect(body).toMatch(/<span>2 cases<\/span> <span>not annotated<\/span>/);
    expect(body).not.toMatch(/id="weak"|href="#weak"|\b0 bugs|<b>Place\.|<b>Counting\./);
    expect(body).toMatch(/<section id="charts".*<b>relevance<\/b>/);
    expect(body).toContain("People gave each review 1 to 5");
    for (const reviewer of run.report.reviewers) Object.assign(reviewer, { metrics: {} });
    expect(withoutCode(await pageOf(run))).not.toMatch(/id="charts"|href="#charts"/);
  });

  it("gives the reason once where no reviewer has a value of a metric", async () => {
    const run = makeRun();
    const every = /<table class="every">.*?<\/table>/.exec(await pageOf(run))?.[0] ?? "";
    expect(every.split("no finding carries a confidence")).toHaveLength(2);
  });
});

describe.skipIf(chromiumPath === null)(`an imported benchmark in a browser${skippedWithoutBrowser}`, () => {
  let browser: Browser;
  const stored: { remove: () => Promise<void> }[] = [];
  let url = "";

  beforeAll(async () => {
    browser = await launchBrowser();
    const [file] = await htmlReporter.render(importedRun());
    const page = await storePage(file?.content ?? "");
    stored.push(page);
    url = page.url;
  });

  afterAll(async () => {
    await browser?.close();
    await Promise.all(stored.map((page) => page.remove()));
  });

  const openCase = async (id: string, options = {}): Promise<{ page: Page; complaints: string[] }> => {
    const opened = await openWatched(browser, `${url}#case=${id}&reviewer=recorded%3Aopus`, options);
    await opened.page.locator(`.case[data-case="${id}"]`).waitFor();
    return opened;
  };

  it("links to the change by repository and number, and never to what is no https address", async () => {
    const { page, complaints } = await openCase("address-alone");
    const link = page.getByRole("link", { name: "calcom/cal.com#8087", exact: true });
    expect(await link.getAttribute("href")).toBe("https://github.com/calcom/cal.com/pull/8087");
    expect(await link.getAttribute("rel")).toContain("noopener");
    await page.keyboard.press("j");
    await page.locator('.case[data-case="many-places"]').waitFor();
    expect(await page.locator(".origin").textContent()).toBe("javascript:alert(1)");
    expect(await page.locator(".origin a").count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("says once that there is no diff, and puts each bug beside the findings that describe it", async () => {
    const { page } = await openCase("address-alone");
    const shown = page.locator(".case");
    const text = (await shown.textContent()) ?? "";
    expect(text.split("known by its address alone")).toHaveLength(2);
    expect(text).not.toMatch(/names no place|in this diff|not a unified diff/);
    expect(await shown.locator(".diff").count()).toBe(0);
    const kinds = await shown.locator(".card").evaluateAll((cards) => cards.map((card) => card.dataset["kind"]));
    expect(kinds).toEqual(["bug-found", "finding-matched", "bug-missed", "finding-unlisted"]);
    expect(await shown.locator('[data-kind="finding-unlisted"] header').textContent()).toBe("Unlisted findingsrc/a.go");
    expect(await shown.locator('[data-kind="bug-missed"] header').textContent()).toContain(
      "found as leaderboards count",
    );
    await page.close();
  });

  it("tells the further places of a bug and marks their lines", async () => {
    const { page } = await openCase("many-places");
    const placed = page.locator("tr.notes .card", { hasText: "what placed is" });
    expect(await placed.locator(".also").textContent()).toBe("also at a.txt:25, 7–8 (old); b.txt");
    const covered = await page
      .locator("tr.covered td.code")
      .evaluateAll((cells) => cells.map((cell) => cell.textContent));
    expect(covered).toEqual(["line five", "line 7", "line 8", "line twenty-five"]);
    await page.close();
  });

  it("keeps bugs without a place apart from what was said without one", async () => {
    const { page } = await openCase("many-places");
    const blocks = page.locator(".elsewhere > div");
    expect(await blocks.locator("h4").allTextContents()).toEqual([
      "Bugs without a place in this diff",
      "Said without a place in this diff",
    ]);
    expect(await blocks.nth(0).locator(".card header").textContent()).toBe("Missed bughighraceplaceless");
    expect(await blocks.nth(1).locator(".card header").textContent()).toBe("Unlisted finding");
    await page.close();
  });

  it("rounds the scores of a case as people do", async () => {
    const { page } = await openCase("address-alone");
    await page.getByText("Scores of this case").click();
    expect(await page.locator(".scores td").first().textContent()).toBe(".538");
    await page.close();
  });

  it("prints in the colours of paper, whatever the screen has", async () => {
    const { page } = await openCase("address-alone", { colorScheme: "dark" });
    const colours = () =>
      page.evaluate<string[]>(
        "['--paper', '--ink', '--hue-0'].map((name) => getComputedStyle(document.documentElement).getPropertyValue(name))",
      );
    const dark = await colours();
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    const printed = await colours();
    await page.emulateMedia({ media: "screen", colorScheme: "light" });
    const light = await colours();
    expect(printed).toEqual(["#ffffff", ...light.slice(1)]);
    expect(printed.filter((colour) => dark.includes(colour))).toEqual([]);
    await page.close();
  });
});
