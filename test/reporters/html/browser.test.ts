import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { htmlReporter } from "../../../src/reporters/html/index.ts";
import {
  chromiumPath,
  launchBrowser,
  openWatched,
  skippedWithoutBrowser,
  type StoredPage,
  storePage,
} from "../../fixtures/browser.ts";
import { makeRun, type RunOptions } from "../../fixtures/run-data.ts";

const hashOf = (id: string, reviewer: string) =>
  `#case=${encodeURIComponent(id)}&reviewer=${encodeURIComponent(reviewer)}`;
const shownCase = (page: Page) => page.locator(".case").getAttribute("data-case");
const shownCount = (page: Page) => page.locator(".shown").textContent();

async function ready(page: Page): Promise<Page> {
  await page.locator("#cases-app .case-list a").first().waitFor();
  return page;
}

describe.skipIf(chromiumPath === null)(`the report in a browser${skippedWithoutBrowser}`, () => {
  let browser: Browser;
  const stored: StoredPage[] = [];
  let small = "";

  const storeRun = async (options: RunOptions): Promise<string> => {
    const [file] = await htmlReporter.render(makeRun(options));
    const page = await storePage(file?.content ?? "");
    stored.push(page);
    return page.url;
  };

  beforeAll(async () => {
    browser = await launchBrowser();
    small = await storeRun({});
  });

  afterAll(async () => {
    await browser?.close();
    await Promise.all(stored.map((page) => page.remove()));
  });

  it("opens from disk without a complaint, a dialog or a request", async () => {
    const { page, complaints } = await openWatched(browser, small);
    await ready(page);
    expect(new URL(page.url()).protocol).toBe("file:");
    expect(await shownCount(page)).toBe("30 cases");
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("narrows the list by state and by menu, and takes the filters off again", async () => {
    const { page } = await openWatched(browser, small);
    await ready(page);
    await page.locator('.chip[data-state="missed"]').click();
    expect(await shownCount(page)).toMatch(/^\d+ of 30 cases$/);
    expect(await page.locator(".case-list a .tone-fail").count()).toBe(await page.locator(".case-list a").count());
    await page.locator(".more summary").click();
    await page.getByRole("combobox", { name: "Language" }).selectOption("ruby");
    expect(await shownCount(page)).toBe("1 of 30 cases");
    await page.getByRole("button", { name: "Clear filters" }).click();
    expect(await shownCount(page)).toBe("30 cases");
    await page.close();
  });

  it("changes states with the reviewer that is chosen", async () => {
    const { page } = await openWatched(browser, small);
    await ready(page);
    const missed = page.locator('.chip[data-state="missed"] .chip-count');
    await page.getByRole("combobox", { name: "Reviewer" }).selectOption({ label: "ceiling:oracle" });
    expect(await missed.textContent()).toBe("0");
    await page.getByRole("combobox", { name: "Reviewer" }).selectOption({ label: "floor:silent" });
    expect(await missed.textContent()).toBe("16");
    await page.close();
  });

  it("finds cases by words of their text", async () => {
    const { page } = await openWatched(browser, small);
    await ready(page);
    await page.getByRole("searchbox").fill("HTML_safe script");
    expect(await shownCount(page)).toBe("1 of 30 cases");
    expect(await shownCase(page)).toBe("menu-escape");
    await page.getByRole("searchbox").fill("no such words anywhere");
    await page.getByText("No case passes these filters.").waitFor();
    await page.close();
  });

  it("opens a case by its link and shows the missed bug under its line", async () => {
    const { page, complaints } = await openWatched(browser, `${small}${hashOf("slot-bounds", "floor:silent")}`);
    await ready(page);
    expect(await shownCase(page)).toBe("slot-bounds");
    expect(await page.locator('.switch[aria-pressed="true"] .switch-name').textContent()).toBe("floor:silent");
    const card = page.locator('.card[data-kind="bug-missed"]');
    expect(await card.locator("b").textContent()).toBe("Missed bug");
    const line = page.locator("tr.notes:has([data-kind='bug-missed'])").locator("xpath=preceding-sibling::tr[1]");
    expect(await line.locator("td.code").textContent()).toBe("\tif r.next > len(r.values) {");
    expect(await line.locator("td.ln").nth(1).getAttribute("data-n")).toBe("12");
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("shows a bug of a removed line on the old side, and one of a whole file under the file's name", async () => {
    const { page } = await openWatched(browser, `${small}${hashOf("guard-removed", "floor:silent")}`);
    await ready(page);
    const line = page.locator("tr.notes").locator("xpath=preceding-sibling::tr[1]");
    expect(await line.getAttribute("class")).toContain("line-del");
    await page.goto(`${small}${hashOf("long-table", "floor:silent")}`);
    await page.locator('.case[data-case="long-table"]').waitFor();
    expect(await page.locator('.file > .card[data-kind="bug-missed"]').textContent()).toContain(
      "No test looks at the rows",
    );
    await page.close();
  });

  it("folds the files of a long diff that nobody spoke of, and unfolds them", async () => {
    const { page } = await openWatched(browser, `${small}${hashOf("long-table", "floor:silent")}`);
    await ready(page);
    const file = page.locator(".file", { hasText: "table/unused.py" });
    expect(await file.locator("tr").count()).toBe(0);
    await file.getByRole("button").click();
    expect(await file.locator("tr.line-del").count()).toBe(260);
    await page.close();
  });

  it("shows what another reviewer said on the same case", async () => {
    const { page } = await openWatched(browser, `${small}${hashOf("slot-bounds", "floor:silent")}`);
    await ready(page);
    await page.locator(".switch", { hasText: "ceiling:oracle" }).click();
    expect(await shownCase(page)).toBe("slot-bounds");
    expect(await page.locator('.card[data-kind="bug-found"]').count()).toBe(1);
    expect(await page.locator('.card[data-kind="finding-matched"]').count()).toBe(1);
    expect(new URL(page.url()).hash).toBe(hashOf("slot-bounds", "ceiling:oracle"));
    await page.close();
  });

  it("goes from a case to its clean twin and back", async () => {
    const { page } = await openWatched(browser, `${small}${hashOf("seat-sort", "vllm:base")}`);
    await ready(page);
    await page.getByRole("link", { name: "Its clean twin" }).click();
    await page.locator('.case[data-case="seat-sort.clean"]').waitFor();
    await page.getByRole("link", { name: "The case with the bug" }).click();
    await page.locator('.case[data-case="seat-sort"]').waitFor();
    expect(await page.locator(".badges").textContent()).toContain("1 bug");
    await page.close();
  });

  it("is worked by keys", async () => {
    const { page } = await openWatched(browser, small);
    await ready(page);
    const first = await shownCase(page);
    await page.keyboard.press("j");
    expect(await shownCase(page)).toBe(first);
    await page.keyboard.press("j");
    expect(await shownCase(page)).toBe("parcel-average.clean");
    await page.keyboard.press("k");
    expect(await shownCase(page)).toBe(first);
    await page.keyboard.press("/");
    await page.keyboard.type("jk?");
    expect(await page.getByRole("searchbox").inputValue()).toBe("jk?");
    await page.keyboard.press("Escape");
    expect(await page.getByRole("searchbox").inputValue()).toBe("");
    await page.keyboard.press("?");
    expect(await page.getByRole("dialog").isVisible()).toBe(true);
    await page.keyboard.press("Escape");
    expect(await page.getByRole("dialog").isVisible()).toBe(false);
    await page.close();
  });

  it("runs nothing that a model or a dataset wrote, on any case with any reviewer", async () => {
    const { page, complaints } = await openWatched(browser, small);
    await ready(page);
    await page.getByRole("searchbox").fill("onerror alert");
    const reviewers = await page.locator(".switch").count();
    expect(await shownCase(page)).toBe('hostile"><script>');
    for (let index = 0; index < reviewers; index += 1) {
      await page.locator(".switch").nth(index).click();
      for (const fold of await page.locator("details.fold > summary").all()) await fold.click();
      expect(
        await page.locator("#cases-app :is(img, script, iframe, b b, [onload], a[href^='javascript'])").count(),
      ).toBe(0);
    }
    expect(await page.locator(".case h3").textContent()).toContain("</script><script>window.wasRun = true");
    expect(await page.locator(".case h3").textContent()).toContain("⟨U+202E⟩");
    expect(await page.evaluate("'wasRun' in window")).toBe(false);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("refuses a script that is not its own", async () => {
    const { page, complaints } = await openWatched(browser, small);
    await page.evaluate(
      "document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.wasRun = true' }))",
    );
    expect(await page.evaluate("'wasRun' in window")).toBe(false);
    expect(complaints.join("\n")).toMatch(/policy script-src/);
    await page.close();
  });

  it("shows verdict, gates, tables and charts without JavaScript", async () => {
    const { page, complaints } = await openWatched(browser, small, { javaScriptEnabled: false });
    expect(await page.locator("h1 .status").isVisible()).toBe(true);
    expect(await page.locator("table.gates tbody tr").count()).toBe(8);
    expect(await page.locator("table.metrics").isVisible()).toBe(true);
    expect(await page.locator(".forest .dot").first().isVisible()).toBe(true);
    expect(await page.locator("noscript p").isVisible()).toBe(true);
    expect(await page.locator("#method").isVisible()).toBe(true);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("sorts the metrics within their groups by keys, best first, then worst first, then as they were", async () => {
    const url = await storeRun({ measured: 5 });
    const { page } = await openWatched(browser, url);
    const column = page.locator("table.metrics th", { hasText: "false alarms" });
    const read = () =>
      page.locator("table.metrics tbody.measured tr").evaluateAll((rows) => rows.map((row) => row.textContent));
    const values = () =>
      page
        .locator("table.metrics tbody.measured tr td:nth-child(3)")
        .evaluateAll((cells) => cells.map((cell) => Number(cell.getAttribute("data-value"))));
    const before = await read();
    await column.getByRole("button").focus();
    await page.keyboard.press("Enter");
    expect(await column.getAttribute("aria-sort")).toBe("ascending");
    const rising = await values();
    expect(rising).toEqual(rising.toSorted((a, b) => a - b));
    expect(new Set(rising).size).toBeGreaterThan(1);
    await page.keyboard.press("Enter");
    expect(await column.getAttribute("aria-sort")).toBe("descending");
    expect(await values()).toEqual(rising.toReversed());
    await page.keyboard.press("Enter");
    expect(await column.getAttribute("aria-sort")).toBeNull();
    expect(await read()).toEqual(before);
    await page.close();
  });

  it("sorts the reviewers of all metrics by the metric that is pressed", async () => {
    const url = await storeRun({ measured: 5 });
    const { page } = await openWatched(browser, url);
    const table = page.locator("table.every");
    await page.getByText(/^All \d+ metrics/).click();
    const row = table.locator("tbody tr", { hasText: "detection.false_alarm_rate" });
    const values = () =>
      row
        .locator("td[data-value]")
        .evaluateAll((cells) => cells.map((cell) => Number(cell.getAttribute("data-value"))));
    const names = () => table.locator("thead th").allTextContents();
    const before = await names();
    await row.getByRole("button").click();
    expect(await row.locator("th").getAttribute("aria-sort")).toBe("ascending");
    const rising = await values();
    expect(rising).toEqual(rising.toSorted((a, b) => a - b));
    expect(new Set(rising).size).toBeGreaterThan(1);
    const sorted = await names();
    expect(sorted).not.toEqual(before);
    expect(sorted.toSorted()).toEqual(before.toSorted());
    await row.getByRole("button").click();
    expect(await values()).toEqual(rising.toReversed());
    await row.getByRole("button").click();
    expect(await names()).toEqual(before);
    await page.close();
  });

  it.each([14, 40])("shows whole buttons of %i reviewers, or scrolls to the chosen one", async (measured) => {
    const options = { measured, cases: 2, company: false };
    const url = await storeRun(options);
    const last = makeRun(options).report.reviewers.at(-1)?.id ?? "";
    const { page } = await openWatched(browser, `${url}${hashOf("case-00000", last)}`, {
      viewport: { width: 390, height: 800 },
    });
    await page.locator(".case").waitFor();
    const box = page.locator(".switches");
    await expect
      .poll(() =>
        box.evaluate((element) => {
          const chosen = element.querySelector('[aria-pressed="true"]')?.getBoundingClientRect();
          const frame = element.getBoundingClientRect();
          return chosen !== undefined && chosen.top >= frame.top && chosen.bottom <= frame.bottom;
        }),
      )
      .toBe(true);
    const isCut = await box.evaluate((element) => element.scrollHeight > element.clientHeight);
    expect(isCut).toBe(measured === 40);
    await page.close();
  });

  it("cuts no column of the reviewers off, however many metrics the suite has", async () => {
    const run = makeRun();
    const names = [
      "safety.pass_rate",
      "safety.secrets",
      "judge.pass_rate",
      "detection.recall_theme",
      "overlap.f1_code",
    ];
    for (const { metrics } of run.report.reviewers)
      for (const name of names) Object.assign(metrics, { [name]: metrics["contract.valid_rate"] });
    run.report.suite.gates = names.map((metric) => ({ metric, min: 0.5, required: true, decide: "bound" }));
    const [file] = await htmlReporter.render(run);
    const many = await storePage(file?.content ?? "");
    stored.push(many);
    const { page } = await openWatched(browser, many.url);
    const table = page.getByRole("region", { name: "Metrics of all reviewers" });
    expect(await table.locator("thead th").count()).toBe(13);
    for (const width of [1440, 1280, 1024]) {
      await page.setViewportSize({ width, height: 900 });
      expect([width, await table.evaluate((box) => box.scrollWidth - box.clientWidth)]).toEqual([width, 0]);
    }
    await page.close();
  });

  it("lets a cut table be reached and scrolled by keys", async () => {
    const { page } = await openWatched(browser, small, { viewport: { width: 390, height: 800 } });
    const region = page.getByRole("region", { name: "Metrics of all reviewers" });
    await region.focus();
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => region.evaluate((element) => element.scrollLeft)).toBeGreaterThan(0);
    await page.close();
  });

  it.each([1440, 1024, 390])("does not scroll sideways at %i pixels, in a case or out of it", async (width) => {
    for (const url of [
      small,
      `${small}${hashOf("long-table", "vllm:base")}`,
      `${small}${hashOf('hostile"><script>', "floor:shotgun")}`,
    ]) {
      const { page } = await openWatched(browser, url, { viewport: { width, height: 900 } });
      await page.locator("#cases-app:not([hidden])").waitFor();
      expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
      await page.close();
    }
  });

  it("shows list and case one at a time on a narrow screen", async () => {
    const { page } = await openWatched(browser, small, { viewport: { width: 390, height: 800 } });
    await ready(page);
    expect(await page.locator(".case-pane").isVisible()).toBe(false);
    await page.locator(".case-list a").first().click();
    await page.locator(".case-pane").waitFor();
    expect(await page.locator(".list-pane").isVisible()).toBe(false);
    await page.getByRole("link", { name: "← All cases" }).click();
    await page.locator(".list-pane").waitFor();
    await page.close();
  });

  it("holds only the rows in sight, so that thousands of cases stay usable", async () => {
    const url = await storeRun({ cases: 3000, measured: 1, company: false });
    const { page, complaints } = await openWatched(browser, `${url}${hashOf("case-02998", "vllm:lora-v7")}`);
    await ready(page);
    expect(await shownCase(page)).toBe("case-02998");
    expect(await page.locator(".case-list a[aria-current]").isVisible()).toBe(true);
    expect(await page.locator(".case-list a").count()).toBeLessThan(60);
    await page.getByRole("searchbox").fill("case-01500");
    expect(await shownCase(page)).toBe("case-01500");
    expect(complaints).toEqual([]);
    await page.close();
  });
});
