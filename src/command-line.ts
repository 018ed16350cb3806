import { hideSecrets } from "./core/url-secret.ts";
import { quote } from "./io/shell-word.ts";
export { quote } from "./io/shell-word.ts";

/** Flags of `run` that take no value; every other flag takes the next word. */
const switches = ["--allow-inconclusive", "--dry-run", "--quiet", "--json"];

/**
 * How this program was called, so that a line which is printed can be typed: by the project's own script through the
 * package manager that ran it, or by its name.
 */
export function programName(env: Readonly<Record<string, string | undefined>>): string {
  if (env["npm_lifecycle_event"] !== "bench") return "nitbench";
  const [, manager = "pnpm", major] = /^(\w+)\/(\d+)/.exec(env["npm_config_user_agent"] ?? "") ?? [];
  if (manager === "npm") return "npm run bench --";
  const isBorrowed = /[/\\]_npx[/\\]/.test(env["npm_execpath"] ?? "");
  return isBorrowed && major !== undefined ? `npx ${manager}@${major} bench` : `${manager} bench`;
}

/**
 * The line that repeats a run, for a POSIX shell, without `--resume` and `--name`, which name one run only. It is kept
 * in reports: what looks like a key in a URL is "…".
 * @param others suites of the same command that the line leaves out
 * @param program how the program is called, as `programName` gives it
 */
export function writeCommandLine(
  argv: readonly string[],
  others: readonly string[] = [],
  program = "nitbench",
): string {
  const isValue = (index: number) => takesNextWord(argv[index - 1] ?? "");
  const kept = argv.filter((word, index) => {
    if (isValue(index)) return !isOfOneRun(argv[index - 1] ?? "");
    return !isOfOneRun(word) && !others.includes(word);
  });
  return [program, ...kept.map((word) => quote(hideSecrets(word)))].join(" ");
}

/**
 * The line that repeats an earlier run which is gone on with, when it was gone on with by other flags.
 * @param earlier its line, as `writeCommandLine` gives it
 */
export function extendCommandLine(earlier: string, argv: readonly string[]): string {
  const flags = argv.flatMap((word, index) => {
    const isFlag = word.startsWith("-") && !takesNextWord(argv[index - 1] ?? "");
    if (!isFlag || isOfOneRun(word)) return [];
    const words = takesNextWord(word) ? argv.slice(index, index + 2) : [word];
    return [words.map((one) => quote(hideSecrets(one))).join(" ")];
  });
  return [earlier, ...flags.filter((flag) => !` ${earlier} `.includes(` ${flag} `))].join(" ");
}

function takesNextWord(word: string): boolean {
  return /^(-m|--[a-z-]+)$/.test(word) && !switches.includes(word);
}

function isOfOneRun(word: string): boolean {
  return /^--(resume|name)(=|$)/.test(word);
}
