import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { htmlReporter } from "../../../src/reporters/html/index.ts";
import { hostileText } from "../../fixtures/run-cases.ts";
import { likelyCause, makeRun, type RunOptions } from "../../fixtures/run-data.ts";

async function pageOf(options: RunOptions = {}): Promise<string> {
  const [file] = await htmlReporter.render(makeRun(options));
  return file?.content ?? "";
}

/** The text of the page outside scripts and styles. */
const bodyOf = (page: string) => page.replaceAll(/<(script|style)\b[^>]*>[\s\S]*?<\/\1>/g, "");

describe("the page", () => {
  it("is one file named report.html", async () => {
    const files = await htmlReporter.render(makeRun());
    expect(files.map((file) => file.path)).toEqual(["report.html"]);
  });

  it("is the same for the same run", async () => {
    expect(await pageOf()).toBe(await pageOf());
  });

  it("allows by its policy exactly the one script and the one style sheet that it carries", async () => {
    const page = await pageOf();
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? "";
    const hash = (text: string | undefined) =>
      `'sha256-${createHash("sha256")
        .update(text ?? "")
        .digest("base64")}'`;
    const scripts = [...page.matchAll(/<script type="module">([\s\S]*?)<\/script>/g)].map((match) => match[1]);
    const styles = [...page.matchAll(/<style>([\s\S]*?)<\/style>/g)].map((match) => match[1]);
    expect(scripts).toHaveLength(1);
    expect(styles).toHaveLength(1);
    expect(policy.split("; ")).toEqual([
      "default-src 'none'",
      `script-src ${hash(scripts[0])}`,
      `style-src ${hash(styles[0])}`,
      "img-src 'none'",
      "base-uri 'none'",
      "form-action 'none'",
    ]);
  });

  it("names no address to fetch from, no inline style and no inline handler", async () => {
    const body = bodyOf(await pageOf());
    expect(body).not.toMatch(/<[^>]*\s(src|srcset|style|on[a-z]+)\s*=/i);
    expect([...body.matchAll(/href="([^"]*)"/g)].filter((match) => match[1]?.startsWith("#") !== true)).toEqual([]);
  });

  it("says by its digest on which base an adapter was served", async () => {
    const run = makeRun();
    const served = run.report.reviewers.find(({ served: one }) => one !== undefined)?.served;
    Object.assign(served ?? {}, { base: "me/base", baseDigest: "feed".repeat(16) });
    const [file] = await htmlReporter.render(run);
    expect(file?.content).toContain(`on me/base <code class="hash">${"feed".repeat(16)}</code>`);
  });

  it("holds no script but its own, whatever a model or a dataset wrote", async () => {
    const run = makeRun();
    const [reviewer] = run.report.reviewers;
    if (reviewer === undefined) throw new Error("the fixture has reviewers");
    Object.assign(reviewer, {
      id: hostileText,
      ref: hostileText,
      model: hostileText,
      hosts: [hostileText],
      diagnosis: [{ ...likelyCause, cause: hostileText, evidence: hostileText, examples: [hostileText] }],
      effective: { [hostileText]: hostileText },
    });
    reviewer.slices.push({ field: hostileText, value: hostileText, cases: 3, metrics: reviewer.metrics });
    run.report.warnings.push(hostileText);
    run.report.verdict.sentence = `\`${hostileText}\` ${hostileText}`;
    run.report.suite.name = hostileText;
    run.report.dataset.name = hostileText;
    const [file] = await htmlReporter.render(run);
    const page = file?.content ?? "";
    expect([...page.matchAll(/<script\b/gi)]).toHaveLength(2);
    expect(bodyOf(page)).not.toMatch(/<img|<svg onload/i);
    expect(page).toContain("&lt;img src=x onerror=&quot;");
  });

  it("makes control characters and overrides of direction visible", async () => {
    const run = makeRun();
    run.report.warnings.push("\u001b[31mred \u202Egnp.exe \u200B\uFEFF end\u0000");
    const [file] = await htmlReporter.render(run);
    expect(file?.content).toContain("⟨U+001B⟩[31mred ⟨U+202E⟩gnp.exe ⟨U+200B⟩⟨U+FEFF⟩ end⟨U+0000⟩");
    expect(file?.content).not.toMatch(/[\u0000\u001b\u202e\u200b\ufeff]/);
  });

  it("shows a dash with its reason where nothing was scored, and never a zero", async () => {
    const body = bodyOf(await pageOf({ isScored: false }));
    const table = /<table class="metrics">([\s\S]*?)<\/table>/.exec(body)?.[1] ?? "";
    const cells = [...table.matchAll(/<td class="num[^"]*"[^>]*>\s*([^<\s]*)/g)].map((match) => match[1]);
    expect(cells.length).toBeGreaterThan(10);
    expect(new Set(cells)).toEqual(new Set(["–"]));
    expect(body).toContain("no bug was scored");
    expect(body).toContain("Nothing was scored, so there is nothing to draw.");
  });

  it("sets the names of reviewers in the verdict as code, with or without backticks", async () => {
    const run = makeRun();
    run.report.verdict.sentence = "Incomplete: `vllm:base` was down, static: was not.";
    const [file] = await htmlReporter.render(run);
    expect(file?.content).toContain("<code>vllm:base</code> was down, <code>static:</code> was not.");
  });

  it("says so where the suite has no gates", async () => {
    const body = bodyOf(await pageOf({ isGated: false }));
    expect(body).toContain("The suite sets no gates");
    expect(body).not.toContain('<section id="gates"');
  });

  it("shows every gate with status word, rule and bound, and that one is not required", async () => {
    const body = bodyOf(await pageOf());
    const gates = /<section id="gates"[\s\S]*?<\/section>/.exec(body)?.[0] ?? "";
    expect(gates).toMatch(/<span>undecided<\/span>/);
    expect(gates).toContain("≥ .50");
    expect(gates).toContain("≤ .70");
    expect(gates).toContain("not required");
    expect(gates).toContain("Warning: above .99");
  });

  it("shortens long references, with the whole one as title and under how this was measured", async () => {
    const run = makeRun({ measured: 1 });
    const long = "openai:org/my-reviewer@http://127.0.0.1:8123/v1";
    const reviewer = run.report.reviewers.find((one) => one.role === "measured");
    Object.assign(reviewer ?? {}, { id: long, ref: long });
    run.report.verdict.sentence = `${long} finds 3 of 23 bugs. openai:org/my-reviewer is fast.`;
    const [file] = await htmlReporter.render(run);
    const body = bodyOf(file?.content ?? "");
    expect(body).toContain(`<code title="${long}">org/my-reviewer</code> finds 3 of 23 bugs.`);
    expect(body).toContain(`<code title="${long}">org/my-reviewer</code> is fast.`);
    const table = /<table class="metrics">([\s\S]*?)<\/table>/.exec(body)?.[1] ?? "";
    expect(table).toContain(`<span class="name" title="${long}">org/<wbr />my-reviewer</span>`);
    expect(table).toContain('<span class="place below">@127.0.0.1:8123</span>');
    expect(/<section id="method"[\s\S]*?<\/section>/.exec(body)?.[0]).toContain(`<span class="name">${long}</span>`);
  });

  it("leaves a name as it was written where it may stand for two reviewers", async () => {
    const run = makeRun({ measured: 2 });
    const measured = run.report.reviewers.filter((one) => one.role === "measured");
    for (const [index, one] of measured.entries()) one.id = `openai:base@http://10.0.0.${index}:8000/v1`;
    run.report.verdict.sentence = "openai:base finds 3 of 23 bugs.";
    const [file] = await htmlReporter.render(run);
    expect(file?.content).toContain("<code>openai:base</code> finds 3 of 23 bugs.");
  });

  it("puts measured reviewers first in table and charts, whatever their values", async () => {
    const body = bodyOf(await pageOf());
    const table = /<table class="metrics">([\s\S]*?)<\/table>/.exec(body)?.[1] ?? "";
    const names = [...table.matchAll(/class="name" title="([^"]*)"/g)].map((match) => match[1]);
    const order = ["vllm:base", "vllm:lora-v7", "static:", "ceiling:oracle", "floor:shotgun", "floor:silent"];
    expect(names).toEqual(order);
    const panel = /<figure class="panel">([\s\S]*?)<\/figure>/.exec(body)?.[1] ?? "";
    expect([...panel.matchAll(/class="row-name" title="([^"]*)"/g)].map((match) => match[1])).toEqual(order);
  });

  it("says of what n is the number, by the metric itself", async () => {
    const run = makeRun();
    for (const reviewer of run.report.reviewers)
      Object.assign(reviewer.metrics["detection.f1"] ?? {}, { unitOfAnalysis: "case" });
    const [file] = await htmlReporter.render(run);
    const heads = [...bodyOf(file?.content ?? "").matchAll(/<p class="head">n ([^<]*)<\/p>/g)].map((match) => match[1]);
    expect(heads.slice(0, 4)).toEqual(["bugs", "cases", "findings", "cases"]);
  });

  it("writes a reference at the start of a gate's reason as it is", async () => {
    const run = makeRun();
    const gate = run.report.reviewers.flatMap((one) => one.gates)[0];
    Object.assign(gate ?? {}, {
      status: "inconclusive",
      bound: null,
      reason: "openai:judge informs and decides nothing",
    });
    const [file] = await htmlReporter.render(run);
    expect(file?.content).toContain("openai:judge informs and decides nothing");
  });

  it("says what more of would decide a gate, and why a floor breaks the contract", async () => {
    const run = makeRun();
    const gate = run.report.reviewers.flatMap((one) => one.gates).find((one) => one.gate.metric === "detection.recall");
    Object.assign(gate ?? {}, { status: "inconclusive", casesToDecide: 219, bound: 0.4987 });
    const silent = run.report.reviewers.find((one) => one.id === "floor:silent");
    Object.assign(silent?.metrics["contract.valid_rate"] ?? {}, { value: 0 });
    const [file] = await htmlReporter.render(run);
    const body = bodyOf(file?.content ?? "");
    expect(body).toContain("About 219 more bugs would decide.");
    expect(body).toMatch(/<td class="num bound">\s*\.499\s*<\/td>/);
    expect(body).toMatch(/<li><sup>\w<\/sup> says nothing in the form that the suite asks for<\/li>/);
  });

  it("folds categories with fewer than five bugs, and says how many they are", async () => {
    const body = bodyOf(await pageOf());
    const figure = /<figure class="panel slice">[\s\S]*?<\/figure>/.exec(body)?.[0] ?? "";
    const [open = "", folded = ""] = figure.split("<details");
    const counts = (part: string) => [...part.matchAll(/class="row-n">(\d+)</g)].map((match) => Number(match[1]));
    expect(counts(open).every((n) => n >= 5)).toBe(true);
    expect(counts(folded).every((n) => n < 5)).toBe(true);
    expect(figure).toContain(`${counts(folded).length} categories with fewer than 5 bugs</summary>`);
  });

  it.each([1, 12, 40])("lists all of %i measured reviewers, with names of eighty characters", async (measured) => {
    const body = bodyOf(await pageOf({ measured, cases: 10, hasLongNames: true, company: false }));
    const table = /<table class="metrics">([\s\S]*?)<\/table>/.exec(body)?.[1] ?? "";
    expect([...table.matchAll(/<th scope="row">/g)]).toHaveLength(measured);
    expect(table).toContain("low-rank-16-alpha-32-trained-on-reviews-of-the-last-three-years");
  });

  it("is below 1.5 MB for 1,000 cases with their diffs and eight reviewers", async () => {
    const page = await pageOf({ cases: 1000, measured: 4 });
    expect(Buffer.byteLength(page)).toBeLessThan(1_500_000);
  });
});
