import { nearWord, suggestWord, UsageError } from "../core/errors.ts";

/**
 * Refuses a slip in the name of a command, which would be read as the name of a suite.
 * @param commands all that there are, and those that may be suggested
 * @throws UsageError
 */
export async function refuseSlip(
  word: string,
  commands: { all: readonly string[]; visible: readonly string[] },
): Promise<void> {
  if (!/^[a-z]+$/.test(word) || commands.all.includes(word) || nearWord(word, commands.visible) === null) return;
  const { suiteFile } = await import("../load/suite.ts");
  const { suiteFolders } = await import("../prepare.ts");
  if (suiteFile(word, suiteFolders()) === undefined)
    throw new UsageError(`unknown command "${word}" (${suggestWord(word, commands.visible)})`);
}
