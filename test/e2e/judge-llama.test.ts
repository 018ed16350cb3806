import { join } from "node:path";
import { expect, test } from "vitest";
import { type Workspace, workspaces } from "../fixtures/command.ts";
import { linesOf, pairOf, pathOf } from "../fixtures/small-dataset.ts";
import { tailTokens, writeParrot, writeTinyModel } from "../fixtures/tiny-gguf.ts";

const makeWorkspace = workspaces();
const ids = ["one", "two"];
const nonceLength = 18;

interface Wishes {
  /** What the judge is given to repeat, without the nonce. */
  verdict: Record<string, string>;
  nonce?: string;
  maxTokens?: number;
}

/** A workspace with a judge that answers with the end of its prompt, as `judge.gguf`. */
async function judgedWorkspace({ verdict, nonce = "{{nonce}}", maxTokens = 2000 }: Wishes): Promise<Workspace> {
  const workspace = makeWorkspace({
    dataset: linesOf(ids.map((id) => ({ ...pairOf(id)[0], references: [{ text: "What if the list is empty?" }] }))),
    suite: { scorers: { judge: { rubric: "rubric.yaml", runs: 1, retries: 0 } }, budget: { unscored: 1, errors: 1 } },
  });
  const answer = JSON.stringify({ ...verdict, nonce });
  const rubric = { version: 1, name: "words", judges: "review", prompt: "judge.md", maxTokens };
  const axes = [{ name: "theme", definition: "pass when the remark is about the change." }];
  workspace.write("rubric.yaml", JSON.stringify({ ...rubric, axes }));
  workspace.write("judge.md", `{{axes}}\n{{contract}}\n{{review}}\n${answer}`);
  const reviews = ids.map((caseId) => ({
    caseId,
    findings: [{ file: pathOf(caseId), lines: [2, 2], message: "An empty list has no first item." }],
  }));
  workspace.write("reviews.jsonl", reviews.map((review) => `${JSON.stringify(review)}\n`).join(""));
  const length = Buffer.byteLength(answer.replace("{{nonce}}", "0".repeat(nonceLength)));
  await writeParrot(join(workspace.folder, "judge.gguf"), length + tailTokens);
  return workspace;
}

async function judge(workspace: Workspace, ref = "llama:judge.gguf") {
  const args = ["tiny.yaml", "--out", "runs", "--model", "replay:reviews.jsonl", "--judge", ref];
  const { code, stderr } = await workspace.run(args, { NITBENCH_LLAMA_THREADS: "1" });
  const { report, lines } = workspace.readRun();
  const judged = lines.flatMap((line) => line.judged ?? []);
  return { code, stderr, report, judged, passRate: report.reviewers[0]?.metrics["judge.pass_rate"] };
}

const sound = { evidence: "An empty list", reasoning: "Es geht um die Änderung, 漢字.", theme: "pass" };

test.each([
  ["pass", 1, true],
  ["fail", 0, false],
])("a verdict that a real engine gives by the grammar is taken as it is: %s", async (theme, value, pass) => {
  const { code, stderr, report, judged, passRate } = await judge(
    await judgedWorkspace({ verdict: { ...sound, theme } }),
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.any(String) });
  expect(judged).toEqual(ids.map(() => expect.objectContaining({ pass, axes: { theme } })));
  expect(judged[0]).toMatchObject({ evidence: sound.evidence, reasoning: sound.reasoning });
  expect(passRate).toMatchObject({ value, n: 2, unscored: 0 });
  expect(report.judge).toMatchObject({ ref: "llama:judge.gguf", hosts: [] });
});

test.each<[string, Wishes, RegExp]>([
  ["that the token limit cuts", { verdict: sound, maxTokens: 30 }, /^the judge's answer was cut by the token limit$/],
  ["that is too long", { verdict: { ...sound, evidence: "e".repeat(601) } }, /evidence.*600/],
  [
    "with another nonce",
    { verdict: sound, nonce: "0".repeat(nonceLength) },
    /^nonce: expected the nonce of the question/,
  ],
  ["that cannot tell", { verdict: { ...sound, theme: "unknown" } }, /^the judge cannot tell: theme$/],
])("an answer %s is no verdict: it is unscored with its reason", async (_name, wishes, reason) => {
  const { judged, passRate } = await judge(await judgedWorkspace(wishes));
  expect(judged).toEqual(ids.map(() => expect.objectContaining({ pass: null, reason: expect.stringMatching(reason) })));
  expect(passRate).toMatchObject({ value: null, n: 0, unscored: 2 });
});

test("a judge of random words is held to the shape of a verdict, and gives none", async () => {
  const workspace = await judgedWorkspace({ verdict: sound, maxTokens: 200 });
  await writeTinyModel(join(workspace.folder, "random.gguf"));
  const { judged, passRate } = await judge(workspace, "./random.gguf");
  expect(judged).toHaveLength(2);
  expect(judged.every(({ pass, reason }) => pass === null && reason !== undefined)).toBe(true);
  expect(passRate?.value).toBeNull();
});

test("a judge that would write another key than asked for is held to the one asked for", async () => {
  // Without the grammar it would repeat what stands here.
  const verdict = { Evidence: "An empty list", reasoning: "So it is", theme: "pass" };
  const { judged } = await judge(await judgedWorkspace({ verdict }));
  expect(judged).toEqual(ids.map(() => expect.objectContaining({ pass: true, evidence: verdict.Evidence })));
});

test("a reviewer that would judge itself is refused, whatever its file is called", async () => {
  const workspace = await judgedWorkspace({ verdict: sound });
  const args = ["tiny.yaml", "--model", "./judge.gguf", "--judge", "llama:judge.gguf"];
  const { code, stderr } = await workspace.run(args, { NITBENCH_LLAMA_THREADS: "1" });
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: expect.stringContaining("it is the reviewer ./judge.gguf itself"),
  });
});
