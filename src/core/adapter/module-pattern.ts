import { repeatsOf } from "../where-pattern.ts";
import { compilePositions } from "./position-pattern.ts";

const longestPattern = 4000;
const longestName = 300;

/** Whether a module's name is one that a pattern means. */
export type ModuleTest = (module: string) => boolean;

/**
 * Compiles a regular expression as Python writes it, to be matched against a module's whole name.
 * @returns null for one that cannot be told here: too long, not translatable, or with repeats in repeats
 */
export function compileModulePattern(pattern: string): ModuleTest | null {
  const body = pattern
    .replace(/^\(\?[a-z]+\)/, "")
    .replaceAll("(?P<", "(?<")
    .replaceAll("\\Z", "$");
  if (body.length > longestPattern) return null;
  if (!isValid(body) || repeatsOf(body).isNested) return null;
  const matches = compilePositions(body, /^\(\?[a-z]*i[a-z]*\)/.test(pattern));
  return matches === null ? null : (module) => module.length <= longestName && matches(module);
}

function isValid(pattern: string): boolean {
  try {
    return new RegExp(pattern) instanceof RegExp;
  } catch {
    return false;
  }
}

/** Whether a key of `rank_pattern` or `alpha_pattern` names modules by the end of their names, and needs no expression. */
export function isPlainKey(key: string): boolean {
  return /^[\w.-]+$/.test(key);
}

/**
 * Compiles one key of `rank_pattern` or `alpha_pattern` as PEFT reads it: a regular expression for the end of a module's
 * name, from a dot on. One that cannot be told here means the module of just that name.
 */
export function compilePatternKey(key: string): ModuleTest {
  const byName: ModuleTest = (module) => endingsOf(module).includes(key);
  if (isPlainKey(key)) return byName;
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
  const named = new Set(targets);
  return (module) => endingsOf(module).some((ending) => named.has(ending));
}

/** All that a word of a list can call a module by: its whole name, and what follows each of its dots. */
export function endingsOf(module: string): string[] {
  const endings = [module];
  for (let dot = module.indexOf("."); dot !== -1; dot = module.indexOf(".", dot + 1))
    endings.push(module.slice(dot + 1));
  return endings;
}
