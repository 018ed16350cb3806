import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunData } from "../../../src/core/reporter.ts";
import { htmlReporter } from "../../../src/reporters/html/index.ts";
import {
  chromiumPath,
  launchBrowser,
  openWatched,
  skippedWithoutBrowser,
  type StoredPage,
  storePage,
} from "../../fixtures/browser.ts";
import { hostileText } from "../../fixtures/run-cases.ts";
import { makeRun } from "../../fixtures/run-data.ts";
import { judgedRun, lexicalJudge, panelRun, runOf, withLines } from "./judged-run.ts";

const hashOf = (id: string) => `#case=${encodeURIComponent(id)}&reviewer=${encodeURIComponent("vllm:base")}`;
const rowsOf = (page: Page) =>
  page
    .locator("table.runs tr")
    .evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent)));

describe.skipIf(chromiumPath === null)(`the judge's verdicts in a browser${skippedWithoutBrowser}`, () => {
  let browser: Browser;
  const stored: StoredPage[] = [];
  let judged = "";
  let lexical = "";

  const store = async (run: RunData): Promise<string> => {
    const [file] = await htmlReporter.render(run);
    const page = await storePage(file?.content ?? "");
    stored.push(page);
    return page.url;
  };
  const open = async (id: string, url = judged, width = 1440) => {
    const watched = await openWatched(browser, `${url}${hashOf(id)}`, { viewport: { width, height: 900 } });
    await watched.page.locator(".case").waitFor();
    return watched;
  };

  beforeAll(async () => {
    browser = await launchBrowser();
    [judged, lexical] = [await store(judgedRun()), await store(judgedRun(lexicalJudge))];
  });

  afterAll(async () => {
    await browser?.close();
    await Promise.all(stored.map((page) => page.remove()));
  });

  it("shows each axis in each run, and where runs differ", async () => {
    const { page, complaints } = await open("slot-bounds");
    expect(await page.locator(".verdict header").textContent()).toContain(
      "The judge passes this review in 2 of 3 runs",
    );
    expect(await page.locator(".verdict header .differ").textContent()).toBe("the runs disagree");
    expect(await rowsOf(page)).toEqual([
      ["Axis", "run 1", "run 2", "run 3"],
      ["themeruns differ", "pass", "fail", "pass"],
      ["voicenot requiredruns differ", "pass", "pass", "fail"],
      ["review", "pass", "fail", "pass"],
    ]);
    expect(
      await page.locator("table.runs td").evaluateAll((cells) => cells.every((cell) => cell.querySelector("svg"))),
    ).toBe(true);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("shows evidence and reasoning of a run once it is opened", async () => {
    const { page } = await open("slot-bounds");
    const folds = page.locator(".verdict details");
    expect(await folds.count()).toBe(3);
    expect(await page.locator(".said").count()).toBe(0);
    await folds.nth(1).locator("summary").click();
    expect(await folds.nth(1).locator(".said").textContent()).toBe("Evidenceevidence twoReasoningreasoning two");
    await page.close();
  });

  it("tells runs that agree in one column, and once what they say alike", async () => {
    const { page } = await open("clean-alone");
    expect((await rowsOf(page))[0]).toEqual(["Axis", "all 3 runs"]);
    expect(await page.locator(".verdict .differ").count()).toBe(0);
    expect(await page.locator(".verdict header").textContent()).toContain("fails this review in all 3 runs");
    expect(await page.getByText("The review is empty.").count()).toBe(1);
    await page.close();
  });

  it("gives the reason of runs that are unscored, without a click", async () => {
    const { page } = await open("menu-escape");
    expect(await page.locator(".verdict header").textContent()).toContain("leaves this review unscored");
    expect(await page.getByText("Runs 2 and 3 are unscored: expected one JSON object, got a list").isVisible()).toBe(
      true,
    );
    expect((await rowsOf(page)).at(-1)).toEqual(["review", "fail", "unscored", "unscored"]);
    await page.close();
  });

  it("says where the consensus of the axes is another than that of the runs", async () => {
    const consensus = { "judge.pass_rate_consensus": { numerator: 0, denominator: 1 } };
    const url = await store(withLines(judgedRun(), (line) => ({ ...line, scores: consensus })));
    const { page } = await open("slot-bounds", url);
    expect(await page.getByText("By consensus it fails").isVisible()).toBe(true);
    await page.goto(`${url}${hashOf("clean-alone")}`);
    await page.locator('.case[data-case="clean-alone"]').waitFor();
    expect(await page.getByText(/By consensus/).count()).toBe(0);
    await page.close();
  });

  it("says nothing of a judge where a case was not judged", async () => {
    const { page } = await open("seat-sort");
    expect(await page.locator('.verdict, .switch[aria-pressed="true"] .judged-mark').count()).toBe(0);
    await page.close();
  });

  it("says nothing of a judge in a report without one, of a review that never came neither", async () => {
    const url = await store(makeRun());
    const reviewer = encodeURIComponent("static:");
    const watched = await openWatched(browser, `${url}#case=seat-sort&reviewer=${reviewer}`);
    await watched.page.locator(".case").waitFor();
    expect(await watched.page.locator(".switch", { hasText: "unscored" }).count()).toBe(1);
    expect(await watched.page.locator(".judged-mark").count()).toBe(0);
    await watched.page.close();
  });

  it("narrows the list by the verdict, together with the state", async () => {
    const { page } = await openWatched(browser, judged);
    await page.locator(".case-list a").first().waitFor();
    const group = page.getByRole("group", { name: "Verdict of the judge" });
    const shown = () =>
      page.locator(".case-list a").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
    const counts = () => group.locator("button:visible").allTextContents();
    expect(await counts()).toEqual([
      "Passed 2",
      "Failed 24",
      "Split evenly 2",
      "Unscored 1",
      "Flipped 3",
      "Not judged 1",
    ]);
    await group.getByRole("button", { name: "Flipped" }).click();
    expect((await shown()).map((href) => new URLSearchParams(href?.slice(1)).get("case")).toSorted()).toEqual([
      "guard-removed",
      'hostile"><script>',
      "slot-bounds",
    ]);
    const all = await page.locator('.chip[data-state="all"] .chip-count').textContent();
    expect(all).toBe("3");
    await page.getByRole("button", { name: "Clear filters" }).click();
    expect(await page.locator(".shown").textContent()).toBe("30 cases");
    await page.locator('.chip[data-state="alarm"]').click();
    const sum = (await counts())
      .filter((text) => !text.startsWith("Flipped"))
      .map((text) => Number(text.split(" ").at(-1)));
    expect(sum.reduce((a, b) => a + b, 0)).toBe(
      Number(await page.locator('.chip[data-state="alarm"] .chip-count').textContent()),
    );
    await page.close();
  });

  it("shows beside each case and reviewer what the judge made of it", async () => {
    const { page } = await open("slot-bounds");
    expect(await page.locator('.switch[aria-pressed="true"] .judged-mark').textContent()).toBe("judge2/3");
    expect(await page.locator('.case-list a[aria-current="true"] .judged-mark').getAttribute("title")).toBe(
      "Judge: passes in 2 of 3 runs",
    );
    await page.close();
  });

  it("calls the lexical engine by its name, with one verdict", async () => {
    const { page } = await open("slot-bounds", lexical);
    expect(await page.locator(".verdict header").textContent()).toBe(
      "The lexical engine passes this reviewinforms only",
    );
    expect((await rowsOf(page))[0]).toEqual(["Axis", "verdict"]);
    expect(await page.locator(".chips-name").textContent()).toBe("Lexical judge");
    expect(await page.locator('.switch[aria-pressed="true"] .judged-mark').textContent()).toBe("judgepassed");
    await page.close();
  });

  it("shows several judges side by side, each with its runs and what it makes of them", async () => {
    const { page, complaints } = await open("slot-bounds", await store(panelRun()));
    expect(await page.locator(".verdict header").textContent()).toBe(
      "2 of 3 judges pass this reviewthe judges differ3 judges",
    );
    expect(await rowsOf(page)).toEqual([
      ["Judge", "openai:judge-large", "openai:critic-8b", "openai:elder"],
      ["Axis", "run 1", "run 2", "run 3", "run 1", "run 2", "run 3", "run 1", "run 2", "run 3"],
      ["themeruns differ", "pass", "pass", "fail", "fail", "fail", "fail", "pass", "pass", "pass"],
      ["voicenot required", ...Array<string>(9).fill("pass")],
      ["review", "pass", "pass", "fail", "fail", "fail", "fail", "pass", "pass", "pass"],
      ["by its medians", "pass", "fail", "pass"],
    ]);
    expect(await page.locator('.switch[aria-pressed="true"] .judged-mark').textContent()).toBe("judges2/3");
    await page.locator(".verdict details").nth(3).locator("summary").click();
    expect(await page.locator(".verdict details").nth(3).locator("summary").textContent()).toContain(
      "openai:critic-8b run 1",
    );
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("says which of several judges left a review open, and where they decide nothing", async () => {
    const url = await store(panelRun());
    const { page } = await open("menu-escape", url);
    expect(await page.locator(".verdict header").textContent()).toContain(
      "2 of 3 judges fail this review, 1 undecided",
    );
    expect(await page.locator(".verdict > .aside").first().textContent()).toBe(
      "openai:critic-8b run 1, openai:critic-8b run 2 and openai:critic-8b run 3 are unscored: expected one JSON object, got a list",
    );
    await page.goto(`${url}${hashOf("guard-removed")}`);
    await page.locator('.case[data-case="guard-removed"]').waitFor();
    expect(await page.locator(".verdict header").textContent()).toContain("The judges leave this review unscored");
    await page.close();
  });

  it.each([1440, 390])("does not scroll sideways at %i pixels with several judges", async (width) => {
    const { page } = await open("slot-bounds", await store(panelRun()), width);
    expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
    await page.close();
  });

  it("runs nothing that a judge wrote, and shows it as it is", async () => {
    const { page, complaints } = await open('hostile"><script>');
    for (const fold of await page.locator(".verdict summary").all()) await fold.click();
    expect(await page.locator(".verdict :is(img, script, iframe, a, svg svg, [onload], [onerror])").count()).toBe(0);
    const start = hostileText.slice(0, 40);
    expect(await page.locator(".verdict blockquote").first().textContent()).toContain(start);
    expect(await page.locator(".verdict > .aside").textContent()).toContain(`Run 3 is unscored: ${start}`);
    expect(await page.evaluate("'wasRun' in window")).toBe(false);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it.each([1440, 390])("does not scroll sideways at %i pixels, nor with twenty-five runs", async (width) => {
    const many = Array.from({ length: 25 }, (_, index) =>
      runOf(index % 3 === 0 ? "fail" : "pass", "pass", `w${index}`),
    );
    const url = await store(withLines(judgedRun(), (line) => ({ ...line, judged: many })));
    for (const [id, at] of [
      ["slot-bounds", url],
      ['hostile"><script>', judged],
    ] as const) {
      const { page } = await open(id, at, width);
      expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
      await page.close();
    }
  });
});
