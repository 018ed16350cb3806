import { describe, expect, test } from "vitest";
import { summariseLatency } from "../../../src/core/latency/summarise.ts";
import { renderPage } from "../../../src/reporters/html/page.ts";
import { latencyLinesOf, latencyRun } from "../../fixtures/latency-run.ts";
import { makeRun } from "../../fixtures/run-data.ts";

/** The section of the page, each run of blanks as one. */
async function sectionOf(run: Parameters<typeof renderPage>[0]): Promise<string> {
  const page = await renderPage(run);
  return (/<section id="latency"[^]*?<\/section>/.exec(page)?.[0] ?? "").replaceAll(/\s+/g, " ");
}

const titlesOf = (section: string) => [...section.matchAll(/<figcaption> ?<b>(.*?)<\/b>/g)].map(([, title]) => title);

describe("latency in the report", () => {
  test("stands in numbers and in pictures, each reviewer with its mark", async () => {
    const section = await sectionOf(latencyRun());
    expect(section).toContain("1 in flight, 200 requests each, cold");
    expect(titlesOf(section)).toEqual(["How long reviews take", "Time by size of the diff", "Time by time"]);
    expect(section).toMatch(/aria-label="Distribution of times: .*p50 \d+ ms, p95 \d+ ms/);
    expect(section.match(/<title>p(50|95) \d+ ms<\/title>/g)).toHaveLength(4);
    expect(section).toContain("dashed the objective of 900 ms");
  });

  test("has a picture of the load where several levels were measured, with the knee", async () => {
    const section = await sectionOf(latencyRun({ concurrency: [1, 4, 16] }));
    expect(titlesOf(section)).toContain("Time by load");
    expect(section).toContain("requests in flight");
    expect(section.match(/<title>knee: 4<\/title>/g)).toHaveLength(2);
    expect(section).toContain("or requests are missed; dashed the objective of 900 ms");
    expect(section).toMatch(/keeps 900 ms in 95 of 100 requests up to 4 in flight\./);
    const open = await sectionOf(latencyRun({ rate: [1, 2] }));
    expect(open).not.toContain("<title>knee");
    expect(open).toContain("its p95 stays within twice its least up to 2 a second, the most that was measured.");
    expect(open).toContain("requests a second");
    expect(open).toContain("1 a second (poisson), 200 requests each");
  });

  test("marks requests without an answer, and ends the curve below all", async () => {
    const section = await sectionOf(latencyRun({ missEvery: 40 }));
    expect(section.match(/class="cross"/g)).toHaveLength(5);
    expect(section).toContain("5 of 200 missed");
  });

  test("draws and prints no time that the client spoilt, and says why", async () => {
    const run = latencyRun();
    const lines = latencyLinesOf({ overMs: 60 });
    const latency = summariseLatency(lines) ?? undefined;
    const section = await sectionOf({
      ...run,
      report: { ...run.report, ...(latency === undefined ? {} : { latency }) },
      latency: () => lines,
    });
    expect(titlesOf(section)).toEqual([]);
    expect(section).toContain("the client itself added 60 ms, over 5 % of");
  });

  test("says how many are not drawn where there are too many to tell apart", async () => {
    const refs = Array.from({ length: 11 }, (_, index) => `openai:model-${index}`);
    const section = await sectionOf(latencyRun({ refs }));
    expect(section).toContain("and 3 more that are not drawn");
    expect(section.match(/<th scope="row">/g)).toHaveLength(11);
  });

  test("keeps names from outside from becoming markup, and styles out of it, which the page does not allow", async () => {
    const section = await sectionOf(latencyRun({ refs: ["openai:<img src=x>", "openai:b"] }));
    expect(section).not.toContain("<img");
    expect(section).not.toContain("style=");
  });

  test("takes the place of the times under load in the table of reviewers, and has a link", async () => {
    const page = await renderPage(latencyRun());
    expect(page).toContain('<a href="#latency">Latency</a>');
    const table = /<table class="metrics">[^]*?<\/thead>/.exec(page)?.[0] ?? "";
    expect(table).toContain("median time to a whole review, in a phase of its own");
    expect(table).not.toContain("during the quality run");
  });

  test("is not there for a run that timed nobody", async () => {
    expect(await sectionOf(makeRun())).toBe("");
  });
});
