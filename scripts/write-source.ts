// Writes datasets/NAME/source.json from a checked-out copy of the source: `pnpm source NAME COPY`. The entry in
// `sources` says where it comes from; checksums are those of the copy.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { SourceManifest } from "../src/core/source.ts";

interface SourceOrigin extends Omit<SourceManifest, "version" | "files"> {
  /** Whether a file of the copy belongs to the source; its path in the copy. */
  holds: (path: string) => boolean;
  /** Its path in the repository. */
  upstreamOf: (path: string) => string;
}

const sources: Readonly<Record<string, SourceOrigin>> = {
  martian: {
    repository: "withmartian/code-review-benchmark",
    commit: "012d682",
    licence: "MIT",
    citation: "Martian, Code Review Bench: https://codereview.withmartian.com",
    hasDiffs: false,
    holds: (path) =>
      /^offline\/(golden_comments\/\w+|results\/(pr_labels|[\w-]+\/(candidates|evaluations)))\.json$/.test(path),
    upstreamOf: (path) => path,
  },
  "bc-bench": {
    repository: "microsoft/BC-Bench",
    commit: "7a509ed",
    licence: "MIT",
    citation: "Microsoft, BC-Bench: https://github.com/microsoft/BC-Bench",
    holds: (path) => /^(codereview|judge_calibration)\.jsonl$/.test(path),
    upstreamOf: (path) => `dataset/${path}`,
  },
  humanevalpack: {
    repository: "bigcode-project/octopack",
    commit: "e17a8f6",
    licence: "MIT",
    citation:
      "Muennighoff et al., OctoPack: Instruction Tuning Code Large Language Models, ICLR 2024, https://arxiv.org/abs/2308.07124",
    holds: (path) => /^humanevalpack\.(go|java|js|python)\.jsonl$/.test(path),
    upstreamOf: (path) =>
      path.replace(/^humanevalpack\.(\w+)\.jsonl$/, "evaluation/create/humaneval-x/data/$1/data/humanevalpack.jsonl"),
  },
  defects4j: {
    repository: "rjust/defects4j",
    commit: "ca4a0ef98686bcd375336b1066acd6a54e875e34",
    licence: "MIT; the patches are fragments of the projects they mend, under those projects' licences",
    citation:
      "Just, Jalali, Ernst, Defects4J: A Database of Existing Faults to Enable Controlled Testing Studies for Java Programs, ISSTA 2014, https://doi.org/10.1145/2610384.2628055",
    holds: (path) => /^\w+\/(active-bugs\.csv|patches\/\d+\.src\.patch)$/.test(path),
    upstreamOf: (path) => `framework/projects/${path}`,
  },
  crscore: {
    repository: "atharva-naik/CRScore",
    commit: "a5c843fafa79c1dd11cbcaf572c9ccc3bfce8ee8",
    licence: "MIT; the diffs are of public repositories (CodeReviewer corpus)",
    citation:
      "Naik, Alenius, Fried, Rose, CRScore: Grounding Automated Evaluation of Code Review Comments in Code Claims and Smells, NAACL 2025, https://arxiv.org/abs/2409.19801",
    holds: (path) => path.endsWith(".csv"),
    upstreamOf: (path) => `human_study/phase2/${path}`,
  },
};

function main([name = "", copy = ""]: readonly string[]): void {
  const source = sources[name];
  if (source === undefined || copy === "")
    throw new Error(`expected pnpm source NAME COPY, with NAME one of ${Object.keys(sources).join(", ")}`);
  const { holds, upstreamOf, ...origin } = source;
  const paths = readdirSync(copy, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(copy, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .filter(holds)
    .sort();
  const files = paths.map((path) => {
    const content = readFileSync(join(copy, path));
    const sha256 = createHash("sha256").update(content).digest("hex");
    return { path, upstream: upstreamOf(path), bytes: content.length, sha256 };
  });
  const manifest = SourceManifest.parse({ version: 1, ...origin, files });
  const folder = join(import.meta.dirname, "../datasets", name);
  mkdirSync(folder, { recursive: true });
  const lines = files.map((file) => `    ${JSON.stringify(file)}`).join(",\n");
  const head = JSON.stringify({ ...manifest, files: [] }, null, 2).replace(/\[\]\n}$/, "");
  writeFileSync(join(folder, "source.json"), `${head}[\n${lines}\n  ]\n}\n`);
}

main(process.argv.slice(2));
