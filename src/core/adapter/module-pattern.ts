import { repeatsOf } from "../where-pattern.ts";

const longestPattern = 4000;
/** Patterns of some trainers have nine. */
const mostRepeats = 12;
const longestName = 300;

/** Whether a module's name is one that a pattern means. */
export type ModuleTest = (module: string) => boolean;

/**
 * Compiles a regular expression as Python writes it, to be matched against a module's whole name.
 * @returns null for one that cannot be told here: too long, not translatable, or one that could run for ever
 */
export function compileModulePattern(pattern: string): ModuleTest | null {
  const body = pattern
    .replace(/^\(\?[a-z]+\)/, "")
    .replaceAll("(?P<", "(?<")
    .replaceAll("\\Z", "$");
  if (body.length > longestPattern) return null;
  try {
    const expression = new RegExp(`^(?:${body})$`, /^\(\?[a-z]*i[a-z]*\)/.test(pattern) ? "i" : "");
    const { isNested, repeats } = repeatsOf(body);
    if (isNested || repeats > mostRepeats) return null;
    return (module) => module.length <= longestName && expression.test(module);
  } catch {
    return null;
  }
}

/**
 * Compiles one key of `rank_pattern` or `alpha_pattern` as PEFT reads it: a regular expression for the end of a module's
 * name, from a dot on. One that cannot be told here means the module of just that name.
 */
export function compilePatternKey(key: string): ModuleTest {
  const byName: ModuleTest = (module) => isTarget(module, key);
  if (/^\w+$/.test(key)) return byName;
  if (key.startsWith("^")) return compileModulePattern(key.slice(1)) ?? byName;
  return compileModulePattern(`(?:.*\\.)?(?:${key})`) ?? byName;
}

/**
 * Whether `target_modules` means a module: a word of a list is its whole name or the end of it from a dot on, a text is a
 * regular expression for the whole name, and `all-linear` means all that the adapter has.
 * @returns null where the regular expression cannot be told here
 */
export function compileTargets(targets: string | readonly string[]): ModuleTest | null {
  if (targets === "all-linear") return () => true;
  if (typeof targets === "string") return compileModulePattern(targets);
  return (module) => targets.some((target) => isTarget(module, target));
}

/** Whether one word of a list of target modules means a module. */
export function isTarget(module: string, target: string): boolean {
  return module === target || module.endsWith(`.${target}`);
}
