/** Flags of `run` that take no value; every other flag takes the next word. */
const switches = ["--allow-inconclusive", "--dry-run", "--quiet", "--json"];

/**
 * The line that repeats a run, for a POSIX shell, without `--resume` and `--name`, which name one run only.
 * @param others suites of the same command that the line leaves out
 */
export function writeCommandLine(argv: readonly string[], others: readonly string[] = []): string {
  const isValue = (index: number) => takesNextWord(argv[index - 1] ?? "");
  const kept = argv.filter((word, index) => {
    if (isValue(index)) return !isOfOneRun(argv[index - 1] ?? "");
    return !isOfOneRun(word) && !others.includes(word);
  });
  return ["nitbench", ...kept.map(quote)].join(" ");
}

/** A word of a command line as a POSIX shell reads it back. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

function takesNextWord(word: string): boolean {
  return /^(-m|--[a-z-]+)$/.test(word) && !switches.includes(word);
}

function isOfOneRun(word: string): boolean {
  return /^--(resume|name)(=|$)/.test(word);
}
