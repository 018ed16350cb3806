import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readTwinSource, twinSlugs } from "../../scripts/twin-sources.ts";
import { proofsOf, runProof, unprovenBugs } from "../../scripts/prove-twins.ts";
import { temporaryFolders } from "../fixtures/temporary.ts";

const sources = twinSlugs().map(readTwinSource);
const proofs = sources.flatMap(proofsOf);
const hasPython = spawnSync("python3", ["--version"]).status === 0;
const runsHere = (file: string) => hasPython || !file.endsWith(".py");

test("every bug whose language runs here has either a proof or a reason why it has none", () => {
  expect(sources.flatMap((source) => unprovenBugs(source).map((bug) => `${source.slug}: ${bug}`))).toEqual([]);
});

describe("a bug shows in its proof on the buggy version and not on the clean one", () => {
  for (const proof of proofs) {
    const why = runsHere(proof.file) ? "" : " (skipped: no python3 here)";
    test.skipIf(why !== "")(`${proof.slug}: ${proof.bugId}${why}`, async () => {
      const [buggy, clean] = await Promise.all([runProof(proof, "buggy"), runProof(proof, "clean")]);
      expect(buggy).toMatchObject({ outcome: "failed" });
      expect(clean).toMatchObject({ outcome: "passed" });
    });
  }
});

describe("a proof that shows nothing", () => {
  const makeFolder = temporaryFolders();
  const outcomeOf = async (text: string) => {
    const file = join(makeFolder(), "proof.js");
    writeFileSync(file, text);
    return (await runProof({ slug: "crm-token-refresh", bugId: "failed-renewal-kept", file }, "buggy")).outcome;
  };

  test("is broken where it cannot run", async () => {
    expect(await outcomeOf("import './no-such-file.js';")).toBe("broken");
  });

  test("is broken where it throws what is no assertion", async () => {
    expect(await outcomeOf("throw new TypeError('AssertionError in the text alone');")).toBe("broken");
  });

  test("is broken where it waits for what never comes", async () => {
    expect(await outcomeOf("await new Promise(() => {});")).toBe("broken");
  });

  test("passes where nothing is asserted, so that the buggy version gives it away", async () => {
    expect(await outcomeOf("")).toBe("passed");
  });
});
