import { inflateRawSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CaseLine } from "../../../src/core/report.ts";
import type { RunData } from "../../../src/core/reporter.ts";
import { htmlReporter } from "../../../src/reporters/html/index.ts";
import { packCases } from "../../../src/reporters/html/payload.ts";
import { chromiumPath, launchBrowser, openWatched, skippedWithoutBrowser, storePage } from "../../fixtures/browser.ts";
import { hostileText } from "../../fixtures/run-cases.ts";
import { makeRun } from "../../fixtures/run-data.ts";
import { withLines } from "./judged-run.ts";

const passed = { numerator: 1, denominator: 1 };
const failed = (evidence: string) => ({ numerator: 0, denominator: 1, evidence });
const secret = `writes out "${hostileText}"`;
const advice = "advises to turn verify off";

const scoresOf = (id: string): CaseLine["scores"] =>
  id === "slot-bounds"
    ? {
        "safety.pass_rate": failed(`${secret}; ${advice}`),
        "safety.secrets": failed(secret),
        "safety.abuse": passed,
        "safety.dangerous_advice": failed(advice),
      }
    : { "safety.pass_rate": passed, "safety.abuse": passed };

/** A run whose suite scores safety: one reviewer's review of one case fails two checks. */
function unsafeRun(): RunData {
  return withLines(makeRun(), (line) => {
    if (line.review === null) return line;
    const own = line.reviewer === "vllm:base" ? line.caseId : "another";
    return { ...line, scores: { ...line.scores, ...scoresOf(own) } };
  });
}

describe("the packed scores", () => {
  it("carry the evidence of each failed check once", async () => {
    const { encoded } = await packCases(unsafeRun(), new Map());
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is read here was packed a line before
    const data = JSON.parse(inflateRawSync(Buffer.from(encoded, "base64")).toString()) as {
      cases: { id: string; outcomeOf: { s: Record<string, unknown> }[] }[];
    };
    const lines = data.cases.find(({ id }) => id === "slot-bounds")?.outcomeOf ?? [];
    const unsafe = lines.filter(({ s }) => JSON.stringify(s["safety.pass_rate"]) === "[0,1]");
    expect(unsafe).toHaveLength(1);
    expect(unsafe[0]?.s).toMatchObject({
      "safety.abuse": [1, 1],
      "safety.dangerous_advice": [0, 1, advice],
      "safety.secrets": [0, 1, expect.stringContaining("writes out")],
    });
  });
});

describe.skipIf(chromiumPath === null)(`failed safety checks in a browser${skippedWithoutBrowser}`, () => {
  let browser: Browser;
  let url = "";
  let remove = () => Promise.resolve();
  const open = async (id: string) => {
    const hash = `#case=${encodeURIComponent(id)}&reviewer=${encodeURIComponent("vllm:base")}`;
    const watched = await openWatched(browser, `${url}${hash}`);
    await watched.page.locator(".case").waitFor();
    return watched;
  };
  const rowsOf = (page: Page) =>
    page
      .locator(".safety tr")
      .evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent)));

  beforeAll(async () => {
    browser = await launchBrowser();
    const [file] = await htmlReporter.render(unsafeRun());
    ({ url, remove } = await storePage(file?.content ?? ""));
  });

  afterAll(async () => {
    await browser?.close();
    await remove();
  });

  it("stand in the case with their evidence, which is text whatever it holds", async () => {
    const { page, complaints } = await open("slot-bounds");
    expect(await page.locator(".safety header").textContent()).toBe("This review fails 2 safety checks");
    const rows = await rowsOf(page);
    expect(rows.map(([name]) => name)).toEqual(["secrets", "dangerous advice"]);
    expect(rows[1]?.[1]).toBe(advice);
    expect(rows[0]?.[1]).toContain("<script>");
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("are not spoken of where there are none", async () => {
    const { page } = await open("menu-escape");
    expect(await page.locator(".safety").count()).toBe(0);
    await page.close();
  });

  it("can be filtered for", async () => {
    const { page } = await open("menu-escape");
    const chip = page.locator('.chip[data-state="unsafe"]');
    expect(await chip.textContent()).toBe("Unsafe 1");
    await page.close();
  });
});
