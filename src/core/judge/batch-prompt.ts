import type { PairBatch } from "./batch.ts";
import { renderBlock } from "./block.ts";
import { checkCall, commonView, describeAnswer, renderView } from "./prompt.ts";
import type { Axis } from "./rubric.ts";
import type { JudgeTemplate } from "./template.ts";

/**
 * The prompt for several pairs of one change: every finding and every bug once, numbered and each in a block of its own
 * that nothing inside can close, and the list of the pairs that are asked about.
 * @param axes of this call
 * @param nonce as in `renderQuestion`
 * @throws RangeError for such a nonce, and where there is no axis or no pair to ask about
 */
export function renderBatch(
  { template }: JudgeTemplate,
  axes: readonly Axis[],
  diff: string,
  batch: PairBatch,
  nonce: string,
): string {
  checkCall(axes, nonce);
  if (batch.pairs.length === 0) throw new RangeError("question: expected a pair to ask about, got none");
  const blocks = (name: "BUG" | "FINDING", texts: readonly string[]) =>
    texts.map((text, index) => renderBlock(`${name} ${index + 1}`, text, nonce)).join("\n");
  return renderView(template, {
    ...commonView(diff, axes, nonce),
    bugs: blocks("BUG", batch.bugs),
    findings: blocks("FINDING", batch.findings),
    pairs: batch.pairs.map(({ finding, bug }) => `- FINDING ${finding} and BUG ${bug}`).join("\n"),
    contract: describeContract(axes, batch.pairs.length, nonce),
  });
}

/**
 * What the answer must be. As in the contract of a single question the pattern is no JSON; of each pair fewer words are
 * asked for than of one alone.
 */
function describeContract(axes: readonly Axis[], pairs: number, nonce: string): string {
  const verdicts = axes.map(({ name }) => `, "${name}": …`).join("");
  const each = pairs === 1 ? "the pair" : `each of the ${pairs} pairs`;
  return [
    "Answer with one JSON object and nothing else, with all of these keys in this order:",
    "",
    `{"pairs": [{"finding": …, "bug": …, "evidence": "…", "reasoning": "…"${verdicts}}, …], "nonce": "${nonce}"}`,
    "",
    `- "pairs": one entry for ${each} in the list above, and none for any other`,
    `- "finding", "bug": the numbers of its FINDING and its BUG`,
    `- "evidence": the words of this FINDING that decide, quoted; at most 30 words, no line breaks`,
    `- "reasoning": what follows from them for this pair alone; at most 70 words, no line breaks`,
    ...axes.map(describeAnswer),
    `- "nonce": "${nonce}", as it is`,
  ].join("\n");
}
