import { createHash } from "node:crypto";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { Usage } from "../core/generation.ts";
import { readLines } from "../io/lines.ts";
import { isFile } from "../io/readable.ts";
import { cannotWrite } from "./disk.ts";
import { parseJson } from "../core/json.ts";

/**
 * One answer of a judge, one line of a run's judge.jsonl. Only answers are kept, so an outage is asked again; the last of a
 * key counts, since one that was no verdict is asked again too.
 */
const JudgeLine = z.strictObject({
  v: z.literal(1),
  key: z.string(),
  nonce: z.string(),
  text: z.string(),
  usage: Usage,
  durationMs: z.number(),
});
export type JudgeLine = z.infer<typeof JudgeLine>;

/** The answers of a run's judge, kept as they come, so that a run that goes on pays for none twice. */
export interface JudgeLog {
  find(key: string): JudgeLine | undefined;
  /** @throws IncompleteError when it cannot be written */
  keep(line: Omit<JudgeLine, "v">): void;
}

/** Opens the log of a run's folder, which its lock guards. A torn last line is passed over. */
export function openJudgeLog(folder: string): JudgeLog {
  const file = join(folder, "judge.jsonl");
  const kept = new Map<string, JudgeLine>();
  let isTorn = false;
  if (isFile(file)) {
    for (const { text, isWhole } of readLines(file)) {
      isTorn = !isWhole;
      const line = JudgeLine.safeParse(parseJson(text));
      if (isWhole && line.success) kept.set(line.data.key, line.data);
    }
  }
  return {
    find: (key) => kept.get(key),
    keep(answer) {
      const line: JudgeLine = { v: 1, ...answer };
      kept.set(line.key, line);
      try {
        appendFileSync(file, `${isTorn ? "\n" : ""}${JSON.stringify(line)}\n`);
        isTorn = false;
      } catch (error) {
        throw cannotWrite(file, error);
      }
    },
  };
}

/**
 * SHA-256 over everything that can change a judge's answer: who is asked, what it is shown, the run, the parameters. The
 * nonce is left out, since it is new each time and changes nothing else.
 */
export function judgeKey(
  identity: string,
  call: { prompt: string; nonce: string; run: number },
  parameters: { maxTokens: number; temperature: number; seed: number },
): string {
  const { maxTokens, temperature, seed } = parameters;
  const question = [1, identity, call.prompt.replaceAll(call.nonce, ""), call.run, [maxTokens, temperature, seed]];
  return createHash("sha256").update(JSON.stringify(question)).digest("hex");
}
