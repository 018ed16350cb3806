import { describe, expect, test } from "vitest";
import { renderPage } from "../../../src/reporters/html/page.ts";
import { chromiumPath, launchBrowser, openWatched, skippedWithoutBrowser, storePage } from "../../fixtures/browser.ts";
import { makeRun } from "../../fixtures/run-data.ts";
import { makeSweepRun } from "../../fixtures/sweep-run.ts";

const sectionOf = (page: string) => /<section id="sweep"[\s\S]*?<\/section>/.exec(page)?.[0] ?? "";

describe("a sweep in the HTML report", () => {
  test("draws the score with intervals and, below it on an axis of its own, the losses", async () => {
    const section = sectionOf(await renderPage(await makeSweepRun()));
    expect(section).toContain("Recall on the validation split");
    expect(section).toContain("Loss, as the trainer noted it");
    expect(section.match(/class="plot" height="(?:200|128)"/g)).toHaveLength(2);
    expect(section.match(/class="whisker"/g)).toHaveLength(6);
    expect(section.match(/<circle class="disc"/g)).toHaveLength(2);
    expect(section).toContain('class="base"');
    expect(section.match(/<polyline/g)).toHaveLength(3);
  });

  test("says in a table what the picture shows", async () => {
    const section = sectionOf(await renderPage(await makeSweepRun()));
    const rows = [...section.matchAll(/<tr class="(chosen|)">([\s\S]*?)<\/tr>/g)].map(([, chosen, row = ""]) => [
      chosen,
      row
        .replaceAll(/<[^>]+>/g, " ")
        .replaceAll(/\s+/g, " ")
        .trim(),
    ]);
    expect(rows).toHaveLength(7);
    expect(rows[0]).toEqual(["", "base .31 .22–.42"]);
    expect(rows[4]).toEqual(["chosen", "800 4 0.543 1.280 .81 .71–.88 chosen"]);
    expect(rows[3]?.[1]).toContain("not told apart; the trainer");
  });

  test("has no second panel where the trainer noted no loss", async () => {
    const section = sectionOf(await renderPage(await makeSweepRun({ hasLosses: false, isParted: false, cases: 20 })));
    expect(section).toContain("<polyline");
    expect(section).not.toContain("as the trainer noted it");
  });

  test("keeps the split that only chose out of tables and charts, and shows its cases", async () => {
    const page = await renderPage(await makeSweepRun({ cases: 20 }));
    const tables = /<section id="reviewers"[\s\S]*?<\/section>/.exec(page)?.[0] ?? "";
    expect(tables).toContain("(base)");
    expect(tables).not.toContain("on validation");
    expect(page).toContain("Reading the 40 cases needs JavaScript");
  });

  test("is not there without one", async () => {
    expect(await renderPage(makeRun())).not.toContain('id="sweep"');
  });
});

describe.skipIf(chromiumPath === null)(`a sweep in a browser${skippedWithoutBrowser}`, () => {
  test.each([1440, 390])("fits a page of %d pixels, in both themes, without a complaint", async (width) => {
    const page = await storePage(
      await renderPage(await makeSweepRun({ every: 1000, skills: Array<number>(12).fill(0.6), cases: 30 })),
    );
    const browser = await launchBrowser();
    try {
      for (const colorScheme of ["light", "dark"] as const) {
        const { page: tab, complaints } = await openWatched(browser, page.url, {
          viewport: { width, height: 900 },
          colorScheme,
        });
        const figure = await tab.locator("#sweep .curves").boundingBox();
        expect(figure?.width).toBeLessThanOrEqual(width);
        expect(await tab.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
        const boxes = await tab
          .locator("#sweep .curve:last-of-type .plot text")
          .evaluateAll((labels) =>
            labels.map((label) => label.getBoundingClientRect()).map(({ left, right }) => ({ left, right })),
          );
        expect(boxes.length).toBeGreaterThan(3);
        boxes.slice(1).forEach(({ left }, index) => expect(left).toBeGreaterThan(boxes[index]?.right ?? 0));
        expect(complaints).toEqual([]);
        await tab.close();
      }
    } finally {
      await browser.close();
      await page.remove();
    }
  });
});
