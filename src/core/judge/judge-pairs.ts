import { batchPairs, numberPairs, pairKey, type PairTexts } from "./batch.ts";
import { renderBatch } from "./batch-prompt.ts";
import { batchJsonSchema, parseBatch } from "./batch-verdict.ts";
import { type AskJudge, type JudgedRun, judgeQuestion, readRun, type ReadyRubric } from "./judge.ts";
import { type Axis, axesByCall } from "./rubric.ts";
import type { ParsedVerdict } from "./verdict.ts";

/**
 * Asks a judge which findings of one change describe which bugs, in every run: about each pair by itself, or, where the
 * rubric says so, about all at once in as few calls as their number and length allow. What is said of each pair stands at
 * its place; equal pairs are asked about once. Nothing depends on the order of the pairs.
 * @param newNonce as in `judgeQuestion`
 */
export async function judgePairs(
  ready: ReadyRubric,
  diff: string,
  pairs: readonly PairTexts[],
  runs: number,
  ask: AskJudge,
  newNonce: () => string,
): Promise<JudgedRun[][]> {
  if (ready.rubric.pairsPerCall === "one")
    return Promise.all(
      pairs.map(({ finding, bug }) =>
        judgeQuestion(ready, { judges: "pair", diff, bug, finding }, runs, ask, newNonce),
      ),
    );
  const said = new Map<string, JudgedRun[]>();
  const asking = batchPairs(pairs).map(async (batch) => {
    const judged = await judgeBatch(ready, diff, batch, runs, ask, newNonce);
    for (const [index, pair] of batch.entries()) said.set(pairKey(pair), judged[index] ?? []);
  });
  await Promise.all(asking);
  return pairs.map((pair) => said.get(pairKey(pair)) ?? []);
}

/** What one call a run, or one for each axis, says of these pairs, pair by pair. */
async function judgeBatch(
  { rubric, template }: ReadyRubric,
  diff: string,
  texts: readonly PairTexts[],
  runs: number,
  ask: AskJudge,
  newNonce: () => string,
): Promise<JudgedRun[][]> {
  const batch = numberPairs(texts);
  const ofRuns = await Promise.all(Array.from({ length: runs }, (_, run) => judgeRun(run)));
  return texts.map((_, index) => ofRuns.flatMap((run) => run[index] ?? []));

  /** The run's verdict on each pair. */
  async function judgeRun(run: number): Promise<JudgedRun[]> {
    const calls = await Promise.all(axesByCall(rubric, rubric.axes).map((axes) => askOnce(axes, run)));
    return texts.map((_, index) =>
      readRun(
        rubric,
        calls.flatMap((call) => call[index] ?? []),
      ),
    );
  }

  async function askOnce(axes: readonly Axis[], run: number): Promise<ParsedVerdict[]> {
    const nonce = newNonce();
    const prompt = renderBatch(template, axes, diff, batch, nonce);
    const schema = batchJsonSchema({ axes: [...axes] });
    const read = (text: string, of: string) => parseBatch(text, { axes: [...axes] }, batch.pairs, of);
    const isVerdict = (text: string, of: string) => read(text, of).every(({ ok }) => ok);
    const answer = await ask({ prompt, schema, nonce, run, pairs: batch.pairs.length, isVerdict });
    if (answer.text !== null) return read(answer.text, answer.nonce ?? nonce);
    const { reason } = answer;
    return batch.pairs.map(() => ({ ok: false, reason }));
  }
}
