import { describe, expect, test } from "vitest";
import { renderCauses } from "../../../src/reporters/html/causes.ts";
import { likelyCause, makeRun } from "../../fixtures/run-data.ts";

const [reviewer] = makeRun({ measured: 1, company: false }).report.reviewers;
const shown = async (diagnosis: (typeof likelyCause)[], id = "r") =>
  reviewer === undefined ? "" : String(await renderCauses({ ...reviewer, id, diagnosis }));

describe("likely causes", () => {
  test("are told with what shows them, the remedy and a link to each example", async () => {
    const page = await shown([{ ...likelyCause, examples: ["a&b", "c"] }], "vllm:x@http://h/v1");
    expect(page).toContain("Many of its answers are no reviews.");
    expect(page).toContain(likelyCause.evidence);
    expect(page).toContain("structured to true");
    expect(page).toContain('href="#case=a%26b&amp;reviewer=vllm%3Ax%40http%3A%2F%2Fh%2Fv1"');
    expect(page).toMatch(/14 cases:[^]*, …/);
    expect(page).toContain(">Likely cause<");
  });

  test("are several, or none at all", async () => {
    expect(await shown([likelyCause, likelyCause])).toContain(">Likely causes<");
    expect(await shown([])).toBe("");
  });
});
