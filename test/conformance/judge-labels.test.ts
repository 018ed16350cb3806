import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { gatherLabels } from "../../src/commands/calibration-items.ts";
import { loadRubric } from "../../src/load/rubric.ts";
import { temporaryFolders } from "../fixtures/temporary.ts";
import { dataFolder } from "./data.ts";

const makeFolder = temporaryFolders();
const world = { fetch: globalThis.fetch, env: {}, signal: new AbortController().signal, note: () => {} };
const [crscore, bcBench] = [dataFolder("crscore"), dataFolder("bc-bench")];
const whyNot = (folder: string | null) => (folder === null ? " (skipped: no copy of the data, set NITBENCH_DATA)" : "");

const home = process.cwd();
beforeEach(() => process.chdir(makeFolder()));
afterEach(() => process.chdir(home));

function gather(against: string, dir: string | null, rubric: string) {
  const request = { against, dataset: undefined, dir: dir ?? undefined, seed: 1 };
  return gatherLabels(request, loadRubric(rubric).rubric, world);
}

describe.skipIf(crscore === null)(`CRScore's relevance${whyNot(crscore)}`, () => {
  test("labels the theme of 1945 reviews of nine models: 4 and 5 pass, 1 and 2 fail, 3 is neither", async () => {
    const { items, notes } = await gather("crscore", crscore, "review");
    expect(items).toHaveLength(1945);
    expect(items.filter(({ people }) => people["theme"])).toHaveLength(327);
    expect(new Set(items.map(({ caseId }) => caseId)).size).toBe(291);
    expect(notes).toContain("540 reviews of relevance 3 left out: neither a pass nor a fail");
    for (const { question, people } of items) {
      expect(Object.keys(people)).toEqual(["theme"]);
      if (question.judges !== "review") throw new Error("expected a question about a review");
      expect(question.references).toHaveLength(1);
      expect(question.references).not.toContain(question.norm[0]);
    }
  });
});

describe.skipIf(bcBench === null)(`BC-Bench's pairs${whyNot(bcBench)}`, () => {
  test("label 13 findings as the same bug and 11 as another", async () => {
    const { items } = await gather("bc-bench", bcBench, "same-bug");
    expect(items.map(({ people }) => people["same"]).filter(Boolean)).toHaveLength(13);
    expect(items).toHaveLength(24);
  });
});
