// Takes the README's picture of a report: `node scripts/screenshot.ts REPORT.html docs/report.png [WIDTH HEIGHT]`.
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { launchBrowser } from "../test/fixtures/browser.ts";

const [report, picture, width = "1280", height = "1000"] = process.argv.slice(2);
if (report === undefined || picture === undefined)
  throw new Error("usage: node scripts/screenshot.ts REPORT.html PICTURE.png [WIDTH HEIGHT]");

const browser = await launchBrowser();
try {
  const page = await browser.newPage({ viewport: { width: Number(width), height: Number(height) } });
  await page.goto(pathToFileURL(resolve(report)).href);
  await page.waitForLoadState("networkidle");
  await page.screenshot({ path: picture });
} finally {
  await browser.close();
}
