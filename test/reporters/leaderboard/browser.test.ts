import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Browser } from "playwright-core";
import { makeLeaderboard } from "../../../src/core/leaderboard/make-board.ts";
import { renderBoardPage } from "../../../src/reporters/leaderboard/page.ts";
import { boardRuns } from "../../fixtures/board-runs.ts";
import {
  chromiumPath,
  launchBrowser,
  openWatched,
  skippedWithoutBrowser,
  storePage,
  type StoredPage,
} from "../../fixtures/browser.ts";

const long = "-trained-on-the-reviews-of-the-last-three-years-and-then-on-those-before-them";

describe.skipIf(chromiumPath === null)(`the leaderboard's page in a browser${skippedWithoutBrowser}`, () => {
  let browser: Browser;
  let stored: StoredPage;

  beforeAll(async () => {
    // The first finds most, the second says hardly anything wrong.
    const reviewers = [
      { id: "vllm:bold", skill: 0.9, noise: 1, passes: 0.2 },
      { id: `vllm:careful${long}`, skill: 0.45, noise: 0, passes: 0.9 },
      { id: "static:", role: "company" as const, skill: 0.1 },
      { id: "floor:shotgun", role: "company" as const, skill: 0.3, noise: 1 },
    ];
    const { runs, readRows } = boardRuns([{ reviewers, judge: "openai:judge", detection: { counting: "published" } }]);
    stored = await storePage(await renderBoardPage(makeLeaderboard(runs, readRows, 1)));
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await stored.remove();
  });

  it("ranks anew by what is chosen, in place, and complains of nothing", async () => {
    const { page, complaints } = await openWatched(browser, stored.url);
    const ids = () => page.locator("#ranked tr").evaluateAll((rows) => rows.map((row) => row.getAttribute("data-id")));
    const before = await ids();
    expect(before[0]).toBe("vllm:bold");
    await page.selectOption("select[name=measure]", "precision");
    expect(await ids()).toEqual(before.toReversed());
    expect(await page.locator("#measure").textContent()).toContain("precision");
    expect(await page.locator("#caption").textContent()).toMatch(/^precision, published counting/);
    await page.selectOption("select[name=counting]", "one-to-one");
    expect(await page.locator("#caption").textContent()).toMatch(/^precision, one-to-one counting/);
    await page.selectOption("select[name=measure]", "judge pass rate");
    expect(await page.locator("select[name=counting]").isDisabled()).toBe(true);
    expect(await page.locator("#ranked .shown").first().textContent()).toMatch(/^\.[89]/);
    await page.selectOption("select[name=measure]", "F1");
    expect(await ids()).toEqual(before);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("shows the ranking that leads without JavaScript, and no selectors", async () => {
    const { page } = await openWatched(browser, stored.url, { javaScriptEnabled: false });
    expect(await page.locator("#ranked tr").count()).toBe(2);
    expect(await page.locator("#selectors").isVisible()).toBe(false);
    expect(await page.locator(".yard").count()).toBe(3);
    await page.close();
  });

  it.each([1440, 1024, 390])("stays within a page %i wide, with a name of 80 characters", async (width) => {
    const { page } = await openWatched(browser, stored.url, { viewport: { width, height: 800 } });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
    await page.close();
  });
});
